"""The result that GitHub Classroom's reporter reads from a step's output: JSON in base64, on one line.

The reporter adds up ``tests[].score``, where one that is missing would make the sum NaN, and leaves out a result whose
``max_score`` is 0.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from ..assignment.content import AssignmentFile
from ..language import _
from ..text import clean
from . import said
from .model import CheckResult, Report

VERSION = 1


def render(report: Report, content: AssignmentFile) -> str:
    """The result of one assignment."""
    return render_all([(report, content)])


def render_all(graded: Sequence[tuple[Report, AssignmentFile]]) -> str:
    """The one result of all assignments of a repository; without points if one of them could not be graded."""
    reports = [report for report, _ in graded]
    gradable = all(report.score is not None for report in reports)
    status = "error" if not gradable else "pass" if all(report.passed for report in reports) else "fail"
    several = len(reports) > 1
    document = {
        "version": VERSION,
        "status": status,
        "max_score": sum(report.max_score for report in reports) if gradable else 0,
        "message": " ".join(
            f"{clean(said.verdict(report, content.pass_mark), said.LONGEST)} ({said.provenance(report)})"
            for report, content in graded
        ),
        "tests": [test for report in reports for test in _tests(report, several)],
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


def _tests(report: Report, several: bool) -> list[dict[str, Any]]:
    before = f"{clean(report.assignment.name)}: " if several else ""
    tests = [_test(report, check, before) for check in report.checks]
    score, points = said.rest(report)
    if score or points:
        status = "pass" if score >= points else "fail"
        further = _("Further checks")
        tests.append(_entry(f"{before}{further}", status, score, "", "", "", 0))
    return tests


def _test(report: Report, check: CheckResult, before: str) -> dict[str, Any]:
    file, line = said.place(report, check)
    status = "pass" if check.status == "passed" else "fail" if check.status in said.WRONG else "error"
    told = "\n".join(said.sentences(check))
    return _entry(f"{before}{clean(check.name)}", status, check.score or 0.0, told, clean(check.title), file, line or 0)


def _entry(
    name: str, status: str, score: float, message: str, asked: str, filename: str, line_no: int
) -> dict[str, Any]:
    return {
        "name": name,
        "status": status,
        "score": score,
        "message": message,
        "test_code": asked,
        "filename": filename,
        "line_no": line_no,
        "duration": 0,
    }
