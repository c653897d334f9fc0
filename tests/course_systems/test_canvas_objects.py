"""Objects of Canvas in the forms in which they occur."""

from __future__ import annotations

import pytest

from grader.course_systems import canvas_objects

USER = {
    "id": 7,
    "name": " Erika \u202e Müller ",
    "sis_user_id": "4711",
    "login_id": None,
    "enrollments": [
        {"type": "TaEnrollment", "course_section_id": 1},
        {"type": "StudentEnrollment", "course_section_id": 2},
        {"type": "StudentEnrollment", "course_section_id": 3},
    ],
}


def test_member_has_the_sections_of_students_only():
    member = canvas_objects.member_of(USER, {"1": "Tutors", "2": "Monday", "3": "Tuesday"})
    assert (member.person.name, member.person.identity) == ("Erika ? Müller", "7")
    assert member.logins == ("4711",)
    assert member.section == "Monday and Tuesday"


@pytest.mark.parametrize("submission", [{"group": {"id": 5, "name": "Q"}}, {"group_id": 5, "group_name": "Q"}])
def test_group_in_both_forms(submission):
    member = canvas_objects.member_of(USER, {})
    values = {"id": 1, "attempt": 1, "submitted_at": "2026-11-20T10:00:00Z", **submission}
    assert canvas_objects.group_of(values) == "5"
    assert canvas_objects.submission_of("group-5", [(member, values)], None).group == "Q"


def test_mark_is_the_one_before_the_late_policy():
    member = canvas_objects.member_of(USER, {})
    place = canvas_objects.mark_place(member, {"score": 40.0, "entered_score": 50.0, "points_deducted": 10.0})
    assert (place.mark, place.deducted) == ("50", 10.0)
    assert canvas_objects.mark_place(member, {"score": 40.25}).mark == "40.25"
    assert canvas_objects.mark_place(member, {"score": None, "excused": True}).mark == "EX"
    assert canvas_objects.mark_place(member, {"score": 0.0, "assignment_visible": False}).refusal


def test_wrong_times_are_missing():
    assert canvas_objects.moment_of("yesterday") is None
    assert canvas_objects.moment_of(None) is None
