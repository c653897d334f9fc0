"""Words for the marks and comments that a person gave, next to the points of the grader."""

from __future__ import annotations

from ..support.i18n import _
from ..support.text import number_of_points
from .evidence import ByHand
from .model import CheckResult, Report

TOTAL = ""  # the name of the check of a mark for the total


def marks_of(report: Report) -> list[tuple[str, ByHand]]:
    """Return the marks and comments in a report, each with the name of its check, "" for the total, which comes first."""
    marks = [(check.name, check.evidence.by_hand) for check in report.checks]
    return [(name, mark) for name, mark in [(TOTAL, report.by_hand), *marks] if mark is not None]


def words(check: str, mark: ByHand) -> str:
    """Return a mark in a few words, for a cell: ``loss: 8 (automatic: 4)``."""
    name = check or _("total")
    if mark.out:
        value = _("taken out")
    elif mark.points is None:
        comment = _("comment")
        return f"{name}: {comment}"
    else:
        value = number_of_points(mark.points)
    automatic = "–" if mark.automatic is None else number_of_points(mark.automatic)
    of_the_grader = _("automatic: {points}").format(points=automatic)
    return f"{name}: {value} ({of_the_grader})"


def instructor_words(report: Report) -> list[str]:
    """Return sentences for a student about all marks and comments of a person, [] without any."""
    sentences = []
    if report.by_hand is not None:
        if report.by_hand.points is not None:
            sentences.append(_("Total: {points}.").format(points=total_words(report)))
        sentences.append(report.by_hand.comment)
    for check in report.checks:
        mark = check.evidence.by_hand
        if mark is not None:
            finding = "" if check.properties.is_fine or check.evidence.manual else check.message
            sentence = " ".join(filter(None, [mark.comment, finding]))
            sentences.append(f"{check.name} ({check_words(check)}){': ' if sentence else '.'}{sentence}")
    return [sentence for sentence in sentences if sentence]


def check_words(check: CheckResult) -> str:
    """Return the points of a check in words, with those of the grader if a person gave others."""
    mark = check.evidence.by_hand
    points = _("{score:g} of {max_score:g}").format(score=check.score or 0, max_score=check.max_score)
    if mark is None or (mark.points is None and not mark.out):
        return points
    return _("taken out") if mark.out else _by_hand(points, mark)


def total_words(report: Report) -> str:
    """Return the total in words, with that of the grader if a person gave another one."""
    points = _("{score:g} of {max_score:g}").format(score=report.score or 0, max_score=report.max_score)
    mark = report.by_hand
    return points if mark is None or mark.points is None else _by_hand(points, mark)


def _by_hand(points: str, mark: ByHand) -> str:
    if mark.automatic is None:
        return _("{points} by hand").format(points=points)
    return _("{points} by hand, automatic: {automatic:g}").format(points=points, automatic=mark.automatic)
