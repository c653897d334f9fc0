"""Adds up the results of the checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..report.model import CheckResult

ROUNDING = 1e-9  # points; the sum of decimal fractions may be that much too low


@dataclass(frozen=True)
class Total:
    """The sum of a report; without a ``score`` if a check could not be graded."""

    score: float | None
    max_score: float
    passed: bool


def total(results: Sequence[CheckResult], pass_mark: float) -> Total:
    """Return the sum of the results; ``pass_mark`` is in percent of the full marks.

    The points of a bonus check count for the score, not for the full marks. A submission passes only if it passes all
    required checks. If no check has points, it passes if it passes all checks.
    """
    score = sum(result.score or 0 for result in results)
    max_score = sum(result.max_score for result in results if not result.evidence.bonus)
    if any(result.status == "not_gradable" for result in results):
        return Total(None, max_score, False)
    passed = passes(score, max_score, pass_mark) and not any(result.prevents_passing for result in results)
    if not max_score:
        passed = all(result.status == "passed" for result in results)
    return Total(round(score, 2), max_score, passed)


def passes(score: float, max_score: float, pass_mark: float) -> bool:
    """Return whether a score reaches ``pass_mark``, which is in percent of the full marks."""
    return score >= pass_mark / 100 * max_score - ROUNDING
