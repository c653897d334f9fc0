"""What each generated mutant changes, for one set of inputs: a few entries of every result, kept for a class.

A submission's answers are compared with these entries of all mutants at once. That excludes nearly all of them; the
others are then computed and compared completely.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..expected.mutant import Mutant
from ..expected.mutations import Mutations
from ..expected.probes import known_digest
from .samples import TINY, Array, Sample, are_same

ENTRIES = 16  # of each result
DIGITS = 9  # of equal numbers


@dataclass(frozen=True)
class _Shaped:
    """The mutants whose result has one shape, without axes of length one: their indices, entries and largest entries."""

    shape: tuple[int, ...]
    indices: Array
    entries: Array
    largest: Array

    def alike(self, answer: Array, factor: float, relative: float, absolute: float) -> Array:
        """Return which mutants may have these numbers, in the sense of :func:`grader.diagnosis.samples.alike`."""
        if answer.shape != self.shape and answer.ndim and self.shape:
            return np.zeros(len(self.indices), dtype=bool)
        some = (
            np.ravel(answer)[_places(answer.size if answer.ndim else int(np.prod(self.shape)))]
            if answer.ndim
            else answer
        )
        candidates = factor * self.entries
        near = (
            np.abs(some - candidates)
            <= np.maximum(relative * abs(factor) * self.largest, max(absolute, 1e-300))[:, None]
        )
        agree: Array = (near | (some == candidates) | (np.isnan(some) & np.isnan(candidates))).all(axis=1)
        return agree


def _is_only_zeros(mutant: Mutant, values: dict[str, Array]) -> bool:
    """True if numbers without their fraction are all 0: zeros are the integer part of any small numbers."""
    return mutant.bug.name == "truncated-to-integers" and not any(np.any(array) for array in values.values())


class Effects:
    """The generated mutants of a function whose results can be computed for these inputs, and their numbers."""

    def __init__(
        self, mutants: Sequence[Mutant], numbers: Sequence[dict[str, Array] | None], right: dict[str, Array]
    ) -> None:
        computed = [(mutant, values) for mutant, values in zip(mutants, numbers, strict=True) if values is not None]
        self.mutants = [mutant for mutant, _values in computed]
        self._groups = {
            name: _grouped([values.get(name, array) for _mutant, values in computed]) for name, array in right.items()
        }
        self.changed = {
            name: np.array(
                [name in values and not are_same(values[name], array) for _mutant, values in computed], dtype=bool
            )
            for name, array in right.items()
        }

        self.kinds = self._kinds()

    def _kinds(self) -> list[int]:
        """Return for each mutant the index of the first one with the same numbers."""
        first_indices: dict[tuple[bytes, ...], int] = {}
        numbers: list[list[bytes]] = [[] for _ in self.mutants]
        for group in self._groups.values():
            for shaped in group:
                sizes = np.where(shaped.largest == 0, 1.0, shaped.largest)[:, None]
                all_rounded = np.round(shaped.entries / sizes, DIGITS) + 0.0  # -0.0 becomes 0.0
                for index, rounded, largest in zip(shaped.indices, all_rounded, shaped.largest, strict=True):
                    numbers[index].append(f"{shaped.shape} {largest:.{DIGITS}g}".encode() + rounded.tobytes())
        return [first_indices.setdefault(tuple(one), index) for index, one in enumerate(numbers)]

    @property
    def nbytes(self) -> int:
        """Return the size of the numbers in memory."""
        return sum(
            one.entries.nbytes + one.largest.nbytes + one.indices.nbytes
            for group in self._groups.values()
            for one in group
        )

    def agreeing(self, sample: Sample, factor: float) -> dict[str, Array]:
        """Return {result: which mutants may agree with the answer}. A history is not compared here."""
        with np.errstate(all="ignore"):
            return {name: self._agreeing(sample, name, factor) for name in sample.answered if name in self._groups}

    def _agreeing(self, sample: Sample, name: str, factor: float) -> Array:
        agree = np.ones(len(self.mutants), dtype=bool)
        if name == sample.history:
            return agree
        answer = np.squeeze(sample.answered[name]).astype(np.float64)
        for shaped in self._groups[name]:
            agree[shaped.indices] = shaped.alike(answer, factor, sample.relative, TINY * sample.scale)
        return agree


def of(mutations: Mutations, function: str, sample: Sample) -> Effects:
    """Return the effects of all generated mutants of a function for the inputs of a sample, computed once for a class."""
    key = (function, known_digest(sample.inputs))
    effects = mutations.effects.get(key)
    if effects is None:
        mutants = [mutant for mutant in mutations.generated(function) if mutant.bug.unknown is None]
        right = {name: np.asarray(array, dtype=np.float64) for name, array in sample.right.items()}
        changes = zip(mutants, mutations.changes_of_results(function, mutants, sample.inputs), strict=True)
        numbers = [None if values is None or _is_only_zeros(mutant, values) else values for mutant, values in changes]
        effects = Effects(mutants, numbers, right)
        mutations.effects.add(key, effects, effects.nbytes)
    return effects


def _places(size: int) -> Array:
    """Return the places of the entries that are kept, spread over a result of this size."""
    return np.unique(np.linspace(0, size - 1, ENTRIES).round().astype(np.int64)) if size > ENTRIES else np.arange(size)


def _grouped(arrays: Sequence[Array]) -> list[_Shaped]:
    by_shape: dict[tuple[int, ...], list[int]] = {}
    squeezed = [np.squeeze(array) for array in arrays]
    for index, array in enumerate(squeezed):
        by_shape.setdefault(array.shape, []).append(index)
    groups = []
    for shape, indices in by_shape.items():
        places = _places(int(np.prod(shape)))
        entries = np.stack([np.ravel(squeezed[index])[places] for index in indices])
        largest = np.array([_largest(squeezed[index]) for index in indices])
        groups.append(_Shaped(shape, np.array(indices), entries, largest))
    return groups


def _largest(array: Array) -> float:
    sizes = np.abs(array)
    return float(sizes.max(initial=0.0, where=np.isfinite(sizes)))
