"""One small module a kind of check. :func:`run` picks the one for a check of ``assignment.yaml``.

A check asks the submission through a :class:`~grader.checks.context.Context`, compares with the
reference, and returns an :class:`~grader.checks.context.Outcome`. A submission that gives no answer
raises :class:`~grader.sandbox.endings.CallFailed`, which the caller turns into its own status.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..assignment.checks import BaseCheck
from ..sandbox.endings import CallFailed
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
from .context import Context, Outcome

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


COMPARING = ("values", "gradients", "trajectory", "chain", "initialisation", "generalisation", "arguments_used")


def run(check: BaseCheck, context: Context) -> Outcome:
    """Run one check; where it does not pass, find out whether the submission has to be asked in another way."""
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
