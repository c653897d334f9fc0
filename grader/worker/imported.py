"""Keeps the names of the packages that student code imports, also of those that it takes out of ``sys.modules`` again.

What another package imports is not kept: many of them try whether a library is there. Student code can change what
lies in this process: this is a fence, and no wall.
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
    """Begin to keep them; Python has no way to end it."""
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
    """Forget what was imported before student code is run."""
    _names.clear()


def names() -> list[str]:
    """The top-level packages since then."""
    return sorted(name for name in _names.copy() if len(name) <= 100)
