"""Tests of the places in Moodle's zip of feedback files."""

from __future__ import annotations

import pytest

from grader.feedback.moodle import stems
from tests.feedback.people import people, person

pytestmark = pytest.mark.quick


def feedback_of_moodle(path, participants):
    """Return (participants, name) of a file in the zip as Moodle reads it: {number: participants} are those it knows."""
    parts = path.split("/")
    while parts:
        info = parts.pop(0).split("_", 4)
        if len(info) >= 4 and info[1].isdigit() and int(info[1]) in participants:
            assert info[2] == "assignsubmission" and info[3] in ("file", "onlinetext")
            return participants[int(info[1])], "/".join([*info[4:], *parts]).lstrip("/")
    return None


@pytest.mark.parametrize(
    "path",
    [
        "Erika Mustermann_4711_assignsubmission_file_/answer.ipynb",
        "Erika Mustermann_4711_assignsubmission_file/sub/answer.ipynb",
        "Erika Mustermann_4711_assignsubmission_file_answer.ipynb",
        "course-1/Erika Mustermann_4711_assignsubmission_file_/answer.ipynb",
        "Erika Mustermann_4711_assignsubmission_onlinetext_/onlinetext.html",
        "Participant_4711_assignsubmission_file_/answer.ipynb",
        "X Æ A-12 7_4711_assignsubmission_file_/answer.ipynb",
        "李 娜_4711_assignsubmission_file_/answer.ipynb",
    ],
)
def test_page_is_next_to_the_submission(path):
    (stem,) = stems(person(path=path), people(), "ex-feedback")
    assert feedback_of_moodle(f"{stem}.html", {4711: "Erika"}) == ("Erika", "ex-feedback.html")
    assert stem.startswith(path.removeprefix("course-1/").partition("_assign")[0])


def test_name_has_no_underscores():
    (stem,) = stems(person(path="Ana No_l_4711_assignsubmission_file_answer.py"), people(), "f")
    assert stem == "Ana No l_4711_assignsubmission_file_f"


def test_person_whose_folder_has_no_number_has_no_place():
    assert stems(person(identity="late work", path="late work/answer.py"), people(), "ex-feedback") == []


def test_person_who_is_marked_without_a_submission_is_found_by_number():
    assert stems(person(), people(), "ex-feedback") == ["Erika Mustermann_4711_assignsubmission_file_/ex-feedback"]


def test_group_with_the_number_of_a_person_has_no_place():
    group = person("Group A", "4711", "Group A_4711_assignsubmission_file_/a.py")
    assert stems(group, people(group, person()), "f") == []


def test_id_of_another_course_system_is_not_a_number_of_moodle():
    assert stems(person(), people(layout="canvas"), "ex-feedback") == []
    member = person(path="submission_5/a.py", group="Anna, Ben", group_id="1, 2")
    assert stems(member, people(member, layout="gradescope"), "ex-feedback") == []


def test_group_has_its_own_folder_and_one_for_each_member():
    path = "Group A_77_assignsubmission_file_/answer.py"
    anna, ben = (
        person(name, number, path, group="Group A", group_id="77") for name, number in (("Anna_M", "1"), ("Ben/O", "2"))
    )
    assert stems(anna, people(anna, ben), "ex-feedback") == [
        "Group A_77_assignsubmission_file_/ex-feedback",
        "Anna M_1_assignsubmission_file_/ex-feedback",
    ]
    assert stems(ben, people(anna, ben), "ex-feedback")[1] == "Ben O_2_assignsubmission_file_/ex-feedback"


def test_number_that_may_mean_somebody_else_is_left_out():
    group_a, group_b = ("Group A_77_assignsubmission_file_/a.py", "Group B_2_assignsubmission_file_/a.py")
    anna = person("Anna", "1", group_a, group="Group A", group_id="77")
    ben = person("Ben", "2", group_a, group="Group A", group_id="77")  # 2 is also a group
    cem = person("Cem", "3", group_b, group="Group B", group_id="2")
    everybody = people(anna, ben, cem)
    assert stems(ben, everybody, "f") == ["Group A_77_assignsubmission_file_/f"]
    assert stems(cem, everybody, "f") == ["Cem_3_assignsubmission_file_/f"]
