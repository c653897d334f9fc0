"""The kinds of checks, each in a module of its name, and :func:`run`, which runs a check of any kind.

A check asks the submission through a :class:`~grader.checks.context.Context`, compares with the
reference, and returns an :class:`~grader.checks.outcome.Outcome`. A submission that gives no answer
raises :class:`~grader.sandbox.failures.CallError`, which the caller turns into a status of the report.
"""

from __future__ import annotations

from ..assignment.check import BandedCheck, Check
from ..sandbox.failures import CallError
from ..support.i18n import _
from .context import Context
from .outcome import Outcome


def run(check: Check, context: Context) -> Outcome:
    """Run one check. What failed for lack of something on this machine is not judged: raises CallError, not gradable."""
    try:
        outcome = _judged(check, context)
    except CallError as failure:
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
    if (cause := context.student.excuse(variables, calls)) is not None:
        message = _("This is not judged: it depends on a statement that failed. {cause}").format(cause=cause.sentence)
        raise CallError("not_gradable", message, place=cause.place)


def _judged(check: Check, context: Context) -> Outcome:
    """Return the outcome of a check; if it does not pass, find out whether another layout fits the submission better."""
    defined = check.depends_on_layout and any(map(context.student.defines, check.functions()))
    known = {function: list(asked) for function, asked in context.log.answers.items()}
    outcome: Outcome
    try:
        outcome = check.run(context)
    except CallError as failure:
        if failure.status not in ("error", "failed") or not defined or not _reconsiders_layout(context):
            raise
    else:
        if outcome.share == 1 or not defined or not _reconsiders_layout(context):
            return outcome
    context.log.answers = known
    outcome = check.run(context)
    return outcome


def _reconsiders_layout(context: Context) -> bool:
    has_changed = context.student.manner.reconsidered()
    context.log.is_layout_undecided = context.student.manner.undecided
    return has_changed
