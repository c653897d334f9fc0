"""The values that the entries of an input may have, and the simple ones among them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.probes import RandomInput

Array = np.ndarray[Any, Any]
SMALL = (0.0, 1.0, -1.0, 2.0, -2.0, 3.0, -3.0)
FRACTIONS = (0.5, 0.25, 0.75)
LARGE = 10.0  # from this scale on, small integers would not be typical values
FEW = 3  # epochs, or whatever else a number counts


@dataclass(frozen=True)
class Domain:
    """The values that an author declares for an input.

    ``simple`` are values of it, the simplest first. ``needed`` is a value that every array must contain.
    """

    simple: tuple[float, ...]
    low: float = -math.inf
    high: float = math.inf
    choices: frozenset[float] | None = None
    needed: float | None = None
    is_smooth: bool = False
    """True if any number between two values is a value as well."""
    is_nonzero: bool = False
    """True for a constant such as a learning rate: zero is a value, but not a typical one."""

    def allows(self, value: Any) -> bool:
        """True if all entries of a value, which are finite, are in the domain."""
        if self.low == -math.inf and self.high == math.inf and self.choices is None:
            return True
        entries = np.ravel(np.asarray(value, dtype=np.float64))
        if (entries < self.low).any() or (entries > self.high).any():
            return False
        if self.choices is not None and not self.choices.issuperset(entries.tolist()):
            return False
        return self.needed is None or self.needed in entries

    def complexity(self, value: Any) -> float:
        """Return a number that is smaller for simpler values: the sum over all entries."""
        entries = value.ravel().tolist() if isinstance(value, np.ndarray) else [float(value)]
        return float(sum(map(self._complexity, entries)))

    def _complexity(self, entry: float) -> float:
        if entry in self.simple:
            return self.simple.index(entry)
        digits = len(f"{entry:g}") if entry == float(f"{entry:g}") else 20
        return 10.0 + digits + abs(entry) / (1 + abs(entry))


def domain_of(declared: Any) -> Domain:
    """Return the domain of an input from its declaration in a probe: random numbers, or a constant."""
    if isinstance(declared, RandomInput):
        return _of_random(declared)
    if isinstance(declared, bool):
        return Domain((float(declared),), choices=frozenset({float(declared)}))
    if isinstance(declared, int):
        if declared < 1:
            return Domain((float(declared),), choices=frozenset({float(declared)}))
        counts = tuple(float(count) for count in range(1, min(declared, FEW) + 1))
        return Domain(counts, 1.0, declared, frozenset(map(float, range(1, declared + 1))))
    if isinstance(declared, float):
        return Domain(
            tuple(dict.fromkeys([*_signed(SMALL, declared >= 0), declared])), is_smooth=True, is_nonzero=declared != 0
        )
    return _of_constants(np.ravel(np.asarray(declared, dtype=np.float64)).tolist())


def _signed(values: Iterable[float], is_positive: bool) -> list[float]:
    return [value for value in values if value >= 0 or not is_positive]


def _of_random(declared: RandomInput) -> Domain:
    if declared.random in ("choice", "labels"):
        values = tuple(sorted(dict.fromkeys(declared.values), key=lambda value: (abs(value), value < 0)))
        needed = declared.values[-1] if declared.random == "labels" else None
        return Domain(values, choices=frozenset(values), needed=needed)
    if declared.random == "normal":
        unit = 1.0 if declared.scale < LARGE else 10.0 ** math.ceil(math.log10(declared.scale))
        is_smooth = declared.dtype == "float"
        return Domain(tuple(unit * value for value in SMALL), is_smooth=is_smooth)
    low, high = declared.low, declared.high
    if declared.dtype == "float":
        ends = [low, high] if high - low >= LARGE else []
        values = tuple(value for value in (*SMALL, *FRACTIONS, *ends) if low <= value <= high)
        return Domain(values or (low,), low, high, is_smooth=True)
    last = high - 1
    values = tuple(dict.fromkeys(value for value in (0.0, last, 1.0, 128.0, 2.0) if low <= value <= last))
    return Domain(values or (low,), low, last, frozenset(map(float, range(math.ceil(low), math.ceil(high)))))


def _of_constants(entries: list[float]) -> Domain:
    """Return the domain of a list of numbers: whole numbers stay whole and in their range; others may be any number."""
    low, high = min(entries, default=0.0), max(entries, default=0.0)
    if all(entry.is_integer() for entry in entries) and high - low < LARGE:
        whole = frozenset(map(float, range(int(low), int(high) + 1)))
        return Domain(tuple(value for value in SMALL if value in whole) or (low,), low, high, whole)
    ends = tuple(entry for entry in (low, high) if entry not in SMALL and abs(entry) >= LARGE)
    return Domain((*SMALL, *ends), min(low, SMALL[-1]), max(high, -SMALL[-1]), is_smooth=True)
