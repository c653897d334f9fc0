"""Replaces ``sklearn.datasets.load_digits`` if the digits are served and scikit-learn is not installed.

The replacement of scikit-learn contains nothing else: if a submission needs more, the grader reports that the package is
missing on this machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
PACKAGE, MODULE = "sklearn", "sklearn.datasets"


class Digits(dict[str, Any]):
    """The entries of a dataset, also as attributes, as scikit-learn returns them."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


class _Replacement(ModuleType):
    """A part of scikit-learn that contains only the digits."""


class _DigitsFinder(MetaPathFinder, Loader):
    """The last finder, so that an installed scikit-learn is found first."""

    def __init__(self, served: Callable[[], dict[str, Array] | None]) -> None:
        self._served = served

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        inner = name == MODULE and isinstance(sys.modules.get(PACKAGE), _Replacement)
        if not (inner or name == PACKAGE) or self._served() is None:
            return None
        return ModuleSpec(name, self, is_package=name == PACKAGE)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Replacement(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == MODULE:
            module.load_digits = self._load_digits  # type: ignore[attr-defined]

    def _load_digits(self, *, n_class: int = 10, return_X_y: bool = False, as_frame: bool = False) -> Any:
        parts = self._served()
        if parts is None or as_frame:
            raise OSError("scikit-learn is not installed here; the grader serves only the arrays of its digits.")
        images = np.concatenate([parts["x_train"], parts["x_test"]]).astype(np.float64)
        target = np.concatenate([parts["y_train"], parts["y_test"]]).astype(np.int64)
        images, target = images[target < n_class], target[target < n_class]
        data = images.reshape(len(images), -1)
        if return_X_y:
            return data, target
        return Digits(data=data, target=target, images=images, target_names=np.arange(10))


def install(served: Callable[[], dict[str, Array] | None]) -> None:
    """Make the digits importable from now on; ``served`` returns their arrays, None if they are not served."""
    sys.meta_path.append(_DigitsFinder(served))
