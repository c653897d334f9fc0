"""Names pairs of functions that do not belong to the same cost, or that share a cost that is not the task's.

Each function has its own check and its own bug. Two functions together show more: a gradient may be right for another cost
than the loss, loss and gradient may be wrong in the same way, and the history of a training may have another cost than the
loss. Nothing is named in a submission whose functions are right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ...diagnosis import Finding, Findings, costs
from ...diagnosis.costs import CostPair, Costs
from ...diagnosis.findings import JudgedResults
from ...diagnosis.samples import Sample
from ..context import Context

SamplesOf = Callable[[str], Sequence[Sample] | None]

SHARED = "loss-and-gradient-of-another-cost"
DIFFERENT = "gradient-of-another-cost-than-the-loss"
OF_HISTORY = "history-of-another-cost-than-the-loss"


def with_partner(
    context: Context, results: JudgedResults, samples_of: SamplesOf, findings: Findings | None
) -> Findings | None:
    """Return the findings of a function, whose ``results`` are wrong, and those of its pair of functions.

    A bug that loss and gradient share replaces the bugs of both. Functions of different costs are the bug of a function
    without one: next to a named bug they would only say the same in other words. ``samples_of`` returns the answers of a
    function; None if it has none.
    """
    for pair in costs.pairs(context.content, context.mutations):
        with np.errstate(all="ignore"):
            named_findings = _of_pair(context, pair, results, samples_of, findings)
        if named_findings is not None:
            return named_findings
    return findings


def _of_pair(
    context: Context,
    pair: CostPair,
    results: JudgedResults,
    samples_of: SamplesOf,
    findings: Findings | None,
) -> Findings | None:
    function, wrong = results.function, results.wrong
    if findings is not None and pair.loss not in context.log.mistaken_functions:
        return None  # a bug next to the right cost is explained
    losses, gradients = samples_of(pair.loss), samples_of(pair.gradients)
    own = Costs(context.mutations, pair)
    of_loss = own.of_loss(losses) if losses else set()
    if not of_loss or not gradients or not own.is_proven(gradients[0]):
        return None
    if function in (pair.loss, pair.gradients) or _comes_from(findings, pair):
        of_gradients = own.of_gradients(gradients)
        result = context.mutations.order(pair.loss)[0]
        if costs.shared(of_loss, of_gradients):
            return Findings(
                (Finding(SHARED, result, function=pair.loss),), mutants=findings.mutants if findings else ()
            )
        if findings is None and costs.disagree(of_loss, of_gradients):
            return Findings((Finding(DIFFERENT, wrong[0], function=function),))
        return None
    history = context.content.functions[function].history
    if findings is not None or history is None or [*wrong] != [history]:
        return None
    of_history = own.of_history(function, history, samples_of(function) or [])
    if costs.disagree(of_loss, of_history):
        return Findings((Finding(OF_HISTORY, history, function=function),))
    return None


def _comes_from(findings: Findings | None, pair: CostPair) -> bool:
    """True if all bugs are those of the pair, which another function passes on."""
    return findings is not None and all(bug.function in (pair.loss, pair.gradients) for bug in findings.bugs)
