"""The datasets of a file of weights, compared with the weights of a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
SAME = 1e-5  # relative to the largest weight of an array


def with_shapes(datasets: Sequence[Array], weights: Sequence[Array]) -> list[Array] | None:
    """Return for each of the weights a dataset with its shape, the first one that is left; None if there is none."""
    return _matched(datasets, weights, lambda one, other: one.shape == other.shape)


def contain(datasets: Sequence[Array], weights: Sequence[Array]) -> bool:
    """True if each of the weights is in the datasets, each at another place, apart from rounding."""
    return _matched(datasets, weights, _are_same) is not None


def _matched(
    datasets: Sequence[Array], weights: Sequence[Array], fits: Callable[[Array, Array], bool]
) -> list[Array] | None:
    left, matches = list(datasets), []
    for array in weights:
        place = next((number for number, other in enumerate(left) if fits(array, other)), None)
        if place is None:
            return None
        matches.append(left.pop(place))
    return matches


def _are_same(array: Array, other: Array) -> bool:
    if other.shape != array.shape:
        return False
    scale = float(np.abs(array).max(initial=0.0))
    return bool(np.abs(other.astype(np.float64) - array).max(initial=0.0) <= SAME * scale)
