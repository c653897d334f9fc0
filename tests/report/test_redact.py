"""Tests of redacted reports: students see neither evidence of hidden checks nor instructor's checks."""

from __future__ import annotations

from grader.assignment import load
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.marking.applying import applied
from grader.marking.mark import Mark
from grader.report import formats, html
from grader.report.evidence import ByHand, Evidence
from grader.report.redact import FAULT, UNSEEN, redact_for_student
from grader.submission import read_contents
from tests.doubling import SHORT


def test_hidden_check_shows_only_its_result(doubling):
    assignment = load(str(doubling))
    report = grade(
        assignment,
        read_contents("answer.py", {"answer.py": SHORT.encode()}, "doubling"),
        GradeOptions(include_hidden=True),
    )
    full_report = {check.name: check for check in report.checks}
    visible_report = {check.name: check for check in redact_for_student(report, assignment.content.visibility()).checks}
    assert list(full_report) == ["double", "total", "long", "note"]
    assert list(visible_report) == ["double", "total", "long"]
    assert (full_report["long"].status, visible_report["long"].status, visible_report["long"].score) == (
        "failed",
        "failed",
        0,
    )
    assert "secret" in full_report["long"].message and full_report["long"].evidence
    assert (visible_report["long"].message, visible_report["long"].evidence) == (UNSEEN, Evidence())
    assert visible_report["total"] == full_report["total"]


def test_check_removed_from_the_assignment_is_not_shown(doubling):
    """When the old result was made, it may have been a hidden check or an instructor's check."""
    assignment = load(str(doubling))
    report = grade(
        assignment,
        read_contents("answer.py", {"answer.py": SHORT.encode()}, "doubling"),
        GradeOptions(include_hidden=True),
    )
    remaining = [check for check in assignment.content.checks if check.name == "double"]
    visible_report = redact_for_student(
        report, assignment.content.model_copy(update={"checks": remaining}).visibility()
    )
    assert [check.name for check in visible_report.checks] == ["double"]


def test_failure_of_the_grader_is_for_instructors(doubling):
    """The sentence may name files of the instructor's machine."""
    assignment = load(str(doubling))
    (doubling / "reference.py").write_text(f"open({str(doubling / 'lost')!r})")
    report = grade(
        assignment,
        read_contents("answer.py", {"answer.py": SHORT.encode()}, "doubling"),
        GradeOptions(include_hidden=True),
    )
    visible_report = redact_for_student(report, assignment.content.visibility())
    assert "lost" in report.checks[0].message
    assert {check.message for check in visible_report.checks if check.status == "not_gradable"} == {FAULT}
    assert str(doubling) not in visible_report.to_json()


def test_notes_for_instructors_are_in_no_student_report(doubling):
    assignment = load(str(doubling))
    report = grade(
        assignment,
        read_contents("answer.py", {"answer.py": SHORT.encode()}, "doubling"),
        GradeOptions(include_hidden=True),
    )
    report.checks[0].evidence |= Evidence(for_instructor=["It looks peculiar."], notes=["It is accepted."])
    visible_report = redact_for_student(report, assignment.content.visibility())
    assert report.for_instructor() == ["It looks peculiar."]
    assert report.checks[0].evidence.for_instructor  # the report itself is not changed
    for name in formats.names():
        assert "peculiar" not in formats.render(name, report, assignment.content, 3)
    assert "peculiar" not in visible_report.to_json() and "It is accepted." in visible_report.to_json()
    page, instructors_page = (html.render(report, "t", 50, "me", 3, for_instructor=who) for who in (False, True))
    assert "peculiar" not in page and "It looks peculiar." in instructors_page


def test_student_sees_a_mark_by_hand_without_the_name_of_the_person(doubling):
    assignment = load(str(doubling))
    report = grade(
        assignment,
        read_contents("answer.py", {"answer.py": SHORT.encode()}, "doubling"),
        GradeOptions(include_hidden=True),
    )
    marks = [Mark("long", 1, "Nearly.", "ada"), Mark("note", 0, "Never shown.", "ada"), Mark(comment="Hi.", by="ada")]
    visible_report = redact_for_student(applied(report, marks, 50), assignment.content.visibility())
    hidden = {check.name: check for check in visible_report.checks}["long"]
    assert hidden.evidence == Evidence(by_hand=ByHand(points=1, automatic=0, comment="Nearly."))
    assert visible_report.by_hand.comment == "Hi."
    assert "ada" not in visible_report.to_json() and "Never shown." not in visible_report.to_json()


def test_students_do_not_see_the_halves_that_decide_a_leaderboard(doubling):
    assignment = load(str(doubling))
    report = grade(assignment, read_contents("answer.py", {"answer.py": SHORT.encode()}, "doubling"), GradeOptions())
    check = report.checks[0]
    check.evidence |= Evidence(accuracy=0.9, halves=[0.95, 0.85])
    visible = redact_for_student(report, assignment.content.visibility()).checks[0]
    assert visible.evidence.accuracy == 0.9
    assert "halves" not in visible.evidence.content
