"""Tests of the places in ILIAS's zip of feedback files."""

from __future__ import annotations

import pytest

from grader.feedback.ilias import stems
from tests.feedback.people import people, person

pytestmark = pytest.mark.quick


def test_page_is_in_the_folder_of_the_person():
    path = "Exercise 1/Abgaben/Mustermann_Erika_erika.m_4711/answer.py"
    assert stems(person("Erika Mustermann", "erika.m", path, number="4711"), people(), "ex-feedback") == [
        "multi_feedback_ex-feedback/Mustermann_Erika_erika.m_4711/ex-feedback"
    ]


def test_member_of_a_team_without_files_gets_a_folder_with_the_same_number():
    path = "Exercise 1/Abgaben/Team 3/Meier_Anna_anna_1/answer.py"
    (stem,) = stems(person("Jörg O'Neill", "jörg_o", path, number="2", group="Anna, Jörg"), people(), "f")
    assert stem == "multi_feedback_f/J_rg_O_Neill_jörg_o_2/f"
    assert stem.split("/")[1].rpartition("_")[2] == "2"


def test_person_without_a_number_has_no_place():
    assert stems(person(path="late/answer.py"), people(), "f") == []
