"""Calls functions when the submission has imported a library, and not before.

TensorFlow, Keras and matplotlib are slow to import: a submission that does not use them must not
wait for them.
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
    """Finds the watched modules with the other finders, and adds a callback to the end of their execution."""

    def __init__(self) -> None:
        self.callbacks: dict[str, Callable[[ModuleType], None]] = {}

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        callback = self.callbacks.pop(name, None)  # removed first, because find_spec below calls this method again
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
    """Call ``callback`` with the module ``name`` as soon as it has been imported.

    In a forked worker the module may be imported already; then the callback is called now.
    """
    if name in sys.modules:
        _call(callback, sys.modules[name])
        return
    if _watcher not in sys.meta_path:
        sys.meta_path.insert(0, _watcher)
    _watcher.callbacks[name] = callback


def _call(callback: Callable[[ModuleType], None], module: ModuleType) -> None:
    # It may fail with another version of the library: then its use is not observed, but the import succeeds.
    with contextlib.suppress(Exception):
        callback(module)
