"""Records the names of the packages that student code imports, even if it removes them from ``sys.modules``.

Imports by other packages are not recorded: many packages test whether a library is installed. Student code can change
objects in this process, so this catches mistakes, not determined attacks.
"""

from __future__ import annotations

import os
import sys
from typing import Any

MOST = 1000
OURS = os.path.dirname(os.path.abspath(__file__))
INSTALLED = (OURS, *{prefix.rstrip("/") + "/lib" for prefix in (sys.prefix, sys.base_prefix)})
_names: set[str] = set()


def watch() -> None:
    """Start recording; Python cannot remove an audit hook."""
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "import" or len(_names) >= MOST or type(arguments[0]) is not str:
        return
    frame = sys._getframe(1)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).startswith(
        ("importlib", "_frozen_importlib")
    ):
        frame = frame.f_back
    file = frame.f_code.co_filename
    if not file.startswith(INSTALLED) and "-packages/" not in file:
        _names.add(arguments[0].partition(".")[0])


def forget() -> None:
    """Forget the imports so far, before student code runs."""
    _names.clear()


def names() -> list[str]:
    """Return the top-level packages that were imported since then, sorted."""
    return sorted(name for name in _names.copy() if len(name) <= 100)
