"""The output that the reporter of GitHub Classroom reads: JSON in base64, on one line.

The reporter computes two numbers. It sends the sum of ``tests[].score``, and its table shows the share of passed tests
times ``max_score``. Both numbers are correct only if all tests have the same weight. Therefore a check is split into
tests of equal weight, and checks without points are left out. The reporter does not send a result whose
``max_score`` is 0.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..support.i18n import _
from ..support.text import clean
from . import wording
from .model import CheckResult, Report

PLACE = 5
SUFFIX = ".classroom.txt"

VERSION = 1
MOST_TESTS = 100  # all points are split into at most this many tests; the table may then be off by a hundredth
CENTS = 100  # scores are rounded to this fraction of a point


@dataclass
class _Share:
    """The tests of one check: how many passed and failed, and the text that the reporter prints about them."""

    name: str
    score: float
    points: float
    failure_status: str = "fail"
    message: str = ""
    test_code: str = ""
    filename: str = ""
    line_no: int = 0
    passes: int = 0
    failures: int = 0

    def tests(self) -> Iterator[dict[str, Any]]:
        """Yield the tests. Their scores add up to the score of the check; the first failure has the message."""
        count = self.passes + self.failures
        each = round(self.score / max(self.passes, 1), 2)
        first = round(self.score - each * (max(self.passes, 1) - 1), 2)
        message_index = self.passes if self.failures else 0
        for index in range(count):
            passed = index < self.passes
            yield {
                "name": self.name if count == 1 else f"{self.name} ({index + 1}/{count})",
                "status": "pass" if passed else self.failure_status,
                "score": _score_of(index, passed, first, each),
                "message": self.message if index == message_index else "",
                "test_code": self.test_code,
                "filename": self.filename,
                "line_no": self.line_no,
                "duration": 0,
            }


def _score_of(index: int, passed: bool, first: float, each: float) -> float:
    if index == 0:
        return first
    return each if passed else 0.0


def render(report: Report, content: AssignmentSpec) -> str:
    """Return the result of one assignment."""
    return render_all([(report, content)])


def render_all(results: Sequence[tuple[Report, AssignmentSpec]]) -> str:
    """Return one result for all assignments of a repository; it has no points if one of them could not be graded."""
    reports = [report for report, _ in results]
    gradable = all(report.score is not None for report in reports)
    several = len(reports) > 1
    document = {
        "version": VERSION,
        "status": _status(reports),
        "max_score": sum(report.max_score for report in reports) if gradable else 0,
        "message": " ".join(
            f"{clean(wording.verdict(report, content.pass_mark), wording.LONGEST)} ({wording.provenance(report)})"
            for report, content in results
        ),
        "tests": _split(share for report in reports for share in _shares(report, several))
        if gradable
        else [_not_graded(report) for report in reports if report.score is None],
    }
    return base64.b64encode(json.dumps(document).encode()).decode()


def _status(reports: Sequence[Report]) -> str:
    if any(report.score is None for report in reports):
        return "error"
    return "pass" if all(report.passed for report in reports) else "fail"


def points(reports: Sequence[Report]) -> tuple[float, float] | None:
    """Return the score and the points of all assignments; None if one of them could not be graded."""
    scores = [report.score for report in reports if report.score is not None]
    if len(scores) < len(reports):
        return None
    return round(sum(scores), 2), round(sum(report.max_score for report in reports), 2)


def _not_graded(report: Report) -> dict[str, Any]:
    share = _Share(clean(report.assignment.name), 0.0, 0.0, "error", clean(wording.not_graded(report), wording.LONGEST))
    share.failures = 1
    return next(share.tests())


def _shares(report: Report, several: bool) -> Iterator[_Share]:
    prefix = f"{clean(report.assignment.name)}: " if several else ""
    for check in report.checks:
        score, worth = check.score or 0.0, 0.0 if wording.is_bonus(check) else check.max_score
        if score or worth:
            yield _of_check(report, check, prefix, score, worth)
    score, worth = wording.rest(report)
    if score or worth:
        yield _Share(prefix + _("Further checks"), score, worth)


def _of_check(report: Report, check: CheckResult, prefix: str, score: float, worth: float) -> _Share:
    file, line = wording.place(report, check)
    return _Share(
        f"{prefix}{clean(check.name)}" + (f" ({wording.label(check)})" if check.is_unmarked else ""),
        score,
        worth,
        "fail" if check.properties.is_wrong_answer else "error",
        "\n".join(wording.sentences(check)),
        clean(check.title),
        file,
        line or 0,
    )


def _split(shares: Iterable[_Share]) -> list[dict[str, Any]]:
    """Return tests of equal weight. Points earned in a bonus check make up for tests that failed."""
    shares = list(shares)
    amounts = [round(amount * CENTS) for share in shares for amount in (share.score, share.points)]
    total = sum(round(share.points * CENTS) for share in shares)
    unit = max(math.gcd(*amounts), total / MOST_TESTS) or 1
    score = worth = 0.0
    for share in shares:  # the running sums are rounded, not each share, so that rounding errors do not add up
        share.passes = -round(score / unit)
        share.failures = -round(worth / unit)
        score, worth = score + share.score * CENTS, worth + share.points * CENTS
        share.passes += round(score / unit)
        share.failures += round(worth / unit) - share.passes
        if share.score < share.points:
            share.failures = max(share.failures, 1)
        elif share.passes == 0:
            share.passes = 1
    surplus = sum(share.passes + max(share.failures, 0) for share in shares) - round(total / unit)
    for share in shares:
        share.failures = max(share.failures, 0)
    for _number in range(surplus):
        largest = max(shares, key=lambda share: share.failures)
        if largest.failures < 2:  # each check that failed keeps at least one failed test
            break
        largest.failures -= 1
    return [test for share in shares for test in share.tests()]
