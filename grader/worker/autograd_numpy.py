"""Replaces ``autograd.numpy`` by NumPy if autograd is not installed.

The published code of the lecture begins with ``import autograd.numpy as np``, also where it differentiates nothing. The
replacement of autograd contains nothing else: if a submission calls ``grad``, the grader reports that the package is
missing on this machine.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

PACKAGE, MODULE = "autograd", "autograd.numpy"


class _Autograd(ModuleType):
    """A package that contains only ``numpy``."""


class _Finder(MetaPathFinder, Loader):
    """The last finder, so that an installed autograd and files of the submission are found first."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name == PACKAGE or (f"{name}.".startswith(f"{MODULE}.") and isinstance(sys.modules.get(PACKAGE), _Autograd)):
            return ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Autograd(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Put NumPy's own module in the place of one below the package; Python returns what is in this place."""
        if module.__name__ != PACKAGE:
            sys.modules[module.__name__] = importlib.import_module(module.__name__.removeprefix(f"{PACKAGE}."))


def install() -> None:
    """Make ``autograd.numpy`` importable from now on."""
    sys.meta_path.append(_Finder())
