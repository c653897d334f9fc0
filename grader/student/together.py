"""Makes several calls of a submission whose inputs are known in advance: they travel to the worker together if possible.

The outcome is the same as that of one call after the other. So calls travel alone if their arguments may need other
calls, and until the function has returned the results of the task: then calls after a failure are not made.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from ..sandbox.failures import CallError
from .answers import BoundAnswer, PlannedCall, PreparedCall
from .submitted import Submitted


def call_all(student: Submitted, planned: Sequence[PlannedCall]) -> list[BoundAnswer]:
    """Make these calls in order and return their results; raises the first CallError, like :meth:`Submitted.call`."""
    results: list[BoundAnswer] = []
    while len(results) < len(planned):
        rest = planned[len(results) :]
        group = [*itertools.takewhile(lambda each: student.needs_no_other_call(each.function), rest)]
        if group:
            results += _make(student, group)
        else:
            results.append(student.call(rest[0]))
    return results


def _make(student: Submitted, planned: Sequence[PlannedCall]) -> list[BoundAnswer]:
    """Make calls in one frame. If a call cannot be prepared, those before it are made."""
    calls: list[PreparedCall] = []
    failure: CallError | None = None
    for each in planned:
        try:
            calls.append(student.prepared(each))
        except CallError as error:
            failure = error
            break
    outcomes = student.make_all(calls) if calls else []
    results: list[BoundAnswer] = []
    for each, call, outcome in zip(planned, calls, outcomes, strict=False):
        try:
            results.append(student.result(each, student.answered(call, outcome)))
        except CallError:
            if len(results) + 1 < len(outcomes):  # one by one, the calls after this one would not have been made
                student.forget()
            raise
    if failure is not None:
        raise failure
    return results
