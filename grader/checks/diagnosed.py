"""Adds to the outcome of a failed check which bug it was: what the numbers say, and what asking again says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from .. import diagnosis
from ..assignment.checks import ChainCheck
from ..diagnosis import Finding, Findings, search
from ..diagnosis.samples import Sample, arrays
from ..probes import Case
from . import asking
from .attempts import Tried
from .context import Context, Outcome

Asked = tuple[Case, dict[str, Any], dict[str, Any]]  # a case, the right results and the answers, as the task has them


def of_tried(context: Context, tried: Tried) -> list[Asked]:
    """The cases of an attempt, in the layout of the task."""
    turned = context.manner.turned
    return [
        (case, turned(expected), turned(answered))
        for case, expected, answered in zip(tried.cases, tried.expected, tried.answered, strict=True)
    ]


def named(outcome: Outcome, context: Context, function: str, asked: Sequence[Asked]) -> Outcome:
    """Return ``outcome`` with the bug of ``function`` where it is not right, and with the place of the first error."""
    if outcome.share == 1:
        return outcome
    samples = _samples(context, function, asked)
    if samples is None:
        return outcome
    outcome = _located(outcome, context, function, samples)
    found = _passed_on(context, function, samples)
    if found is None:
        found = diagnosis.find(context.content, context.mutations, function, samples)
        found = found or asking.find(context, function, samples)
        if found is not None:
            context.found.append(found)
    return replace(outcome, bugs=found)


def chained(outcome: Outcome, context: Context, check: ChainCheck, asked: Sequence[Asked]) -> Outcome:
    """Return ``outcome`` with the bug that functions pass on to each other, or that shows only when they do."""
    if outcome.share == 1:
        return outcome
    functions = check.functions_called
    known = [mutant for found in context.found for mutant in found.mutants]
    for found in context.found:
        if found.mutants or not known:
            return replace(outcome, bugs=found)  # what a function gets wrong alone it gets wrong here
    repeated = asking.in_a_chain(context, functions, [case for case, _, _ in asked])
    return replace(outcome, bugs=repeated)


def _samples(context: Context, function: str, asked: Sequence[Asked]) -> list[Sample] | None:
    """None where an answer is no array of numbers: the message says so, and there is nothing to compute with."""
    declared = context.content.functions[function]
    samples = []
    for case, expected, answers in asked:
        answered = arrays({name: answers[name] for name in expected if name in answers})
        if not answered:
            return None
        inputs = declared.complete(case.inputs) | case.inputs
        right = _right(context, function, inputs, expected)
        samples.append(Sample(case.name, inputs, right, answered, declared.history))
    return samples


def _right(context: Context, function: str, inputs: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The right results without the factor of a convention: from the steps, where there are any."""
    if context.mutations.known(function):
        values = context.mutations.results(function, [], inputs)
        return {name: values[name] for name in expected}
    return {name: np.asarray(item, dtype=np.float64) for name, item in expected.items()}


def _located(outcome: Outcome, context: Context, function: str, samples: Sequence[Sample]) -> Outcome:
    """Say which result is the first wrong one along the computation."""
    order = context.mutations.order(function)
    factors = [1.0, *context.content.functions[function].conventions.values()]
    wrong = min(
        (
            [name for name in order if name in samples[0].answered and not _right_everywhere(samples, name, factor)]
            for factor in factors
        ),
        key=len,
    )
    return replace(outcome, evidence={**outcome.evidence, "where": wrong[0]}) if wrong else outcome


def _right_everywhere(samples: Sequence[Sample], name: str, factor: float) -> bool:
    return all(sample.agrees(name, sample.right[name], factor) for sample in samples)


def _passed_on(context: Context, function: str, samples: Sequence[Sample]) -> Findings | None:
    """Bugs of functions that this one uses, if they explain its answers too."""
    if not context.mutations.known(function):
        return None
    earlier = [found for found in context.found if any(m.bug.function != function for m in found.mutants)]
    every = [mutant for found in earlier for mutant in found.mutants]
    if len(earlier) > 1 and search.reproduced(context.mutations, function, samples, every, 1.0):
        findings: list[Finding] = [finding for found in earlier for finding in found.bugs]
        return Findings(tuple(dict.fromkeys(findings)), mutants=tuple(every))
    for found in earlier:
        if search.reproduced(context.mutations, function, samples, found.mutants, 1.0):
            return found
    return None
