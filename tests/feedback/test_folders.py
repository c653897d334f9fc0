"""Tests of one folder for each person."""

from __future__ import annotations

from grader.feedback.folders import stems
from tests.feedback.people import people, person


def test_folder_has_the_name_of_the_page():
    assert stems(person(page="Jörg_23"), people(), "ex-feedback") == ["feedback/Jörg_23/ex-feedback"]
