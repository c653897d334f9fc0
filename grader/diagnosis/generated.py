"""Finds generated mutants that may give a submission's numbers in one case: one, several of one kind, or two.

The caller compares them with all answers of all cases.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..expected.mutant import Mutant
from ..expected.mutations import Mutations
from . import effects
from .samples import Sample

Mutants = tuple[Mutant, ...]


def singles(mutations: Mutations, function: str, sample: Sample, factor: float) -> Iterator[Mutants]:
    """Yield each mutant that may give all answers of the case."""
    table = effects.of(mutations, function, sample)
    agreeing = table.agreeing(sample, factor)
    if table.mutants:
        for index in np.flatnonzero(np.logical_and.reduce([*agreeing.values()])):
            yield (table.mutants[index],)


def of_one_kind(mutations: Mutations, function: str, sample: Sample, factor: float) -> Iterator[Mutants]:
    """Yield mutants of the same bug that change different results, and that together may give all answers of the case."""
    table = effects.of(mutations, function, sample)
    agreeing = table.agreeing(sample, factor)
    wrong_names = {name for name in sample.answered if not sample.agrees(name, sample.right[name], factor)}
    by_bug: dict[str, dict[frozenset[str], Mutant]] = {}
    for index, mutant in enumerate(table.mutants):
        changed_names = frozenset(name for name in agreeing if table.changed[name][index])
        if changed_names and changed_names <= wrong_names and all(agreeing[name][index] for name in changed_names):
            by_bug.setdefault(mutant.bug.name, {}).setdefault(changed_names, mutant)
    for parts in by_bug.values():
        chosen: list[Mutant] = []
        missing_names = set(wrong_names)
        for changed_names, mutant in sorted(parts.items(), key=lambda part: -len(part[0])):
            if changed_names <= missing_names:
                missing_names -= changed_names
                chosen.append(mutant)
        if not missing_names and len(chosen) > 1:
            yield tuple(chosen)
