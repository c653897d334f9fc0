"""Reads the weights and biases of a small network from whatever a training has returned or left in an object.

Nothing is known about the form: arrays in lists, tuples and dicts, in any order, turned, or with the biases as a row of the
weights. So every way to read them is returned, and the caller finds out which one gives the outputs of the submission.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..support import arrays

Array = np.ndarray[Any, Any]
Way = tuple[Any, ...]
MOST_ARRAYS = 6  # their orders are all tried
MOST_GROUPS = 10
WITHOUT = "without biases"


def arrays_in(value: Any) -> list[Array]:
    """Return the arrays of numbers in nested lists, tuples and dicts, in their order.

    A number is an array of shape (), and nested lists of plain numbers are one array.
    """
    if isinstance(value, Mapping):
        return [each for item in value.values() for each in arrays_in(item)]
    if isinstance(value, list | tuple) and not _is_plain(value):
        return [each for item in value for each in arrays_in(item)]
    numbers = None if isinstance(value, bool | str) or value is None else arrays.numbers(value)
    return [] if numbers is None or not numbers.size else [numbers]


def _is_plain(value: list[Any] | tuple[Any, ...]) -> bool:
    """True if a list is an array of plain numbers, without arrays in it."""

    def leaves(item: Any) -> list[Any]:
        return [each for part in item for each in leaves(part)] if isinstance(item, list | tuple) else [item]

    return all(isinstance(leaf, int | float) for leaf in leaves(value)) and arrays.numbers(value) is not None


def readings(value: Any, sizes: Sequence[int]) -> dict[Way, Array]:
    """Return {way: parameters} of a network with layers of these sizes: all its numbers in one array, W (in, out) before b.

    A way has the same name in each value of the same form. Without biases they are read as 0. Other arrays next to the
    parameters are left out.
    """
    pairs = [*itertools.pairwise(sizes)]
    groups = [(str(name), arrays_in(item)) for name, item in _items(value)]
    groups = [(name, item) for name, item in groups if item]
    ways: dict[Way, Array] = {}
    if len(groups) > MOST_GROUPS:
        return ways
    for count in range(1, len(groups) + 1):
        for chosen in itertools.combinations(groups, count):
            together = [each for _name, item in chosen for each in item]
            names = tuple(name for name, _item in chosen)
            for way, parameters in _of_arrays(together, pairs):
                ways[*names, way] = parameters
    return ways


def is_without_biases(way: Way) -> bool:
    """True if a way of :func:`readings` finds only weights."""
    return bool(way[-1] == WITHOUT)


def has_biases(value: Any, sizes: Sequence[int]) -> bool:
    """True if there are more numbers than the weights have."""
    weights = sum(before * after for before, after in itertools.pairwise(sizes))
    return sum(each.size for each in arrays_in(value)) > weights


def _items(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, Mapping):
        return [*value.items()]
    is_sequence = isinstance(value, list | tuple) and not _is_plain(value)
    return [*enumerate(value)] if is_sequence else [("", value)]


def _of_arrays(members: Sequence[Array], pairs: Sequence[tuple[int, int]]) -> list[tuple[Any, Array]]:
    """Return (way, parameters) of the ways to read these arrays, which must all be used."""
    candidates: list[tuple[Any, Array | None]] = []
    if len(members) == 2 * len(pairs) <= MOST_ARRAYS:
        orders = itertools.permutations(range(len(members)))
        candidates = [(order, _separate([members[place] for place in order], pairs)) for order in orders]
    elif len(members) == len(pairs):
        candidates = [(way, _joined(members, pairs, way)) for way in ("first row", "last row", WITHOUT)]
    return [(way, parameters) for way, parameters in candidates if parameters is not None]


def _separate(ordered: Sequence[Array], pairs: Sequence[tuple[int, int]]) -> Array | None:
    """Return the parameters if each W is followed by its b."""
    parts: list[Array] = []
    for W, b, pair in zip(ordered[::2], ordered[1::2], pairs, strict=True):
        weights = _weights(W, pair)
        if weights is None or b.size != pair[1] or max(b.shape, default=1) != b.size:
            return None
        parts += [weights, b.ravel()]
    return np.concatenate(parts)


def _joined(members: Sequence[Array], pairs: Sequence[tuple[int, int]], way: str) -> Array | None:
    """Return the parameters if the biases are a row of the weights, or if there are none."""
    parts: list[Array] = []
    for W, (before, after) in zip(members, pairs, strict=True):
        weights = _weights(W, (before if way == WITHOUT else before + 1, after))
        if weights is None:
            return None
        if way == WITHOUT:
            parts += [weights, np.zeros(after)]
            continue
        table = weights.reshape(before + 1, after)
        table = table if way == "last row" else np.roll(table, -1, axis=0)
        parts += [table[:-1].ravel(), table[-1]]
    return np.concatenate(parts)


def _weights(W: Array, pair: tuple[int, int]) -> Array | None:
    """Return the weights (in, out) of a layer in one axis; (out, in) is turned. A vector is a matrix with an axis of length one."""
    if W.shape == pair or (W.ndim == 1 and 1 in pair and W.size == max(pair)):
        return W.ravel()
    return W.T.ravel() if W.shape == pair[::-1] else None
