"""Finds generated mutants that may give a submission's numbers in one case: one, several of one kind, or two.

The caller compares them with all answers of all cases.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..expected.mutant import Mutant
from ..expected.mutations import Mutations
from . import effects
from .catalogue import general_name
from .samples import Sample

Mutants = tuple[Mutant, ...]
MOST_PAIRS = 1500


def singles(mutations: Mutations, function: str, sample: Sample, factor: float) -> Iterator[Mutants]:
    """Yield each mutant that may give all answers of the case."""
    table = effects.of(mutations, function, sample)
    agreeing = table.agreeing(sample, factor)
    if table.mutants:
        for index in np.flatnonzero(np.logical_and.reduce([*agreeing.values()])):
            yield (table.mutants[index],)


def of_one_kind(mutations: Mutations, function: str, sample: Sample, factor: float) -> Iterator[Mutants]:
    """Yield mutants of the same bug, or of kinds of one bug, that change different results, and that together may give all answers of the case."""
    table = effects.of(mutations, function, sample)
    agreeing = table.agreeing(sample, factor)
    wrong_names = {name for name in sample.answered if not sample.agrees(name, sample.right[name], factor)}
    by_bug: dict[str, dict[frozenset[str], Mutant]] = {}
    for index, mutant in enumerate(table.mutants):
        changed_names = frozenset(name for name in agreeing if table.changed[name][index])
        if changed_names and changed_names <= wrong_names and all(agreeing[name][index] for name in changed_names):
            for name in {mutant.bug.name: None, general_name(mutant.bug.name): None}:
                by_bug.setdefault(name, {}).setdefault(changed_names, mutant)
    for parts in by_bug.values():
        chosen: list[Mutant] = []
        missing_names = set(wrong_names)
        for changed_names, mutant in sorted(parts.items(), key=lambda part: -len(part[0])):
            if changed_names <= missing_names:
                missing_names -= changed_names
                chosen.append(mutant)
        if not missing_names and len(chosen) > 1:
            yield tuple(chosen)


def pairs(mutations: Mutations, function: str, sample: Sample, factor: float) -> Iterator[Mutants]:
    """Yield two mutants of different quantities that together may give all answers of the case, at most MOST_PAIRS.

    A result that only one of the two changes must agree with that one. Of mutants with the same numbers only the first
    counts; :func:`equal` returns the others.
    """
    table = effects.of(mutations, function, sample)
    names = [*sample.answered]
    bits = 1 << np.arange(len(names))
    right = sum(
        int(bit) for bit, name in zip(bits, names, strict=True) if sample.agrees(name, sample.right[name], factor)
    )
    every = int(bits.sum())
    agreeing = table.agreeing(sample, factor)
    changed = sum(
        (table.changed[name] * bit for bit, name in zip(bits, names, strict=True)), np.zeros(len(table.mutants), int)
    )
    agrees = sum(
        (agreeing[name] * bit for bit, name in zip(bits, names, strict=True)), np.zeros(len(table.mutants), int)
    )
    is_first = np.array([kind == index for index, kind in enumerate(table.kinds)], dtype=bool) & (changed != 0)
    both_change: list[tuple[int, int]] = []
    count = 0
    for one in np.flatnonzero(is_first).tolist():
        fits = is_first & (every & ~(changed | changed[one]) & ~right == 0)
        fits &= (changed[one] & ~changed & ~agrees[one] == 0) & (changed & ~changed[one] & ~agrees == 0)
        for other in (np.flatnonzero(fits[one + 1 :]) + one + 1).tolist():
            if table.mutants[one].steps.keys() & table.mutants[other].steps.keys():
                continue
            if changed[one] & changed[other]:
                both_change.append((one, other))
                continue
            count += 1
            yield (table.mutants[one], table.mutants[other])
    # These must be computed to be excluded. Earlier mutants are more common mistakes.
    for one, other in sorted(both_change, key=sum)[: max(0, MOST_PAIRS - count)]:
        yield (table.mutants[one], table.mutants[other])


def explaining_some(mutations: Mutations, function: str, sample: Sample, factor: float) -> list[Mutant]:
    """Return the mutants that give at least one of the wrong answers of the case."""
    table = effects.of(mutations, function, sample)
    agreeing = table.agreeing(sample, factor)
    some = [table.changed[name] & agrees for name, agrees in agreeing.items() if name != sample.history]
    return [table.mutants[index] for index in np.flatnonzero(np.logical_or.reduce(some))] if some else []


def equal(mutations: Mutations, function: str, sample: Sample, mutant: Mutant) -> list[Mutant]:
    """Return the mutants with other names that have the same numbers in this case as ``mutant``."""
    table = effects.of(mutations, function, sample)
    kind = next(kind for one, kind in zip(table.mutants, table.kinds, strict=True) if one is mutant)
    others = [one for one, other in zip(table.mutants, table.kinds, strict=True) if other == kind]
    return [one for one in others if one.bug.name != mutant.bug.name]
