"""What a class got wrong, in numbers."""

from __future__ import annotations

from grader.batch.summary import Class, Difficulty, Made
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

    also = [NamedBug(bug="other-bug", title="Another", where="b")]
    diagnosis = Diagnosis(bug=bug, title="A bug", where="a", also=also) if bug else None
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


def test_checks_bugs_and_the_leaderboard_of_a_class():
    found = Class()
    for name, (first, second, bug, accuracy) in {
        "Ada": (10.0, 10.0, None, 0.9),
        "Bob": (10.0, 5.0, None, 0.95),
        "Cy": (0.0, 0.0, "some-bug", None),
        "Di": (0.0, 5.0, "some-bug", None),
    }.items():
        found.add(name, report(first, second, bug, accuracy), first + second)
    found.add("Ed", report(0.0, 0.0), None)  # no score, no part in it
    first, second = found.difficulties()
    assert first == Difficulty("first", "First", 4, 0.5, 0.5, 0.5, 0.7071)
    assert (second.passed, second.mean) == (0.25, 0.5)
    assert found.bugs() == [Made("other-bug", "Another", 2), Made("some-bug", "A bug", 2)]
    assert [entry.submission for entry in found.leaderboard()] == ["Bob", "Ada"]
    scores = found.scores()
    assert (scores["count"], scores["mean"], scores["median"], scores["highest"]) == (4, 10, 10, 20)


def test_a_class_without_scores_has_no_numbers():
    assert Class().scores() == {"count": 0}
    assert (Class().difficulties(), Class().bugs(), Class().leaderboard()) == ([], [], [])


def test_a_check_that_all_pass_tells_nobody_apart():
    found = Class()
    for name in ("Ada", "Bob"):
        found.add(name, report(10.0, 10.0), 20.0)
    assert [check.discrimination for check in found.difficulties()] == [None, None]
