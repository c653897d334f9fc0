"""What is compared: answers of a submission beside the right ones, case by case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..judging.compare import RELATIVE_BY_DTYPE, recorded
from ..sandbox import observations

Array = np.ndarray[Any, Any]

RELATIVE = 1e-5  # of the largest entry; a student's float32 inside a function costs about 1e-6
TINY = 1e-12  # of the largest entry of all results: what cancels to nothing is not compared with itself


@dataclass(frozen=True)
class Sample:
    """One case: what was asked, what is right, what was answered; arrays in the layout of the task.

    ``history`` names the result with an entry an epoch, of which the right one has one more. ``accepted`` is the
    check's tolerance, relative to the largest right entry.
    """

    case: str
    inputs: dict[str, Any]
    right: dict[str, Array]
    answered: dict[str, Array]
    history: str | None = None
    accepted: float = RELATIVE

    @cached_property
    def relative(self) -> float:
        """The relative tolerance: that of the check, or what the dtypes of the answers ask for."""
        return max([self.accepted, *(RELATIVE_BY_DTYPE.get(array.dtype.name, 0) for array in self.answered.values())])

    @cached_property
    def scale(self) -> float:
        """The largest right entry of all results."""
        return max((float(np.max(np.abs(array), initial=0)) for array in self.right.values()), default=0.0)

    def agrees(self, name: str, candidate: Any, factor: float = 1.0) -> bool:
        """Whether the answered result ``name`` is ``factor`` times ``candidate``."""
        answered = self.answered[name]
        candidate = factor * np.asarray(candidate, dtype=np.float64)
        if name != self.history:
            return alike(answered, candidate, self.relative, TINY * self.scale)
        ways = recorded(candidate) if candidate.ndim else ()
        # After too few epochs there may be nothing recorded; nothing agrees with nothing only.
        fitting = [way for way in ways if bool(way.size) == bool(answered.size)]
        return any(not way.size or alike(answered, way, self.relative, TINY * self.scale) for way in fitting)

    def agreeing(self, values: Mapping[str, Any], factor: float = 1.0) -> set[str]:
        """The results that agree with ``values``."""
        return {name for name in self.answered if self.agrees(name, values[name], factor)}


def arrays(values: Mapping[str, Any]) -> dict[str, Array] | None:
    """The values as arrays of numbers; None if one of them is something else."""
    found = {}
    for name, value in values.items():
        array = observations.array(value) if isinstance(value, list | tuple | np.ndarray) else np.asarray(value)
        if array is None or array.dtype.kind not in "biuf":
            return None
        found[name] = array
    return found


def alike(one: Any, other: Any, relative: float = RELATIVE, absolute: float = 0.0) -> bool:
    """Whether two arrays hold the same numbers, up to axes of length one; a number may stand for an array of it."""
    one, other = np.squeeze(np.asarray(one, dtype=np.float64)), np.squeeze(np.asarray(other, dtype=np.float64))
    if one.shape != other.shape and ((one.ndim and other.ndim) or not one.size or not other.size):
        return False
    with np.errstate(all="ignore"):
        sizes = np.abs(other)
        largest = sizes.max(initial=0.0)
        if not np.isfinite(largest):
            largest = sizes.max(initial=0.0, where=np.isfinite(other))
        near = np.abs(one - other) <= max(relative * float(largest), absolute, 1e-300)
        # np.allclose() would be the same, several times slower; a search compares some ten thousand times.
        return bool(near.all() or (near | (one == other) | (np.isnan(one) & np.isnan(other))).all())


def projection(answered: Iterable[Array], right: Iterable[Array]) -> float | None:
    """The factor between two lists of arrays, <a, r> / <r, r>; None where the shapes differ or all is zero."""
    pairs = [
        (np.squeeze(a).astype(np.float64), np.squeeze(r).astype(np.float64))
        for a, r in zip(answered, right, strict=True)
    ]
    if any(a.shape != r.shape for a, r in pairs):
        return None
    given, wanted = (np.concatenate([np.ravel(pair[side]) for pair in pairs]) for side in (0, 1))
    if not (np.isfinite(given).all() and np.isfinite(wanted).all()) or not wanted.any():
        return None
    return float(given @ wanted / (wanted @ wanted))
