"""Adds a way to find the bug to the outcome of a failed check: from the numbers, and by further calls."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from ... import diagnosis
from ...assignment.base import Tolerance
from ...diagnosis import Finding, Findings, search
from ...diagnosis.findings import JudgedResults
from ...diagnosis.general import GENERAL
from ...diagnosis.log import AnsweredCase
from ...diagnosis.samples import TINY, Sample, as_arrays, projection
from ...expected.mutant import Mutant
from ...expected.probes import ProbeInputs
from ...report.evidence import Evidence
from ...student.listed import LEFT_OUT
from ..context import Context
from ..outcome import Outcome
from . import pairs, probing
from .attempts import Chained, Tried

OF_A_LAYOUT = ("transposed", "wrong-axis")
FEW_ANSWERS = 6  # booleans, with which many bugs agree by chance
NOTHING = "nothing-returned"
COARSEST = 5e-3  # relative to the largest entry; numbers with a larger difference are different


def of_tried(context: Context, attempt: Tried) -> list[AnsweredCase]:
    """Return the cases of an attempt, in the layout of the task."""
    turned = context.student.layout.turned
    return [
        AnsweredCase(case, turned(expected), turned(answered))
        for case, expected, answered in zip(attempt.cases, attempt.expected, attempt.answered, strict=True)
    ]


def named(
    outcome: Outcome,
    context: Context,
    function: str,
    answered: Sequence[AnsweredCase],
    tolerance: Tolerance | None = None,
    others: Sequence[tuple[Outcome, Sequence[AnsweredCase]]] = (),
) -> Outcome:
    """Return ``outcome`` with a way to find the bug of ``function`` and the place of the first error.

    ``others`` are equally correct outcomes from other accepted inputs: the first one that a bug explains counts.
    """
    # An explanation of these answers must also explain those of earlier checks.
    earlier = context.log.answers.setdefault(function, [])
    before = list(earlier)
    earlier += answered
    if outcome.share == 1:
        return outcome

    def diagnose(judged: Outcome) -> Outcome:
        explained = [_explained(judged, context, function, before, answered, tolerance)]
        for other, its_cases in others:
            if explained[-1].bugs is not None:
                return explained[-1]
            explained.append(_explained(other, context, function, before, its_cases, tolerance))
        return explained[-1] if explained[-1].bugs is not None else explained[0]

    return replace(outcome, diagnose=diagnose)


def _explained(
    outcome: Outcome,
    context: Context,
    function: str,
    before: Sequence[AnsweredCase],
    answered: Sequence[AnsweredCase],
    tolerance: Tolerance | None,
) -> Outcome:
    """Return ``outcome`` with its bug and the first wrong result; ``before`` are the answers in earlier checks."""
    samples = samples_of(context, function, [*before, *answered], tolerance or Tolerance())
    if samples is None and _lack_layers(context, function, answered):
        return replace(outcome, bugs=diagnosis.findings_of_check(LEFT_OUT, function))
    if samples is None:
        changes = context.content.functions[function].changes if function in context.content.functions else {}
        returned = [value for each in answered for name, value in each.answers.items() if name not in changes]
        nothing = all(value is None for value in returned)
        return (
            replace(outcome, bugs=diagnosis.findings_of_check(NOTHING, function)) if answered and nothing else outcome
        )
    judged = _judged(context, function, samples)
    # A result that counts as right by consequences agrees with none of the correct numbers. It is not the first wrong one.
    wrong = tuple(name for name in judged.wrong if name not in outcome.right)
    if wrong != judged.wrong:
        right = () if before else tuple(name for name in judged.wrong if name in outcome.right)
        judged = replace(judged, wrong=wrong, right=(*judged.right, *right))
    if _booleans(answered):
        bugs = diagnosis.declared(context.mutations, function, samples)
    else:
        bugs = _bugs(context, function, samples)
    if bugs is not None and context.log.is_layout_undecided and any(bug.bug in OF_A_LAYOUT for bug in bugs.bugs):
        bugs = None  # it may be correct in another layout
    if bugs is not None and _is_a_constant(samples) and bugs.bugs[0].bug != GENERAL["collapsed"]:
        bugs = None  # one number agrees with any array that has it everywhere, and does not show how it was computed
    if judged.wrong:
        bugs = pairs.with_partner(context, judged, partial(_known_samples, context), bugs)
    evidence = outcome.evidence | Evidence(where=judged.wrong[0]) if judged.wrong else outcome.evidence
    return replace(outcome, evidence=evidence, bugs=bugs, judged=judged)


def _lack_layers(context: Context, function: str, answered: Sequence[AnsweredCase]) -> bool:
    """True if some arrays of a list are None in every case, and others are not."""
    entries = {name for names in context.content.functions[function].entries.values() for name in names}
    missing_names = [
        {name for name, value in answers.items() if value is None and name in entries}
        for _case, _expected, answers in answered
    ]
    return bool(answered) and all(
        names and len(names) < len(answers) for names, (_c, _e, answers) in zip(missing_names, answered, strict=True)
    )


def _known_samples(context: Context, function: str) -> list[Sample] | None:
    """Return the answers of a function in all checks; None without answers."""
    answered = context.log.answers.get(function)
    return samples_of(context, function, answered, Tolerance()) if answered else None


def _is_a_constant(samples: Sequence[Sample]) -> bool:
    """True if every answer is the same number although several numbers are expected."""
    answers = [(sample.answered[name], sample.right[name]) for sample in samples for name in sample.answered]
    single = all(np.size(answered) == 1 < np.size(right) for answered, right in answers)
    return single and len({float(np.ravel(answered)[0]) for answered, _right in answers}) == 1


def _bugs(context: Context, function: str, samples: list[Sample]) -> Findings | None:
    factors = context.content.functions[function].factors
    if not all(any(diagnosis.is_right(sample, factor) for factor in factors) for sample in samples):
        findings = _passed_on(context, function, samples)
        if findings is not None:
            return findings
    for findings in context.log.findings:
        # Its behaviour from call to call, or along its path, is the same in every check; and a mutation that explains
        # no answer of an earlier check explains none of them together with this one.
        if any(_is_behaviour_of(function, bug) for bug in findings.bugs):
            return findings
    short = probing.shorter(context, function, samples)
    several = probing.with_few_epochs(context, function, short)
    findings = diagnosis.find(context.content, context.mutations, function, several)
    if findings is None and several != short and not probing.has_several_epochs(context, function, short):
        findings = diagnosis.find(context.content, context.mutations, function, short)
        if findings is not None and any(mutant.is_generated for mutant in findings.mutants):
            findings = (
                None  # many mutants give the numbers of a single epoch, and this one does not give those of several
            )
    if findings is not None and short != samples and not _holds(context, function, samples, findings):
        findings = None
    findings = findings or probing.find(context, function, samples, short)
    if findings is not None:
        context.log.findings.append(findings)
    return findings


def _is_behaviour_of(function: str, bug: Finding) -> bool:
    return bug.function == function and bug.bug in probing.BEHAVIOUR


def _holds(context: Context, function: str, samples: Sequence[Sample], findings: Findings) -> bool:
    """True if the explanation of the first epochs explains all epochs."""
    return bool(findings.mutants) and search.reproduces(context.mutations, function, samples, findings.mutants, 1.0)


def chained(outcome: Outcome, context: Context, check: Chained, answered: Sequence[AnsweredCase]) -> Outcome:
    """Return ``outcome`` with a way to find a bug that functions pass on, or that occurs only in a chain."""
    if outcome.share == 1:
        return outcome
    return replace(outcome, diagnose=lambda judged: replace(judged, bugs=_of_chain(context, check, answered)))


def _of_chain(context: Context, check: Chained, answered: Sequence[AnsweredCase]) -> Findings | None:
    functions = check.functions_called
    earlier = [
        findings for findings in context.log.findings if any(m.bug.function in functions for m in findings.mutants)
    ]
    together = [_joined(earlier)] if len(earlier) > 1 else []
    for findings in (*together, *earlier):
        if _reproduces_chain(context, check, answered, findings.mutants):
            return findings
    return probing.in_a_chain(context, functions, [case for case, _, _ in answered])


def _reproduces_chain(
    context: Context, check: Chained, cases: Sequence[AnsweredCase], mutants: Sequence[Mutant]
) -> bool:
    """True if the correct functions with these mutations, in the same chain, give the submission's results."""
    mutations, functions = context.mutations, context.content.functions
    factors = {name: functions[name].factors for name in check.functions_called}
    for case, expected, answers in cases:
        answered = as_arrays({name: answers[name] for name in expected})
        if answered is None:
            return False
        for combination in itertools.product(*factors.values()):
            state = dict(case.inputs)
            try:
                for _ in range(check.steps):
                    for name, factor in zip(factors, combination, strict=True):
                        results = mutations.results(name, mutants, state)
                        state |= {key: factor * value for key, value in results.items()}
            except Exception:  # arrays with wrong shapes
                return False
            ends = {name: np.asarray(item, dtype=np.float64) for name, item in expected.items()}
            sample = Sample(case.name, state, ends, answered)
            if sample.agreeing({name: state[name] for name in expected}) >= answered.keys():
                break
        else:
            return False
    return True


def _joined(earlier: Sequence[Findings]) -> Findings:
    bugs = dict.fromkeys(finding for findings in earlier for finding in findings.bugs)
    return Findings(tuple(bugs), mutants=tuple(mutant for findings in earlier for mutant in findings.mutants))


def samples_of(
    context: Context, function: str, cases: Sequence[AnsweredCase], tolerance: Tolerance
) -> list[Sample] | None:
    """Return the samples, or None if an answer is not an array of numbers, which the message reports."""
    declared = context.content.functions[function]
    if 0 < _booleans(cases) < FEW_ANSWERS:
        return None  # of two possible answers every second bug gives the wrong one
    samples = []
    for case, expected, answers in cases:
        answered = as_arrays({name: answers[name] for name in expected if name in answers})
        if not answered:
            return None
        inputs = ProbeInputs(declared.complete(case.inputs) | case.inputs)
        right = _right(context, function, inputs, expected)
        sample = Sample(case.name, inputs, right, answered, declared.history)
        accepted = max(sample.accepted, tolerance.relative, tolerance.absolute / max(sample.scale, TINY))
        samples.append(replace(sample, accepted=min(accepted, COARSEST)))
    return samples


def _booleans(cases: Sequence[AnsweredCase]) -> int:
    """Return the number of booleans among the expected results."""
    results = [np.asarray(item) for _case, expected, _answers in cases for item in expected.values()]
    return sum(result.size for result in results if result.dtype.kind == "b")


def _right(context: Context, function: str, inputs: ProbeInputs, expected: dict[str, Any]) -> dict[str, Any]:
    """Return the expected results without the factor of a convention, from the steps if possible."""
    if context.mutations.can_compute(function):
        values = probing.right_results(context.mutations, function, inputs)
        return {name: values[name] for name in expected}
    return {name: np.asarray(item, dtype=np.float64) for name, item in expected.items()}


def _judged(context: Context, function: str, samples: Sequence[Sample]) -> JudgedResults:
    """Return the results that are wrong in a case, by the convention with the fewest of them, and those that are right."""

    def right(factor: float) -> set[str]:
        return set.intersection(*(sample.agreeing(sample.right, factor) for sample in samples))

    right_names = max(map(right, context.content.functions[function].factors), key=len)
    names = [name for name in context.mutations.order(function) if name in samples[0].answered]
    proven = {name for name in right_names if any(np.any(sample.right[name]) for sample in samples)}
    wrong = tuple(name for name in names if name not in right_names)
    return JudgedResults(
        function,
        wrong,
        tuple(name for name in names if name in proven),
        all(_is_multiple(sample, name) for sample in samples for name in wrong),
    )


def _is_multiple(sample: Sample, name: str) -> bool:
    factor = projection([sample.answered[name]], [sample.right[name]])
    return factor is not None and sample.agrees(name, sample.right[name], factor)


def _passed_on(context: Context, function: str, samples: Sequence[Sample]) -> Findings | None:
    """Return the bugs of functions that this one uses, if they explain its answers too."""
    if not context.mutations.can_compute(function):
        return None
    earlier = [
        findings for findings in context.log.findings if any(m.bug.function != function for m in findings.mutants)
    ]
    together = [_joined(earlier)] if len(earlier) > 1 else []
    for findings in (*together, *earlier):
        for factor in context.content.functions[function].factors:
            if search.reproduces(context.mutations, function, samples, findings.mutants, factor):
                return findings
    return None
