"""Tests of the statistics of a class."""

from __future__ import annotations

import pytest

from grader.batch import summary as summary_module
from grader.batch.summary import BugCount, ClassSummary, Difficulty, Outcomes, outcomes
from grader.report.evidence import ByHand, Evidence
from grader.report.model import (
    AssignmentName,
    CheckResult,
    Diagnosis,
    Environment,
    Isolation,
    NamedBug,
    Report,
    SubmissionName,
)


def report(first, second, bug=None, accuracy=None):
    def check(name, points, **more):
        status = "passed" if points == 10 else "failed"
        return CheckResult(name=name, title=name.title(), status=status, score=points, max_score=10, message="", **more)

    other_bugs = [NamedBug(bug="other-bug", title="Another", where="b")]
    diagnosis = Diagnosis(bug=bug, title="A bug", where="a", also=other_bugs) if bug else None
    bonus = {"bonus": True, "accuracy": accuracy, "interval": [accuracy - 0.1, accuracy + 0.1]} if accuracy else {}
    return Report(
        assignment=AssignmentName(name="x", version="1"),
        submission=SubmissionName(path="p", sha256=str(accuracy)),
        score=first + second,
        max_score=20,
        passed=True,
        ending="graded",
        checks=[check("first", first, diagnosis=diagnosis), check("second", second, evidence=bonus)],
        isolation=Isolation(level="strong", not_enforced=[]),
        environment=Environment(python="3", numpy="2", tensorflow=None, device="cpu", data="d"),
        seconds=1,
    )


def test_checks_bugs_and_leaderboard_of_a_class():
    summary = ClassSummary()
    for name, (first, second, bug, accuracy) in {
        "Ada": (10.0, 10.0, None, 0.9),
        "Bob": (10.0, 5.0, None, 0.95),
        "Cy": (0.0, 0.0, "some-bug", None),
        "Di": (0.0, 5.0, "some-bug", None),
    }.items():
        summary.add(name, report(first, second, bug, accuracy), first + second)
    summary.add("Ed", report(0.0, 0.0), None)  # without a score it does not count
    first, second = summary.difficulties()
    assert first == Difficulty("first", "First", 4, 0.5, 0.5, 0.5, 0.7071, Outcomes(passed=2, failed=2))
    assert (second.passed, second.mean) == (0.25, 0.5)
    assert summary.bugs() == [BugCount("other-bug", "Another", 2), BugCount("some-bug", "A bug", 2)]
    assert [entry.submission for entry in summary.leaderboard()] == ["Bob", "Ada"]
    scores = summary.scores()
    assert (scores["count"], scores["mean"], scores["median"], scores["highest"]) == (4, 10, 10, 20)


def test_class_without_scores_has_no_statistics():
    assert ClassSummary().scores() == {"count": 0}
    assert (ClassSummary().difficulties(), ClassSummary().bugs(), ClassSummary().leaderboard()) == ([], [], [])


def test_check_that_all_students_pass_has_no_discrimination():
    summary = ClassSummary()
    for name in ("Ada", "Bob"):
        summary.add(name, report(10.0, 10.0), 20.0)
    assert [check.discrimination for check in summary.difficulties()] == [None, None]


def checked(*ends):
    """Return a report with checks of 10 points each, from (status, points)."""
    checks = [
        CheckResult(name=f"c{n}", title=f"C{n}", status=status, score=points, max_score=10, message="")
        for n, (status, points) in enumerate(ends)
    ]
    return report(0.0, 0.0).model_copy(update={"checks": checks})


PASSED, FAILED, PARTIAL, SKIPPED = ("passed", 10.0), ("failed", 0.0), ("partial", 5.0), ("skipped", 0.0)


def test_check_that_did_not_run_is_not_failed():
    """Three of ten students reach the second check, and all three pass it: it is the easiest."""
    summary = ClassSummary()
    for number in range(10):
        first, second = (PASSED, PASSED) if number < 3 else (FAILED, SKIPPED)
        summary.add(str(number), checked(first, second), first[1] + second[1])
    hard, easy = summary.difficulties()
    assert (hard.students, hard.mean, hard.outcomes) == (10, 0.3, Outcomes(passed=3, failed=7))
    assert (easy.students, easy.passed, easy.mean) == (3, 1.0, 1.0)
    assert easy.outcomes == Outcomes(passed=3, not_reached=7)


def test_skipped_checks_do_not_increase_discrimination():
    """Here the first and third checks are independent; that the second requires the first must not count."""
    summary = ClassSummary()
    for first, third in ((PASSED, PASSED), (PASSED, FAILED), (FAILED, PASSED), (FAILED, FAILED)):
        summary.add("x", checked(first, SKIPPED if first == FAILED else PARTIAL, third), 0.0)
    assert summary.difficulties()[0].discrimination == pytest.approx(0, abs=0.01)


def test_outcomes_of_a_check_are_counted_separately():
    summary = ClassSummary()
    for status in ("passed", "partial", "failed", "error", "timeout", "memory", "output", "crashed", "protocol"):
        summary.add(status, checked((status, 5.0)), 5.0)
    summary.add("skipped", checked(SKIPPED), 0.0)
    summary.add("not gradable", checked(("not_gradable", None)), None)
    summary.add("failed besides", checked(FAILED, ("not_gradable", None)), None)  # without a score it is not a failure
    first, second = summary.difficulties()
    assert first.outcomes == Outcomes(passed=1, partial=1, failed=7, not_reached=1, not_gradable=1)
    assert (second.students, second.mean, second.outcomes) == (0, None, Outcomes(not_gradable=1))


def test_each_member_of_a_group_counts():
    summary = ClassSummary()
    summary.add("Ada, Ben", checked(PASSED), 10.0, students=2)
    summary.add("Cy", checked(FAILED), 0.0)
    assert summary.difficulties()[0].outcomes == Outcomes(passed=2, failed=1)
    assert (summary.scores()["count"], summary.difficulties()[0].students) == (3, 3)


def test_checks_that_a_person_marks_and_those_taken_out_were_reached_by_nobody():
    unmarked, out = Evidence(manual=True), Evidence(by_hand=ByHand(points=None, automatic=0.0, out=True))
    results = checked(SKIPPED, SKIPPED).checks
    checks = [check.model_copy(update={"evidence": own}) for check, own in zip(results, (unmarked, out), strict=True)]
    summary = ClassSummary()
    summary.add("Ada", report(0.0, 0.0).model_copy(update={"checks": checks}), 0.0)
    first, second = summary.difficulties()
    assert (first.students, first.outcomes) == (0, Outcomes(unmarked=1))
    assert (second.students, second.outcomes) == (0, Outcomes(taken_out=1))


def test_bugs_of_a_student_without_a_score_count():
    summary = ClassSummary()
    summary.add("Ada", report(0.0, 0.0, "some-bug"), None)
    assert [bug.students for bug in summary.bugs()] == [1, 1]
    assert outcomes(report(0.0, 0.0), None) == {}


def test_rest_is_the_share_of_all_other_checks():
    """Each rest is exactly 0.3 of 1, so the check has no discrimination, however the points are added up."""
    summary = ClassSummary()
    for score in (0.0, 0.1):
        base = report(0.0, 0.0)
        checks = [
            base.checks[0].model_copy(update={"name": name, "score": points, "max_score": 0.7})
            for name, points in (("a", 0.1), ("b", score), ("c", 0.2))
        ]
        summary.add("x", base.model_copy(update={"checks": checks}), score)
    assert summary.difficulties()[1].discrimination is None


def test_every_check_of_a_student_is_read_once(monkeypatch):
    """The work for a class grows with the number of checks, not with its square."""
    calls = []
    share = summary_module._share
    monkeypatch.setattr(summary_module, "_share", lambda check: calls.append(1) or share(check))
    summary = ClassSummary()
    base = report(10.0, 0.0)
    checks = [base.checks[0].model_copy(update={"name": f"c{number}"}) for number in range(50)]
    for name in "xyz":
        summary.add(name, base.model_copy(update={"checks": checks}), 10.0)
    assert len(summary.difficulties()) == 50
    assert len(calls) == 3 * 50
