"""Detects functions that share what each of them should keep for itself: two functions that a function has returned for
different arguments, called in turn."""

from __future__ import annotations

from dataclasses import replace

from ...diagnosis import findings_of_check
from ...judging.compare import all_agree, compare_results
from ...report.evidence import Evidence
from ...student.answers import PlannedCall
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome
from .attempts import Probed, Tried

ORDER = (1, 0, 1, 0)
"""The order in which two functions are called, after both were made."""


def judged(outcome: Outcome, check: Probed, function: str, context: Context, attempt: Tried) -> Outcome:
    """Return ``outcome``, which fails if functions returned by ``function`` are right only one at a time.

    Raises CallError if a function gives no answer when another one exists as well.
    """
    declared = context.content.functions[function]
    if outcome.share < 1 or declared.returns_function is None or len(attempt.cases) < 2:
        return outcome
    planned = [PlannedCall(function, case.inputs) for case in attempt.cases[:2]]
    for place, answer in zip(ORDER, context.student.call_in_turn(planned, ORDER), strict=True):
        values = answer.raw.bound
        right = {name: value for name, value in attempt.expected[place].items() if name in values}
        if not all_agree(compare_results(values, right, check.tolerance)):
            break
    else:
        return outcome
    message = _(
        "One function that `{function}` returns is right. But if `{function}` makes two functions, for different arguments, they change each other's results."
    ).format(function=context.student.required(function).label)
    bugs = findings_of_check("functions-share-state", function).of(function)
    evidence = Evidence(where=function)
    return replace(outcome, share=0.0, message=message, evidence=evidence, bugs=bugs, hint_fits=False, diagnose=None)
