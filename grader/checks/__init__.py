"""The kinds of checks, each in a module of its name, and :func:`run`, which runs a check of any kind.

A check asks the submission through a :class:`~grader.student.submitted.Context`, compares with the
reference, and returns an :class:`~grader.student.submitted.Outcome`. A submission that gives no answer
raises :class:`~grader.sandbox.failures.CallFailed`, which the caller turns into a status of the report.
"""

from __future__ import annotations

from ..assignment.check import BandedCheck, Check
from ..sandbox.failures import CallFailed
from ..student.submitted import Context, Outcome
from ..support.i18n import _


def run(check: Check, context: Context) -> Outcome:
    """Run one check. What failed for lack of something on this machine is not judged: raises CallFailed, not gradable."""
    try:
        outcome = _judged(check, context)
    except CallFailed as failure:
        if failure.status in ("error", "failed"):
            _excuse(check, context)
        raise
    measured = isinstance(check, BandedCheck)  # of an untrained model: a bug that is seen in what was done stands
    if outcome.share < 1 and (outcome.bugs is None or measured):
        _excuse(check, context)
    return outcome


def _excuse(check: Check, context: Context) -> None:
    calls = check.depends_on_calls
    if calls is None:
        return
    variables = check.variables() if check.depends_on_variables else []
    if (cause := context.excuse(variables, calls)) is not None:
        message = _("This is not judged: it depends on a statement that failed. {cause}").format(cause=cause.sentence)
        raise CallFailed("not_gradable", message, place=cause.place)


def _judged(check: Check, context: Context) -> Outcome:
    """The outcome of a check; where it does not pass, find out whether the submission has to be asked in another way."""
    defined = check.depends_on_layout and any(map(context.defines, check.functions()))
    known = {function: list(asked) for function, asked in context.asked_of.items()}
    outcome: Outcome
    try:
        outcome = check.run(context)
    except CallFailed as failure:
        if failure.status not in ("error", "failed") or not defined or not context.manner.reconsidered():
            raise
    else:
        if outcome.share == 1 or not defined or not context.manner.reconsidered():
            return outcome
    context.asked_of = known
    outcome = check.run(context)
    return outcome
