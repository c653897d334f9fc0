"""Calls a submission in each accepted way, and keeps the best outcome.

A function may work only with certain sizes (a probe names its ``fallback``), may take another input instead of an
argument, and may have a common factor in all its results. Each of these is declared in the assignment and noted in the
outcome. The calls of the reference do not depend on the answers, so that all of them can be recorded.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from ...assignment.base import Tolerance
from ...expected.probes import Case, replaced
from ...judging.compare import compare_results
from ...judging.wrong_answer import WrongAnswer
from ...sandbox.failures import CallError
from ...student import together
from ...student.answers import BoundAnswer, PlannedCall
from ...student.layout import WIDEST
from ...support import arrays
from ...support.i18n import _, joined
from ..context import Context
from ..outcome import Verdict
from . import conventions

Answers = dict[str, Any]
# The expected results of a case by convention; "" is the convention of the task.
Expected = dict[str, Answers]


class Probed(Protocol):
    """The parts of a check that are needed here."""

    @property
    def probes(self) -> list[str]: ...
    @property
    def given(self) -> list[str]: ...
    @property
    def tolerance(self) -> Tolerance: ...


class Chained(Probed, Protocol):
    """A check of functions that pass on their results, in ``steps`` rounds."""

    @property
    def functions_called(self) -> list[str]: ...
    @property
    def steps(self) -> int: ...


@dataclass(frozen=True)
class Tried:
    """One answered attempt: its verdict, and the numbers that it was judged by.

    ``others`` are equally correct attempts with another input; a bug may show which of them is meant.
    """

    verdict: Verdict
    fits: bool
    cases: list[Case]
    answered: list[Answers]
    expected: list[Answers]
    others: tuple[Tried, ...] = ()
    convention: str = ""


@dataclass(frozen=True)
class _Plan:
    """Cases of one size with their expected results; ``note`` says why they are not those of the check."""

    note: str
    cases: list[Case]
    expected: list[Expected]


def best(
    check: Probed,
    context: Context,
    functions: Sequence[str],
    expect: Callable[[Case], Expected],
    call: Callable[[Sequence[tuple[Case, Answers]]], list[BoundAnswer]],
) -> Tried:
    """Return the best attempt, the first of those that are equally good.

    ``expect`` returns the expected results of a case. ``call`` calls ``functions`` for each case; it gets the cases, each
    with the inputs to send, which may differ. Raises CallError if no attempt is answered.
    """
    plans = [_Plan("", cases := context.cases.draw(check.probes, check.given), [expect(case) for case in cases])]
    instead = [context.content.probes[name].fallback for name in check.probes]
    names = [name for name in dict.fromkeys(instead) if name]
    if names:
        cases = context.cases.draw(names, check.given)
        plans.append(_Plan(joined(names), cases, [expect(case) for case in cases]))
    has_another_form = len(plans) > 1 and _dimensions(plans[0]) != _dimensions(plans[1])
    failures: dict[str, CallError] = {}
    furthest_failure: CallError = WrongAnswer("")
    attempts_so_far: list[Tried] = []
    for plan in itertools.chain(plans, _of_own_widths(check, context, names, expect)):
        failures_here: dict[str, CallError] = {}
        furthest = (-1, (-1, -1))
        for place, other in context.cases.replacements(functions, plan.cases[0]):
            answered_before = context.student.answer_count
            try:
                results = call([(case, replaced(case.inputs, place, other)) for case in plan.cases])
            except CallError as failure:
                if failure.status not in ("error", "failed"):
                    raise
                failures_here[place] = failure
                progress = (context.student.answer_count - answered_before, _order(failure))
                if progress > furthest:
                    furthest, furthest_failure = progress, failure
                continue
            notes = context.student.notes(list(functions))
            if plan.note:
                only = _("It was called with the inputs of '{probes}', because it works only with these.")
                notes.append(only.format(probes=plan.note))
                if place in failures:
                    notes[-1] += " " + _("With other inputs: {message}").format(message=failures[place].message)
            if place:
                notes.append(
                    _("The function takes {other} instead of {place}: accepted.").format(other=other, place=place)
                )
            notes += dict.fromkeys(note for result in results for note in result.notes)
            attempts = _judge(check, context, "`, `".join(functions), plan, results, notes)
            attempts_so_far += attempts
            if any(attempt.verdict.share == 1 for attempt in attempts):
                break
        failures = failures_here or failures
        fitting = [attempt for attempt in attempts_so_far if attempt.fits]
        if fitting and (not has_another_form or any(attempt.verdict.share == 1 for attempt in fitting)):
            break
    if not attempts_so_far:
        # The accepted input that was meant is not known: an error that occurs later is not caused by the input.
        raise furthest_failure
    best = max(attempts_so_far, key=_rightness)
    if best.verdict.share == 1:
        return best
    known_answers: list[int] = [id(best.answered)]
    others = []
    for attempt in attempts_so_far:  # of several conventions, the first one
        if _rightness(attempt) == _rightness(best) and id(attempt.answered) not in known_answers:
            known_answers.append(id(attempt.answered))
            others.append(attempt)
    return replace(best, others=tuple(others))


def _dimensions(plan: _Plan) -> dict[str, int]:
    """Return {input: number of axes}. With other numbers of axes, wrong shapes may give numbers in place of an error."""
    return {name: np.ndim(value) for name, value in plan.cases[0].inputs.items()}


def call_all(context: Context, function: str, cases: Sequence[tuple[Case, Answers]]) -> list[BoundAnswer]:
    """Call a function for cases, each with the inputs to send, and return the answers; raises CallError."""
    shapes = [context.student.shapes(function, case.inputs) for case, _inputs in cases]
    planned = [
        PlannedCall(function, inputs, shapes=shape) for (_case, inputs), shape in zip(cases, shapes, strict=True)
    ]
    return together.call_all(context.student, planned)


def _of_own_widths(
    check: Probed, context: Context, names: Sequence[str], expect: Callable[[Case], Expected]
) -> Iterator[_Plan]:
    """Yield the cases of the probes ``names`` for a network that works only with its own widths, not those of the task."""
    widths = context.student.layout.widths
    usual = context.content.widths()
    other = {name: width for name, width in widths.items() if usual[name] != width}
    if names and other and max(widths.values()) <= WIDEST:
        cases = context.cases.draw(list(dict.fromkeys(names)), check.given, widths)
        phrase = _("{probes}, with layers of {widths} units").format(
            probes=joined(dict.fromkeys(names)), widths=joined(map(str, widths.values()))
        )
        yield _Plan(phrase, cases, [expect(case) for case in cases])


def _rightness(attempt: Tried) -> tuple[float, bool]:
    return attempt.verdict.share, attempt.fits


def _judge(
    check: Probed, context: Context, function: str, plan: _Plan, results: list[BoundAnswer], notes: list[str]
) -> list[Tried]:
    # In the layout of the submission, so that shapes and indices in a message are those that its author sees.
    answered = [result.raw.bound for result in results]
    lists = dict.fromkeys(name for result in results for name in result.lists)
    attempts = []
    for convention, accepted, results_of_cases in conventions.each(context.content, plan.expected):
        verdict = Verdict(function, [*notes, *accepted], lists)
        fits = True
        expected = [
            {name: right for name, right in context.student.layout.turned(item).items() if name in values}
            for item, values in zip(results_of_cases, answered, strict=True)
        ]
        for case, values, right in zip(plan.cases, answered, expected, strict=True):
            verdict.add(case.name, compare_results(values, right, check.tolerance, inputs=case.inputs.values()))
            fits = fits and arrays.have_shapes(
                values, {name: arrays.shape_of(item) or () for name, item in right.items()}
            )
        attempts.append(Tried(verdict, fits, plan.cases, answered, expected, convention=convention))
        if verdict.share == 1 and fits:
            break
    return attempts


def _order(failure: CallError) -> tuple[int, int]:
    """Return the cell and the line at which a call failed; unknown places come first."""
    cell, line = failure.place or (None, None)
    return (cell or 0, line or 0)
