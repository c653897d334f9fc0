"""Declared mistakes of a network class that explain several of its answers, so that each mistake counts once.

The functions of the reference compute the outputs, the cost and the training of the same network. A mistake of the forward
pass is declared for its outputs, as options of the steps. With the same options, the steps of the training show what
this mistake does to a gradient.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...assignment.base import Tolerance
from ...diagnosis import Findings, findings_of_check
from ...diagnosis.samples import Sample
from ...expected.mutant import Mutant
from ...expected.mutations import Mutations
from ...expected.probes import Case
from ...judging.compare import all_agree
from ..context import Context
from .networks import Judge

Answered = tuple[Case, Mapping[str, Any], Mapping[str, Any]]  # a case, its inputs and the answers


def follows(judge: Judge, context: Context, function: str, answered: Sequence[Answered], tolerance: Tolerance) -> bool:
    """True if declared mistakes that explain all wrong answers of earlier checks explain ``answered``, too.

    They are a mistake of ``function``, if an earlier check has found one, or of another function, or both. Each may come
    together with an accepted convention.
    """
    earlier = _earlier(context, function)
    own = [[], *([mutant] for mutant in _declared(context, function, accepted=False))] if earlier else [[]]
    other = [[], *([mutant] for mutant in carried(judge, context, function, tolerance))]
    conventions = [[], *([mutant] for mutant in _declared(context, function, accepted=True))]
    return any(
        _explain(judge, context, function, [*convention, *mistakes], [*earlier, *answered], tolerance)
        for convention in conventions
        for mistakes in ([*one, *two] for one, two in itertools.product(other, own))
        if mistakes
    )


def carried(judge: Judge, context: Context, function: str, tolerance: Tolerance) -> list[Mutant]:
    """Return the mistakes of other functions that explain their wrong answers so far, as mutants of ``function``."""
    if not context.mutations.is_program(function):
        return []
    return [
        replace(mutant, bug=mutant.bug.model_copy(update={"function": function}))
        for other in context.log.answers
        if other != function and context.mutations.is_program(other)
        for mutant in _explaining(judge, context, other, tolerance)
    ]


def with_convention(
    mutations: Mutations, function: str, samples: Sequence[Sample], carried: Sequence[Mutant] = ()
) -> Findings | None:
    """Return the one declared mistake that explains all samples together with an accepted convention; None without one.

    A mistake that was ``carried`` from another function has its name there, so it counts like a convention here.
    """
    accepted, mistakes = ([one for one in mutations.of(function) if one.bug.accepted is kind] for kind in (True, False))
    names: dict[str, str] = {}
    for mistake, convention in itertools.product(mistakes, [*accepted, *carried]):
        pairs = (
            (sample, mutations.results_or_none(function, [convention, mistake], sample.inputs)) for sample in samples
        )
        if all(values is not None and sample.agreeing(values) >= sample.answered.keys() for sample, values in pairs):
            names[mistake.bug.name] = next(iter(samples[0].answered))
    return findings_of_check(*next(iter(names.items()))) if len(names) == 1 else None


def _explaining(judge: Judge, context: Context, function: str, tolerance: Tolerance) -> Iterator[Mutant]:
    """Yield the mistakes with options that explain all wrong answers of a function, alone or with a convention."""
    earlier = _earlier(context, function)
    conventions = [[], *([mutant] for mutant in _declared(context, function, accepted=True))]
    for mutant in _declared(context, function, accepted=False) if earlier else ():
        if mutant.bug.options and any(
            _explain(judge, context, function, [*convention, mutant], earlier, tolerance) for convention in conventions
        ):
            yield mutant


def _declared(context: Context, function: str, accepted: bool) -> list[Mutant]:
    """Return the conventions, or the mistakes, that are declared for a function and have no unknown number."""
    return [
        mutant
        for mutant in context.mutations.of(function)
        if mutant.bug.accepted is accepted and mutant.bug.unknown is None
    ]


def _earlier(context: Context, function: str) -> list[Answered]:
    return [(one.case, one.case.inputs, one.answers) for one in context.log.answers.get(function, [])]


def _explain(
    judge: Judge,
    context: Context,
    function: str,
    mutants: Sequence[Mutant],
    answered: Sequence[Answered],
    tolerance: Tolerance,
) -> bool:
    """True if the steps of a function with these mutants give all answers."""
    computed = (
        (case, context.mutations.results_or_none(function, mutants, inputs), answers)
        for case, inputs, answers in answered
    )
    return all(
        right is not None and all_agree(judge.compared(case, answers, right, tolerance))
        for case, right, answers in computed
    )
