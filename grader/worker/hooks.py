"""Does something to a library as soon as the submission has imported it, and not before.

TensorFlow, Keras and matplotlib are slow to import: a submission that does not use them must not
pay for them.
"""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType


class _Watcher(importlib.abc.MetaPathFinder):
    """Finds the watched modules as everybody else does, and adds a call to the end of their execution."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Callable[[ModuleType], None]] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        callback = self.callbacks.pop(name, None)  # once; the search below comes here again
        if callback is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_call(module: ModuleType) -> None:
            execute(module)
            _call(callback, module)

        spec.loader.exec_module = execute_and_call  # type: ignore[method-assign]
        return spec


_watcher = _Watcher()


def after_import(name: str, callback: Callable[[ModuleType], None]) -> None:
    """Call ``callback`` with the module ``name`` when the submission has imported it for the first time, or now, if
    it is there already: in a worker that was forked.
    """
    if name in sys.modules:
        _call(callback, sys.modules[name])
        return
    if _watcher not in sys.meta_path:
        sys.meta_path.insert(0, _watcher)
    _watcher.callbacks[name] = callback


def _call(callback: Callable[[ModuleType], None], module: ModuleType) -> None:
    # A library of another version: its use is not observed, and the import succeeds.
    with contextlib.suppress(Exception):
        callback(module)
