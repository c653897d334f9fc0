"""Redacts a report for students: without the instructor's checks, and without evidence of hidden checks."""

from __future__ import annotations

from collections.abc import Mapping

from ..support.errors import InternalFailure
from ..support.i18n import _, lazy
from .evidence import Evidence
from .model import CheckResult, Report
from .wording import FAULT

INTERNALLY = lazy("The grader itself failed in this check. Tell your instructor.")
UNSEEN = lazy("This check is hidden: its inputs are not shown.")
HARMLESS = (
    "bonus",
    "required",
    "manual",
    "by_hand",
)  # evidence that reveals nothing about the inputs of a hidden check


def redact_for_student(report: Report, visibility: Mapping[str, str], reasons: bool = False) -> Report:
    """Return the report as students may see it; ``visibility`` is that of each check in the assignment.

    Instructor's checks, notes for instructors, and the names of people who gave marks are removed. A hidden check keeps
    its score, bug, hint and the comment of a person. The reason why a check could not be graded is for instructors,
    because it may name files of their machine. With ``reasons`` it is kept if it concerns the machine that students run the
    grader on: its isolation, data, memory or packages.
    """
    report = report.without_words_to_instructors()
    checks = [_without_evidence(c) if visibility.get(c.name) == "hidden" else c for c in report.checks]
    if not report.nothing_to_grade():
        checks = [
            c.model_copy(update={"message": _reason(full_check) if reasons else _(FAULT)})
            if c.status == "not_gradable"
            else c
            for full_check, c in zip(report.checks, checks, strict=True)
        ]
    # An old result may have a check that the assignment no longer has; it is removed, since it may have been private.
    visible_checks = [check for check in checks if visibility.get(check.name, "instructor") != "instructor"]
    visible_checks = [_without_halves(_without_marker(check)) for check in visible_checks]
    by_hand = report.by_hand.model_copy(update={"by": ""}) if report.by_hand is not None else None
    return report.model_copy(update={"checks": visible_checks, "by_hand": by_hand})


def _reason(check: CheckResult) -> str:
    return _(INTERNALLY) if check.evidence.not_graded_for == InternalFailure.cause else check.message


def _without_evidence(check: CheckResult) -> CheckResult:
    content = {name: value for name, value in check.evidence.content.items() if name in HARMLESS}
    message = check.message if check.properties.is_fine else _(UNSEEN)
    return check.model_copy(update={"evidence": Evidence.model_construct(**content), "message": message})


def _without_halves(check: CheckResult) -> CheckResult:
    """Return the check without the accuracies that decide a leaderboard at its end."""
    content = check.evidence.content
    if content.pop("halves", None) is None:
        return check
    return check.model_copy(update={"evidence": Evidence.model_construct(**content)})


def _without_marker(check: CheckResult) -> CheckResult:
    """Return the check without the name of the person who marked it."""
    by_hand = check.evidence.by_hand
    if by_hand is None or not by_hand.by:
        return check
    anonymous = Evidence(by_hand=by_hand.model_copy(update={"by": ""}))
    return check.model_copy(update={"evidence": check.evidence | anonymous})
