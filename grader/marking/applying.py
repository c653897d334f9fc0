"""Applies marks by hand to the report of a submission."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..grading.scoring import passes, total
from ..report.by_hand import TOTAL
from ..report.evidence import ByHand, Evidence
from ..report.model import CheckResult, Report
from ..report.statuses import Status
from ..support.i18n import _, lazy
from .mark import Mark

OUT = lazy("Your instructor took this check out. It does not count.")
FULL = lazy("Your instructor gave full points.")
MARKED = lazy("Your instructor marked this check.")

# The evidence of a finding, which no longer holds if a person gives full points or takes the check out.
FINDING = {"waits_for", "location", "code_line", "example", "cause", "nothing_to_grade", "not_graded_for"}


def applied(report: Report, marks: Sequence[Mark], pass_mark: float) -> Report:
    """Return the report with these marks, at most one for each check; ``pass_mark`` is in percent of the full marks.

    Its scores are those that count. Marks for checks that the report does not contain change nothing.
    """
    marks_by_check = {mark.check: mark for mark in marks}
    if not marks_by_check.keys() & {TOTAL, *(check.name for check in report.checks)}:
        return report
    checks = [
        _marked(check, marks_by_check[check.name], report.score is not None) if check.name in marks_by_check else check
        for check in report.checks
    ]
    result = total(checks, pass_mark)
    changes: dict[str, Any] = {"score": result.score, "max_score": result.max_score, "passed": result.passed}
    changes["provisional"] = any(check.is_unmarked for check in checks)
    mark = marks_by_check.get(TOTAL)
    if mark is not None:
        changes["by_hand"] = _by_hand(mark, report.score)
        if mark.points is not None:
            changes["score"] = mark.points
            changes["provisional"] = False
            changes["passed"] = passes(mark.points, result.max_score, pass_mark)
    ending = "not_gradable" if changes["score"] is None else "graded"
    return report.model_copy(update={**changes, "checks": checks, "ending": ending})


def _by_hand(mark: Mark, automatic: float | None) -> ByHand:
    return ByHand(points=mark.points, automatic=automatic, comment=mark.comment, by=mark.by, at=mark.at, out=mark.out)


def _marked(check: CheckResult, mark: Mark, is_graded: bool) -> CheckResult:
    """Return the result of a check with a mark for it; ``is_graded`` if its points so far are those of the grader."""
    evidence = check.evidence | Evidence(by_hand=_by_hand(mark, check.score if is_graded else None))
    if mark.out:
        changes = {"status": "skipped", "score": 0.0, "max_score": 0.0, "message": _(OUT)}
        return _without_finding(check, evidence, changes)
    if mark.points is None:
        return check.model_copy(update={"evidence": evidence})
    status = _status(check, mark.points)
    changes = {"status": status, "score": mark.points}
    if status == "passed" and check.status != "passed":
        return _without_finding(check, evidence, changes | {"message": _(FULL)})
    if check.status in ("skipped", "not_gradable"):
        return _without_finding(check, evidence, changes | {"message": _(MARKED)})
    return check.model_copy(update={**changes, "evidence": evidence})


def _status(check: CheckResult, points: float) -> Status:
    """Return the status that fits the points; the automatic status stays if it is of the same group."""
    group: Status = "failed"
    if points > 0:
        group = "passed" if points >= check.max_score else "partial"
    elif not check.max_score:
        return "passed" if check.is_unmarked else check.status
    return check.status if check.properties.group == group else group


def _without_finding(check: CheckResult, evidence: Evidence, changes: dict[str, Any]) -> CheckResult:
    """Return the result with these changes, and without the automatic finding, which no longer explains the points."""
    remaining = Evidence.model_construct(
        **{key: value for key, value in evidence.content.items() if key not in FINDING}
    )
    return check.model_copy(update={**changes, "hint": "", "diagnosis": None, "evidence": remaining})
