"""``trajectory``: a training loop takes the reference's path, epoch by epoch.

The loss of an epoch may be taken before or after its update: both are conventions. The reference
therefore returns one loss more than there are epochs, and a submission has to match either end.
"""

from __future__ import annotations

from ..assignment.checks import TrajectoryCheck
from ..compare import compare_results
from ..text import plural
from . import diagnosed
from .context import Context, Outcome, Verdict


def run(check: TrajectoryCheck, context: Context) -> Outcome:
    """Compare the trained parameters and the history on every case."""
    verdict = Verdict(check.function)
    history = context.content.functions[check.function].history
    cases = context.cases(check.probes, check.given)
    asked: list[diagnosed.Asked] = []
    for case in cases:
        expected = context.oracle.results(check.function, case.inputs)
        answered = context.ask(check.function, case.inputs).values
        asked.append((case, expected, answered))
        verdict.add(case.name, compare_results(answered, expected, check.tolerance, history))
    praise = f"`{check.function}` follows the reference's path in {plural(len(cases), 'case')}."
    outcome = verdict.outcome(praise, all_or_nothing=True)  # the first loss is right before anything is learnt
    return diagnosed.named(outcome, context, check.function, asked)
