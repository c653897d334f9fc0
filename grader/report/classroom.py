"""The result that GitHub Classroom's reporter reads from a step's output: JSON in base64, on one line.

The reporter computes two numbers: what it sends is the sum of ``tests[].score``, and its table shows the share of the
tests that passed, times ``max_score``. Both are right only if all tests weigh the same. So a check is split into
tests of equal weight, and checks without points are left out. A result whose ``max_score`` is 0 is not sent.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..assignment.content import AssignmentFile
from ..language import _
from ..text import clean
from . import said
from .model import CheckResult, Report

VERSION = 1
MOST_TESTS = 100  # into which all points are split; where that is not enough, the table is rounded to a hundredth
CENTS = 100  # scores are rounded to so many parts of a point


@dataclass
class _Share:
    """The tests of one check: how many passed and failed, and what the reporter prints about them."""

    name: str
    score: float
    points: float
    failed_as: str = "fail"
    message: str = ""
    asked: str = ""
    filename: str = ""
    line_no: int = 0
    passes: int = 0
    failures: int = 0

    def tests(self) -> Iterator[dict[str, Any]]:
        """The tests, whose scores add up to that of the check; the message is that of the first failure."""
        count = self.passes + self.failures
        each = round(self.score / max(self.passes, 1), 2)
        first = round(self.score - each * (max(self.passes, 1) - 1), 2)
        explained = self.passes if self.failures else 0
        for index in range(count):
            passed = index < self.passes
            yield {
                "name": self.name if count == 1 else f"{self.name} ({index + 1}/{count})",
                "status": "pass" if passed else self.failed_as,
                "score": first if index == 0 else each if passed else 0.0,
                "message": self.message if index == explained else "",
                "test_code": self.asked,
                "filename": self.filename,
                "line_no": self.line_no,
                "duration": 0,
            }


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
        "tests": _split(share for report in reports for share in _shares(report, several))
        if gradable
        else [_not_graded(report) for report in reports if report.score is None],
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


def points(reports: Sequence[Report]) -> tuple[float, float] | None:
    """Score and points of all assignments; None where one of them could not be graded."""
    scores = [report.score for report in reports if report.score is not None]
    if len(scores) < len(reports):
        return None
    return round(sum(scores), 2), round(sum(report.max_score for report in reports), 2)


def _not_graded(report: Report) -> dict[str, Any]:
    share = _Share(clean(report.assignment.name), 0.0, 0.0, "error", clean(said.not_graded(report), said.LONGEST))
    share.failures = 1
    return next(share.tests())


def _shares(report: Report, several: bool) -> Iterator[_Share]:
    before = f"{clean(report.assignment.name)}: " if several else ""
    for check in report.checks:
        score, worth = check.score or 0.0, 0.0 if said.is_bonus(check) else check.max_score
        if score or worth:
            yield _of_check(report, check, before, score, worth)
    score, worth = said.rest(report)
    if score or worth:
        yield _Share(before + _("Further checks"), score, worth)


def _of_check(report: Report, check: CheckResult, before: str, score: float, worth: float) -> _Share:
    file, line = said.place(report, check)
    return _Share(
        f"{before}{clean(check.name)}",
        score,
        worth,
        "fail" if check.status in said.WRONG else "error",
        "\n".join(said.sentences(check)),
        clean(check.title),
        file,
        line or 0,
    )


def _split(shares: Iterable[_Share]) -> list[dict[str, Any]]:
    """Tests of equal weight. What a bonus has earned makes up for tests that failed."""
    split = list(shares)
    amounts = [round(amount * CENTS) for share in split for amount in (share.score, share.points)]
    total = sum(round(share.points * CENTS) for share in split)
    unit = max(math.gcd(*amounts), total / MOST_TESTS) or 1
    score = worth = 0.0
    for share in split:  # rounding the sums, and not each share, keeps their errors from adding up
        share.passes = -round(score / unit)
        share.failures = -round(worth / unit)
        score, worth = score + share.score * CENTS, worth + share.points * CENTS
        share.passes += round(score / unit)
        share.failures += round(worth / unit) - share.passes
        if share.score < share.points:
            share.failures = max(share.failures, 1)
        elif share.passes == 0:
            share.passes = 1
    surplus = sum(share.passes + max(share.failures, 0) for share in split) - round(total / unit)
    for share in split:
        share.failures = max(share.failures, 0)
    for _number in range(surplus):
        most = max(split, key=lambda share: share.failures)
        if most.failures < 2:  # each failure is shown
            break
        most.failures -= 1
    return [test for share in split for test in share.tests()]
