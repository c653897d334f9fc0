"""Finds mutations that explain the submission's own wrong functions, so that these need not be called."""

from __future__ import annotations

from ...assignment.base import Tolerance
from ...diagnosis import search
from ...diagnosis.samples import Sample
from ...expected.mutant import Mutant
from ..context import Context
from . import diagnose


def mutants(context: Context, functions: set[str]) -> list[Mutant]:
    """Return mutations that together give all answers of these functions so far; otherwise an empty list."""
    answers = [context.log.answers.get(function, []) for function in functions]
    key = (frozenset(functions), sum(map(len, answers)), context.student.layout)
    if key not in context.log.explaining_mutants:
        try:
            context.log.explaining_mutants[key] = _explaining(context, functions)
        except (LookupError, TypeError, ValueError):  # the steps cannot be computed for a start of the submission
            context.log.explaining_mutants[key] = []
    return context.log.explaining_mutants[key]


def _explaining(context: Context, functions: set[str]) -> list[Mutant]:
    samples_by_function: dict[str, list[Sample]] = {}
    chosen: list[Mutant] = []
    for function in sorted(functions):
        samples = diagnose.samples_of(context, function, context.log.answers.get(function, []), Tolerance())
        mutant = search.single(context.mutations, function, samples) if samples else None
        if samples is None or mutant is None:
            return []
        samples_by_function[function] = samples
        chosen.append(mutant)
    if len(chosen) > 1 and not all(
        search.reproduces(context.mutations, function, samples, chosen, 1.0)
        for function, samples in samples_by_function.items()
    ):
        return []
    return chosen
