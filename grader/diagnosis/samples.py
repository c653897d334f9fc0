"""The answers of a submission and the correct answers, case by case, and how the two are compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..judging.compare import RELATIVE_BY_CODE, accepted_histories
from ..support import arrays

Array = np.ndarray[Any, Any]

RELATIVE = 1e-5  # of the largest entry; float32 inside a student's function causes errors of about 1e-6
SAME = 1e-9  # of the largest entry: the difference of numbers that are equal apart from rounding
TINY = 1e-12  # of the largest entry of all results, so that results that cancel to zero have a scale


@dataclass(frozen=True)
class Sample:
    """One case: inputs, correct results and answered results; arrays are in the layout of the task.

    ``history`` names the result with one entry per epoch; the correct history has one more. ``accepted`` is the
    check's tolerance, relative to the largest correct entry.
    """

    case: str
    inputs: dict[str, Any]
    right: dict[str, Array]
    answered: dict[str, Array]
    history: str | None = None
    accepted: float = RELATIVE

    @cached_property
    def relative(self) -> float:
        """Return the relative tolerance: that of the check, or a larger one for answers in float32 or float16."""
        return max([self.accepted, *(RELATIVE_BY_CODE.get(array.dtype.char, 0) for array in self.answered.values())])

    @cached_property
    def scale(self) -> float:
        """Return the largest correct entry of all results."""
        return max((float(np.max(np.abs(array), initial=0)) for array in self.right.values()), default=0.0)

    def agrees(self, name: str, candidate: Any, factor: float = 1.0) -> bool:
        """True if the answered result ``name`` is ``factor`` times ``candidate``."""
        answer = self.answered[name]
        candidate = factor * np.asarray(candidate, dtype=np.float64)
        if name != self.history or not candidate.ndim:
            same_axes = name != self.history or not answer.ndim
            return same_axes and alike(answer, candidate, self.relative, TINY * self.scale)
        ways = accepted_histories(candidate) if answer.ndim else ()  # one number is not a history
        # After too few epochs a history may be empty; an empty history agrees only with an empty one.
        candidates = [way for way in ways if bool(way.size) == bool(answer.size)]
        return any(not way.size or alike(answer, way, self.relative, TINY * self.scale) for way in candidates)

    @cached_property
    def _are_right(self) -> dict[float, bool]:
        return {}

    def is_right(self, factor: float = 1.0) -> bool:
        """True if all results are ``factor`` times the correct ones. It is compared once, since a search asks often."""
        if factor not in self._are_right:
            self._are_right[factor] = self.agreeing(self.right, factor) >= self.answered.keys()
        return self._are_right[factor]

    def agreeing(self, values: Mapping[str, Any], factor: float = 1.0) -> set[str]:
        """Return the names of the results that agree with ``values``."""
        return {name for name in self.answered if self.agrees(name, values[name], factor)}


def as_arrays(values: Mapping[str, Any]) -> dict[str, Array] | None:
    """Return the values as arrays of numbers; None if one of them is not numeric."""
    converted = {}
    for name, value in values.items():
        array = arrays.array(value) if isinstance(value, list | tuple | np.ndarray) else np.asarray(value)
        if array is None or array.dtype.kind not in "biuf":
            return None
        converted[name] = array
    return converted


def alike(one: Any, other: Any, relative: float = RELATIVE, absolute: float = 0.0) -> bool:
    """True if two arrays contain the same numbers, apart from axes of length one. A number equals an array that repeats it."""
    one, other = np.squeeze(np.asarray(one, dtype=np.float64)), np.squeeze(np.asarray(other, dtype=np.float64))
    if one.shape != other.shape and ((one.ndim and other.ndim) or not one.size or not other.size):
        return False
    with np.errstate(all="ignore"):
        sizes = np.abs(other)
        largest = sizes.max(initial=0.0)
        if not np.isfinite(largest):
            largest = sizes.max(initial=0.0, where=np.isfinite(other))
        near = np.abs(one - other) <= max(relative * float(largest), absolute, 1e-300)
        # np.allclose() would do the same but several times slower; a search compares some ten thousand times.
        return bool(near.all() or (near | (one == other) | (np.isnan(one) & np.isnan(other))).all())


def are_same(one: Any, other: Any) -> bool:
    """True if two arrays contain the same numbers in the same shape, apart from rounding and axes of length one."""
    return np.squeeze(one).shape == np.squeeze(other).shape and alike(one, other, SAME)


def projection(answers: Iterable[Array], right: Iterable[Array]) -> float | None:
    """Return the factor <a, r> / <r, r> between two lists of arrays; None if shapes differ or everything is zero."""
    pairs = [
        (np.squeeze(a).astype(np.float64), np.squeeze(r).astype(np.float64))
        for a, r in zip(answers, right, strict=True)
    ]
    if any(a.shape != r.shape for a, r in pairs):
        return None
    answer_entries, right_entries = (np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))
    if not (np.isfinite(answer_entries).all() and np.isfinite(right_entries).all()) or not right_entries.any():
        return None
    return float(answer_entries @ right_entries / (right_entries @ right_entries))
