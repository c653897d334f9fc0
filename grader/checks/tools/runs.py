"""How a training loop ended: whether its costs converge or diverge, and whether that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...assignment.base import Tolerance
from ...judging.compare import compare_results
from ...report.picture_data import RunEnding
from ...support import arrays
from ...support.i18n import _, joined
from ...support.text import plain_number

SETTLED = 0.01  # of the whole fall; a run whose last epoch changes the cost by more has not settled
GROWTH = 1.01  # times the highest cost of the first half; a run that only goes up and down does not reach it


@dataclass(frozen=True)
class Ended:
    """A run, its first and its last cost, and the sentence about what is wrong, "" if it ends as it should."""

    label: str
    first: float
    last: float
    ending: RunEnding
    problem: str = ""


def judged(
    label: str,
    results: Mapping[str, Any],
    history: str,
    converges: bool,
    limit: Mapping[str, Any],
    tolerance: Tolerance,
) -> Ended:
    """Return how a run ended. A run that should converge also has to end with the results of ``limit``."""
    costs = arrays.numbers(results.get(history))
    costs = np.empty(0) if costs is None else np.ravel(costs).astype(np.float64)
    if costs.size < 2:
        sentence = _("{name} has fewer than two entries.")
        return Ended(label, np.nan, np.nan, "unsettled", sentence.format(name=history))
    first, last = float(costs[0]), float(costs[-1])
    ending = _ending(costs)
    words = {"name": history, "first": plain_number(first, 3), "last": plain_number(last, 3)}
    problem = ""
    if ending == "diverges" and converges:
        problem = _("the values of {name} should fall, but they go from {first} to {last}.").format(**words)
    elif ending == "converges" and not converges:
        problem = _("this value is too large, so {name} should grow, but its values go from {first} to {last}.").format(
            **words
        )
    elif ending == "unsettled":
        problem = _(
            "the values of {name} neither settle nor grow without limit: they go from {first} to {last}."
        ).format(**words)
    elif converges:
        problem = _wrong_end(results, limit, tolerance)
    return Ended(label, first, last, ending, problem)


def _ending(costs: np.ndarray[Any, Any]) -> RunEnding:
    if not np.isfinite(costs).all() or costs[-1] > GROWTH * costs[: max(costs.size // 2, 1)].max():
        return "diverges"
    fall = costs[0] - costs[-1]
    return "converges" if fall > 0 and abs(costs[-2] - costs[-1]) <= SETTLED * fall else "unsettled"


def _wrong_end(results: Mapping[str, Any], limit: Mapping[str, Any], tolerance: Tolerance) -> str:
    """Return the sentence about results that do not end at their limit, or ""."""
    compared = compare_results({name: results.get(name) for name in limit}, dict(limit), tolerance)
    wrong = [name for name, comparison in compared.items() if comparison.problem]
    if not wrong:
        return ""
    return _("the run settles, but not at the right {names}.").format(names=joined(wrong))
