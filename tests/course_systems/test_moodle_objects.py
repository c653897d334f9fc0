"""Records of Moodle in the forms in which they occur."""

from __future__ import annotations

import pytest

from grader.course_systems import moodle_objects
from grader.course_systems.moodle_objects import moment_of

PARTICIPANT = {"id": 7, "fullname": "Erika Müller", "idnumber": "4711", "username": "erika"}


@pytest.mark.parametrize(("text", "mark"), [("85.50000", "85.5"), ("-1.00000", ""), ("0.00000", "0"), (None, "")])
def test_mark(text, mark):
    assert moodle_objects.mark_of(text) == mark


def test_extension_moves_the_due_date():
    values = {"status": "submitted", "attemptnumber": 1, "timemodified": 2000, "plugins": []}
    due = moment_of(1000)
    late = moodle_objects.submission_of("7", [PARTICIPANT], values, due, None)
    assert (late.attempt, late.late, late.due) == (2, True, None)
    extended = moodle_objects.submission_of("7", [PARTICIPANT], values, due, moment_of(3000))
    assert (extended.late, extended.due) == (False, moment_of(3000))
    assert not moodle_objects.submission_of("7", [PARTICIPANT], values, None, None).late


def test_drafts_and_opened_attempts_are_not_handed_in():
    for status in ("new", "draft", "reopened"):
        values = {"status": status, "attemptnumber": 0, "timemodified": 2000}
        assert moodle_objects.submission_of("7", [PARTICIPANT], values, None, None).attempt == 0


def test_key_is_that_of_the_team():
    assert moodle_objects.key_of(PARTICIPANT, {"teamsubmission": 0}) == "7"
    assert moodle_objects.key_of(PARTICIPANT, {"teamsubmission": 1}) == "group-0"
    assert moodle_objects.key_of({**PARTICIPANT, "groupid": 3}, {"teamsubmission": 1}) == "group-3"
