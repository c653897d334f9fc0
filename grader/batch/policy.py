"""Computes the final score for the gradebook: points taken off for lateness, and rounding."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from ..assignment.policy import Policy
from ..report.model import Report
from ..support.i18n import _, ngettext
from .collect import StudentFiles

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Final:
    """A final score, the points taken off, and the lateness in words ("" if in time).

    ``share`` is the part of the full marks that the lateness costs, which may be more than the score.
    """

    score: float
    penalty: float
    late: str
    share: float = field(default=0.0, compare=False)


def final_score(
    submission_files: StudentFiles, report: Report | None, policy: Policy, extended: bool = False
) -> Final | None:
    """Return the score after late penalty and rounding, None without a score; ``extended`` as for :func:`apply`."""
    if report is None or report.score is None:
        return None
    days, words = _lateness(policy, submission_files.submitted, submission_files.student.late, extended)
    return final_score_of(report, days * policy.percent_a_day / 100, words, policy.rounding)


def final_score_of(report: Report, share: float, late: str, rounding: float) -> Final | None:
    """Return the final score of a report whose lateness costs this share of the full marks, None without a score.

    A total by hand is final as it is.
    """
    if report.score is None:
        return None
    if report.by_hand is not None and report.by_hand.points is not None:
        return Final(report.score, 0.0, late, share)
    return _deducted(report.score, report.max_score, share, late, rounding)


def is_late(policy: Policy, submission_files: StudentFiles, extended: bool = False) -> bool:
    """Return whether a submission came after the due date and the grace period; ``extended`` as for :func:`apply`."""
    if submission_files.submitted is None or policy.due is None:
        return submission_files.student.late and not extended
    return submission_files.submitted > policy.due + timedelta(hours=policy.grace_hours)


def apply(
    policy: Policy,
    score: float,
    max_score: float,
    submitted: datetime | None,
    marked_late: bool,
    extended: bool = False,
) -> Final:
    """Return the final score. ``marked_late`` is the course system's mark, used if ``submitted`` or the due date is unknown.

    ``extended``: the due date is later than that of the course system, so its mark alone takes no points off.
    """
    days, words = _lateness(policy, submitted, marked_late, extended)
    return _deducted(score, max_score, days * policy.percent_a_day / 100, words, policy.rounding)


def _deducted(score: float, max_score: float, share: float, late: str, rounding: float) -> Final:
    off = min(score, share * max_score)
    final = round_to(score - off, rounding)
    return Final(final, round(score - final, 2) if off else 0.0, late, share)


def round_to(score: float, step: float) -> float:
    """Return ``score`` rounded to a multiple of ``step``, halves upwards."""
    exact, width = Decimal(str(round(score, 6))), Decimal(str(step))
    return float((exact / width).quantize(Decimal(1), ROUND_HALF_UP) * width)


def _lateness(policy: Policy, submitted: datetime | None, marked_late: bool, extended: bool) -> tuple[int, str]:
    """Return the number of days to take points off for, and the lateness in words."""
    if submitted is None or policy.due is None:
        if marked_late and extended:
            return 0, _("late, but with an extension")
        if marked_late and policy.percent_a_day:
            return 1, _("late, counted as 1 day")
        return 0, _("late") * marked_late
    due, submitted = policy.due.astimezone(UTC), submitted.astimezone(UTC)
    if submitted <= due:
        return 0, ""
    limit = due + timedelta(hours=policy.grace_hours)
    if submitted <= limit:
        return 0, _("late, within the grace period")
    days = _days_begun(limit.astimezone(policy.due.tzinfo), submitted)
    return days, ngettext("{count} day late", "{count} days late", days).format(count=days)


def _days_begun(limit: datetime, submitted: datetime) -> int:
    """Return the number of days begun after ``limit``. A day ends at the same time of day in ``limit``'s time zone.

    The day on which daylight saving ends has 25 hours, and the day on which it begins has 23.
    """
    days = max(1, math.ceil((submitted - limit) / DAY) - 1)
    while (limit + days * DAY).astimezone(UTC) < submitted:  # adding days keeps the local time of day
        days += 1
    return days
