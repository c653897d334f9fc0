"""One small module a kind of check. :func:`run` picks the one for a check of ``assignment.yaml``.

A check asks the submission through a :class:`~grader.student.submitted.Context`, compares with the
reference, and returns an :class:`~grader.student.submitted.Outcome`. A submission that gives no answer
raises :class:`~grader.sandbox.failures.CallFailed`, which the caller turns into its own status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..assignment.checks import BandedCheck, BaseCheck
from ..sandbox.failures import CallFailed
from ..student.submitted import Context, Outcome
from ..support.i18n import _
from . import (
    accuracy,
    architecture,
    arguments_unchanged,
    arguments_used,
    chain,
    figures,
    generalisation,
    gradients,
    initialisation,
    namespace,
    overfitting,
    source,
    trajectory,
    values,
)

KINDS: dict[str, Callable[[Any, Context], Outcome]] = {
    "values": values.run,
    "gradients": gradients.run,
    "trajectory": trajectory.run,
    "chain": chain.run,
    "initialisation": initialisation.run,
    "generalisation": generalisation.run,
    "arguments_used": arguments_used.run,
    "arguments_unchanged": arguments_unchanged.run,
    "source": source.run,
    "namespace": namespace.run,
    "figures": figures.run,
    "architecture": architecture.run,
    "accuracy": accuracy.run,
    "overfitting": overfitting.run,
}


# What is judged by what happened while the submission loaded, and the calls that make it happen.
TRAINING = ("fit", "fit_generator", "train_on_batch")
DRAWING = ("bar", "figure", "imshow", "matshow", "plot", "semilogx", "semilogy", "subplot", "subplots", "add_subplot")
MADE_BY: dict[str, tuple[str, ...]] = {
    "source": TRAINING,
    "architecture": TRAINING,
    "accuracy": TRAINING,
    "overfitting": TRAINING,
    "figures": DRAWING,
    "namespace": (),
}

COMPARING = ("values", "gradients", "trajectory", "chain", "initialisation", "generalisation", "arguments_used")


def run(check: BaseCheck, context: Context) -> Outcome:
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


def _excuse(check: BaseCheck, context: Context) -> None:
    calls = MADE_BY.get(check.kind)  # type: ignore[attr-defined]
    if calls is None:
        return
    # What is drawn is judged by the figures: drawing something does not change it.
    variables = [] if check.kind == "figures" else check.variables()  # type: ignore[attr-defined]
    if (cause := context.excuse(variables, calls)) is not None:
        message = _("This is not judged: it depends on a statement that failed. {cause}").format(cause=cause.sentence)
        raise CallFailed("not_gradable", message, place=cause.place)


def _judged(check: BaseCheck, context: Context) -> Outcome:
    """The outcome of a check; where it does not pass, find out whether the submission has to be asked in another way."""
    kind = KINDS[check.kind]  # type: ignore[attr-defined]
    defined = check.kind in COMPARING and any(map(context.defines, check.functions()))  # type: ignore[attr-defined]
    known = {function: list(asked) for function, asked in context.asked_of.items()}
    try:
        outcome = kind(check, context)
    except CallFailed as failure:
        if failure.status not in ("error", "failed") or not defined or not context.manner.reconsidered():
            raise
    else:
        if outcome.share == 1 or not defined or not context.manner.reconsidered():
            return outcome
    context.asked_of = known
    return kind(check, context)
