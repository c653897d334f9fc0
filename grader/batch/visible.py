"""What a student may see of a report: neither instructors' checks nor the evidence of hidden ones."""

from __future__ import annotations

from ..assignment.content import AssignmentFile
from ..language import _, marked
from ..report.model import CheckResult, Report

FAULT = marked("This could not be graded yet, which is not your fault.")
UNSEEN = marked("This check is hidden: its inputs are not shown.")


def for_student(report: Report, content: AssignmentFile) -> Report:
    """The report without instructors' checks; of a hidden one what it gave, the bug and the hint.

    What the grader itself failed with is for instructors: it may name files of their machine.
    """
    visibility = {check.name: check.visibility for check in content.checks}
    shown = [_without_evidence(c) if visibility.get(c.name) == "hidden" else c for c in report.checks]
    if not report.nothing_to_grade():
        shown = [c.model_copy(update={"message": _(FAULT)}) if c.status == "not_gradable" else c for c in shown]
    # One that the assignment has no more, as an old result may have, was perhaps no student's business either.
    kept = [check for check in shown if visibility.get(check.name, "instructor") != "instructor"]
    return report.model_copy(update={"checks": kept})


def _without_evidence(check: CheckResult) -> CheckResult:
    bonus = {"bonus": True} if check.evidence.get("bonus") else {}  # says nothing about the inputs
    message = check.message if check.status in ("passed", "skipped") else _(UNSEEN)
    return check.model_copy(update={"evidence": bonus, "message": message})
