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


def redact_for_student(report: Report, visibility: Mapping[str, str], reasons: bool = False) -> Report:
    """Return the report as students may see it; ``visibility`` is that of each check in the assignment.

    Instructor's checks and notes for instructors are removed. A hidden check keeps its score, bug and hint. The reason
    why a check could not be graded is for instructors, because it may name files of their machine. With ``reasons`` it
    is kept if it concerns the machine that students run the grader on: its isolation, data, memory or packages.
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
    return report.model_copy(update={"checks": visible_checks})


def _reason(check: CheckResult) -> str:
    return _(INTERNALLY) if check.evidence.not_graded_for == InternalFailure.cause else check.message


def _without_evidence(check: CheckResult) -> CheckResult:
    bonus = Evidence(bonus=True) if check.evidence.bonus else Evidence()  # reveals nothing about the inputs
    message = check.message if check.properties.is_fine else _(UNSEEN)
    return check.model_copy(update={"evidence": bonus, "message": message})
