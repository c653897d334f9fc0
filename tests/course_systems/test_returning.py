"""Returning: the table that is shown is sent, nothing twice, and nothing over the mark of a person."""

from __future__ import annotations

import csv

import pytest

from grader.course_systems.failures import CourseSystemFailure
from grader.support.errors import UsageError
from tests.course_systems.http_server import Reply
from tests.course_systems.moodle_server import failure

COMMENT = 'gradients (5 of 20): dB is <one> number; "sum" over axis 0.'
LINES = [("Erika Muster", 1, 52.5, COMMENT.replace('"', '""')), ("Max Müller", 2, 100, "")]


@pytest.fixture
def class_of_two(canvas):
    canvas.add(1, "Erika Muster", login_id="erika@example.org")
    canvas.add(2, "Max Müller", login_id="max@example.org")
    for number in (1, 2):
        canvas.hand_in(number, [("a.py", b"x = 1\n")])
    return canvas


@pytest.fixture
def moodle_of_two(moodle):
    moodle.add(1, "Erika Muster", username="erika")
    moodle.add(2, "Max Müller", username="max")
    for number in (1, 2):
        moodle.hand_in(number, [("a.py", b"x = 1\n")])
    return moodle


def marks(canvas):
    return {key: each["entered_score"] for key, each in canvas.submissions.items()}


def comments(canvas, identity):
    return [each["comment"] for each in canvas.submissions[identity]["submission_comments"]]


@pytest.mark.quick
def test_nothing_is_sent_without_send(class_of_two, give_back, tmp_path):
    shown, outcome = give_back(class_of_two, LINES, sends=False)
    assert "Erika Muster    -  52.5  new" in shown
    assert "2 changes, 0 unchanged, 0 not sent." in shown
    assert outcome.lines[-1] == "Nothing was sent. To send 2 changes, add --send."
    assert class_of_two.sent() == []
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["gradebook.csv"]


def test_marks_and_comments_reach_canvas_once(class_of_two, give_back, tmp_path):
    _, outcome = give_back(class_of_two, LINES)
    assert outcome.is_complete
    assert marks(class_of_two) == {1: 52.5, 2: 100.0}
    assert comments(class_of_two, 1) == [COMMENT]
    assert comments(class_of_two, 2) == []
    shown, outcome = give_back(class_of_two)
    assert "0 changes, 2 unchanged, 0 not sent." in shown
    assert len(class_of_two.sent()) == 2
    rows = [*csv.DictReader((tmp_path / "out" / "returned.csv").open())]
    assert [(row["id"], row["what"], row["sent"]) for row in rows] == [
        ("1", "mark", "52.5"),
        ("1", "comment", COMMENT),
        ("2", "mark", "100"),
    ]


def test_changed_result_replaces_the_mark_of_the_grader_only(class_of_two, give_back):
    give_back(class_of_two, LINES)
    class_of_two.submissions[2]["entered_score"] = 80.0  # a person
    class_of_two.comment(class_of_two.submissions[1], "See me on Monday.", author=2)
    lines = [("Erika Muster", 1, 60, "Better."), ("Max Müller", 2, 90, "Good.")]
    shown, _ = give_back(class_of_two, lines)
    assert "not sent: a person has entered a mark since: 80" in shown
    assert marks(class_of_two) == {1: 60.0, 2: 80.0}
    assert comments(class_of_two, 1) == [COMMENT, "See me on Monday.", "Better."]
    assert comments(class_of_two, 2) == []
    give_back(class_of_two, lines, overwrite=True)
    assert marks(class_of_two) == {1: 60.0, 2: 90.0}
    give_back(class_of_two, LINES)  # the first result again, of which the comment is not the newest one
    assert comments(class_of_two, 1)[-2:] == ["Better.", COMMENT]


def test_lost_answer_does_not_send_a_comment_twice(class_of_two, give_back):
    def lost(asked):
        if asked.method == "PUT":
            class_of_two.faults.clear()
            class_of_two.reply(asked)
            return Reply(502, "bad gateway")
        return None

    class_of_two.faults.append(lost)
    _, outcome = give_back(class_of_two, LINES)
    assert not outcome.is_complete
    assert any("Erika Muster: Canvas failed (502)" in line for line in outcome.lines)
    _, outcome = give_back(class_of_two)
    assert outcome.is_complete
    assert comments(class_of_two, 1) == [COMMENT]


def test_failure_for_one_student_does_not_stop_the_others(class_of_two, give_back):
    class_of_two.locked.add(1)
    _, outcome = give_back(class_of_two, LINES)
    assert not outcome.is_complete
    assert "Sent to Canvas: 1 of 2 changes." in outcome.lines
    assert any("Canvas does not allow this to the user of the token" in line for line in outcome.lines)
    assert marks(class_of_two) == {1: None, 2: 100.0}


def test_token_that_ends_in_the_middle_loses_nothing(class_of_two, give_back):
    class_of_two.faults.append(
        lambda asked: (class_of_two.sent()[1:] and setattr(class_of_two, "token", "new")) or None
    )
    _, outcome = give_back(class_of_two, LINES)
    assert "1 were not sent yet." in outcome.lines[-2]
    class_of_two.faults.clear()
    class_of_two.token = "7~canvas-secret"
    _, outcome = give_back(class_of_two)
    assert outcome.is_complete
    assert len(class_of_two.sent()) == 3


def test_newer_submission_is_not_marked(class_of_two, fetch, give_back, tmp_path):
    fetch(class_of_two)
    class_of_two.hand_in(1, [("a.py", b"x = 2\n")], attempt=2, at="2026-11-20T12:00:00Z")
    shown, _ = give_back(class_of_two, LINES, origin=tmp_path / "class")
    assert "not sent: handed in again at 2026-11-20 12:00 UTC: fetch and grade again" in shown
    assert marks(class_of_two) == {1: None, 2: 100.0}


def test_strangers_excused_and_scaled_marks_are_said(class_of_two, give_back):
    class_of_two.values |= {"points_possible": 20.0, "post_manually": True}
    class_of_two.submissions[2]["excused"] = True
    lines = [*LINES, ("Nobody Here", 77, 5, ""), ("Somebody Else", 2, 5, "")]
    shown, outcome = give_back(class_of_two, lines[:3])
    assert "not sent: excused in Canvas" in shown
    assert "not sent: there is no such student" in shown
    assert marks(class_of_two)[1] == 10.5
    notes = "\n".join(outcome.lines)
    assert "scaled to the 20 points" in notes
    assert "only after you post them" in notes
    shown, _ = give_back(class_of_two, lines[3:])
    assert "the id belongs to Max Müller in Canvas" in shown


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"grading_type": "pass_fail"}, "only complete and incomplete"),
        ({"moderated_grading": True}, "moderated grading"),
        ({"points_possible": None}, "has no points"),
    ],
)
def test_assignment_that_takes_no_marks_is_refused(class_of_two, give_back, values, why):
    class_of_two.values |= values
    with pytest.raises(UsageError, match=why):
        give_back(class_of_two, LINES)


def test_group_with_one_mark_gets_one(class_of_two, give_back):
    class_of_two.values["group_category_id"] = 7
    for number in (1, 2):
        class_of_two.submissions[number]["group"] = {"id": 5, "name": "Team"}
    shown, _ = give_back(class_of_two, LINES)
    assert shown.count("the members of the group have different marks") == 2
    same_marks = [(name, key, 70, "Well done.") for name, key, *_ in LINES]
    give_back(class_of_two, same_marks)
    assert marks(class_of_two) == {1: 70.0, 2: 70.0}
    assert comments(class_of_two, 1) == comments(class_of_two, 2) == ["Well done."]


def test_anonymous_marks_go_to_anonymous_ids(canvas, give_back):
    canvas.values["anonymize_students"] = True
    canvas.add(1, "Erika Muster")
    canvas.submissions[1]["anonymous_id"] = "aB3xY"
    canvas.hand_in(1, [("a.py", b"x")])
    _, outcome = give_back(canvas, [("anonymous aB3xY", "aB3xY", 50, "")])
    assert outcome.is_complete
    assert marks(canvas) == {1: 50.0}


def test_gradebook_of_a_desk_is_matched_by_login(class_of_two, give_back):
    lines = [("Erika Muster", "erika", 10, ""), ("Max Müller", "max@example.org", 20, "")]
    give_back(class_of_two, lines)
    assert marks(class_of_two) == {1: 10.0, 2: 20.0}


def test_marks_and_comments_reach_moodle_once(moodle_of_two, give_back):
    moodle_of_two.values["markingworkflow"] = 1
    moodle_of_two.flags[1] = {"workflowstate": "inreview", "extensionduedate": 0}
    _, outcome = give_back(moodle_of_two, LINES)
    assert outcome.is_complete
    assert "marking workflow" in outcome.lines[0]
    assert moodle_of_two.grades[1][0] == 52.5
    assert "dB is &lt;one&gt; number; &quot;sum&quot;" in moodle_of_two.grades[1][1]
    assert moodle_of_two.flags[1]["workflowstate"] == "inreview"
    shown, _ = give_back(moodle_of_two)
    assert "0 changes, 2 unchanged" in shown
    assert len(moodle_of_two.sent()) == 2
    moodle_of_two.grades[2] = (95.0, "By a person")
    shown, _ = give_back(moodle_of_two, [("Erika Muster", 1, 60, ""), ("Max Müller", 2, 90, "Good.")])
    assert "not sent: a person has entered a mark since: 95" in shown
    assert moodle_of_two.grades[1] == (60.0, moodle_of_two.grades[1][1])
    assert "one" in moodle_of_two.grades[1][1]  # the comment stays, as Moodle would delete it
    assert moodle_of_two.grades[2] == (95.0, "By a person")


def test_moodle_that_fails_once_loses_nothing(moodle_of_two, give_back):
    replies = [Reply(502, "bad gateway")]
    is_save = "mod_assign_save_grades"
    moodle_of_two.faults.append(
        lambda asked: replies.pop() if replies and asked.form.get("wsfunction") == is_save else None
    )
    _, outcome = give_back(moodle_of_two, LINES)
    assert not outcome.is_complete
    assert any("Erika Muster: Moodle failed (502), so it is not known" in line for line in outcome.lines)
    assert list(moodle_of_two.grades) == [2]
    _, outcome = give_back(moodle_of_two)
    assert outcome.is_complete
    assert moodle_of_two.grades[1][0] == 52.5


def test_team_marks_of_moodle_are_read_before_they_are_changed(moodle, give_back):
    moodle.values["teamsubmission"] = 1
    for number in (1, 2):
        moodle.add(number, f"Student {number}", groupid=8, groupname="Team")
    moodle.hand_in(group=8, files=[("a.py", b"x")])
    moodle.grades[2] = (33.0, "")
    shown, _ = give_back(moodle, [("Student 1", 1, 50, ""), ("Student 2", 2, 50, "")])
    assert "a person has entered a mark since: 33" in shown
    assert {user: grade for user, (grade, _) in moodle.grades.items()} == {1: 50.0, 2: 33.0}


def test_student_whose_mark_cannot_be_read_is_left_out(moodle_of_two, give_back):
    moodle_of_two.grades = {1: (5.0, "x"), 2: (5.0, "\x1b[31mSee\u202e me")}
    refused = {"wsfunction": "mod_assign_get_submission_status", "userid": "1"}
    moodle_of_two.faults.append(lambda asked: failure("userdeleted") if refused.items() <= asked.form.items() else None)
    lines = [("Erika Muster", 1, 5, "Good."), ("Max Müller", 2, 5, "Good.")]
    shown, _ = give_back(moodle_of_two, lines, sends=False)
    assert "not sent: the mark there cannot be read: Moodle refuses it (userdeleted)" in shown
    assert "a person has entered a comment since: ?[31mSee? me" in shown


def test_mark_that_moodle_does_not_take_over_is_said(moodle_of_two, give_back):
    moodle_of_two.locked.add(1)
    _, outcome = give_back(moodle_of_two, LINES)
    assert not outcome.is_complete
    assert any("Erika Muster: Moodle still has no mark: perhaps it is locked" in line for line in outcome.lines)


def test_missing_function_is_named(moodle_of_two, give_back, fetch):
    moodle_of_two.functions.remove("mod_assign_save_grades")
    fetch(moodle_of_two)
    with pytest.raises(CourseSystemFailure, match=r"may not call mod_assign_save_grades: an administrator"):
        give_back(moodle_of_two, LINES)


def test_scale_and_rubric_of_moodle_are_refused(moodle_of_two, give_back):
    moodle_of_two.module["advancedgrading"] = [{"area": "submissions", "method": "rubric"}]
    with pytest.raises(UsageError, match="with a form in Moodle"):
        give_back(moodle_of_two, LINES)
    moodle_of_two.values["grade"] = -3
    with pytest.raises(UsageError, match="with a scale"):
        give_back(moodle_of_two, LINES)


def test_two_runs_at_the_same_time_are_refused(class_of_two, give_back, tmp_path):
    def second(asked):
        if asked.method == "PUT" and not class_of_two.faults.clear():
            with pytest.raises(UsageError, match="Another run returns marks"):
                give_back(class_of_two)
        return

    class_of_two.faults.append(second)
    _, outcome = give_back(class_of_two, LINES)
    assert outcome.is_complete


def test_mark_that_a_person_enters_during_the_run_stays(canvas, give_back, monkeypatch):
    monkeypatch.setattr("grader.course_systems.sending_marks.READ_AGAIN", 1)
    for number in range(1, 5):
        canvas.add(number, f"Student {number}")
        canvas.hand_in(number, [("a.py", b"x = 1\n")])

    def meanwhile(asked):
        if asked.method == "PUT" and asked.path.endswith("/1"):
            canvas.submissions[2]["entered_score"] = 99.0
            canvas.hand_in(3, [("a.py", b"x = 2\n")], attempt=2, at="2026-11-20T12:00:00Z")
        return

    canvas.faults.append(meanwhile)
    _, outcome = give_back(canvas, [(f"Student {number}", number, 50, "Good.") for number in range(1, 5)])
    assert not outcome.is_complete
    assert marks(canvas) == {1: 50.0, 2: 99.0, 3: None, 4: 50.0}
    assert sum("it has changed in Canvas since the table above" in line for line in outcome.lines) == 2


def test_group_is_not_taken_for_the_work_of_a_person(class_of_two, give_back, monkeypatch):
    monkeypatch.setattr("grader.course_systems.sending_marks.READ_AGAIN", 1)
    class_of_two.values["group_category_id"] = 7
    for number in (1, 2):
        class_of_two.submissions[number]["group"] = {"id": 5, "name": "Team"}
    _, outcome = give_back(class_of_two, [(name, key, 70, "Well done.") for name, key, *_ in LINES])
    assert outcome.is_complete
    assert comments(class_of_two, 2) == ["Well done."]
