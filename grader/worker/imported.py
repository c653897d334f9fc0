"""Records the names of the packages that student code imports, even if it removes them from ``sys.modules``.

Imports by other packages are not recorded: many packages test whether a library is installed. Student code can change
objects in this process, so this catches mistakes, not determined attacks. The modules in ``sys.modules``, including
those that a package has imported, are listed separately.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Iterable
from typing import Any

MOST = 1000
OURS = os.path.dirname(os.path.abspath(__file__))
INSTALLED = (OURS, *{prefix.rstrip("/") + "/lib" for prefix in (sys.prefix, sys.base_prefix)})
_names: set[str] = set()
_early = [""]  # the top-level modules before the fork, as one string: each name would be a page of memory to copy
_last_early: list[str | None] = [None]  # the last entry of sys.modules then


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


def note_loaded() -> None:
    """Note the modules that exist now, before this process forks workers."""
    _early[0] = " ".join(_top_level(sys.modules))
    _last_early[0] = next(reversed(sys.modules))


def loaded() -> list[str]:
    """Return the top-level modules that exist now or existed before the fork, sorted."""
    try:  # entries are in the order of their imports
        later = [*itertools.takewhile(lambda name: name is not _last_early[0], reversed(sys.modules))]
    except RuntimeError:  # a thread is importing
        later = [*sys.modules]
    return sorted({*_early[0].split(), *_top_level(later)})


def _top_level(names: Iterable[str]) -> list[str]:
    """Return the names without a dot: keras.datasets exists here even if Keras is not imported."""
    return [name for name in names if type(name) is str and "." not in name]
