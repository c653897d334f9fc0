"""Stands in for Keras and TensorFlow where they are not installed, as far as they are the way to served data sets.

``from tensorflow.keras.datasets import cifar10`` imports three packages before it gets to the data. They have nothing else:
what a submission misses there, the grader knows to be missing on this machine.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

DATASETS = "keras.datasets"


class _Package(ModuleType):
    """A package with data sets and nothing else."""


class _Loader(Loader):
    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Package(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == "tensorflow":
            module.keras = importlib.import_module("tensorflow.keras")  # type: ignore[attr-defined]
        else:
            module.datasets = sys.modules[DATASETS]  # type: ignore[attr-defined]


class _Finder(MetaPathFinder):
    """The last to be asked, so that what is installed, or a file of the submission, is found before."""

    def __init__(self, are_served: Callable[[], bool]) -> None:
        self._are_served = are_served

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        inner = name == "tensorflow.keras" and isinstance(sys.modules.get("tensorflow"), _Package)
        if not (inner or name in ("keras", "tensorflow")) or not self._are_served():
            return None
        return ModuleSpec(name, _Loader(), is_package=True)


def install(are_served: Callable[[], bool]) -> None:
    """Let the packages be found from now on, while data sets ``are_served``."""
    sys.meta_path.append(_Finder(are_served))
