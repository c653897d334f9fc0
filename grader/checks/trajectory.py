"""``trajectory``: a training loop takes the reference's path, epoch by epoch.

The loss of an epoch may be taken before or after its update: both are conventions. The reference
therefore returns one loss more than there are epochs, and a submission has to match either end.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..assignment import Tolerance, TrajectoryCheck
from ..compare import Comparison, compare
from .context import Context, Outcome, Verdict


def run(check: TrajectoryCheck, context: Context) -> Outcome:
    """Compare the trained parameters and the history on every case."""
    verdict = Verdict(check.function)
    cases = context.cases(check.probes)
    for case in cases:
        expected = context.oracle.results(check.function, case.inputs)
        answered = context.ask(check.function, case.inputs, path_shapes(expected, check.history)).values
        verdict.add(case.name, compare_path(answered, expected, check.history, check.tolerance))
    praise = f"`{check.function}` follows the reference's path in {len(cases)} cases."
    return verdict.outcome(praise, all_or_nothing=True)  # the first loss is right before anything is learnt


def path_shapes(expected: dict[str, Any], history: str | None) -> dict[str, tuple[int, ...]]:
    """The shapes that a submission's results have: its history is one entry shorter."""
    return {name: (len(item) - 1,) if name == history else item.shape for name, item in expected.items()}


def compare_path(
    answered: dict[str, Any], expected: dict[str, Any], history: str | None, tolerance: Tolerance
) -> dict[str, Comparison]:
    """Compare what training returned with what the reference's returned."""
    return {
        name: compare_history(name, answered[name], item, tolerance)
        if name == history
        else compare(name, answered[name], item, tolerance)
        for name, item in expected.items()
    }


def compare_history(name: str, answered: Any, expected: Any, tolerance: Tolerance) -> Comparison:
    """Accept the history before or after each update; ``expected`` holds both, one entry longer."""
    before = compare(name, answered, expected[:-1], tolerance, sequence=True)
    after = compare(name, answered, expected[1:], tolerance, sequence=True)
    if after.problem is None or before.problem is None:
        return before if before.problem is None else after
    length = np.shape(answered)[0] if isinstance(answered, list | np.ndarray) and np.ndim(answered) else None
    if length is not None and length != len(expected) - 1:
        return Comparison(f"{name} has {length} entries, expected one an epoch, {len(expected) - 1}.")
    return before
