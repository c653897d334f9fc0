"""Tests of students, groups and their files."""

from __future__ import annotations

import pytest

from grader.batch.students import Person, Student, SubmittedFile, display_name

pytestmark = pytest.mark.quick


def test_display_name_has_an_id_only_if_it_differs():
    assert display_name(Student("Erika", "4711")) == "Erika (4711)"
    assert display_name(Person("erika", "erika")) == "erika"


def test_one_late_file_makes_the_submission_late():
    files = [SubmittedFile("1/a.py", "a.py"), SubmittedFile("1/b.py", "b.py", late=True)]
    assert Student("Erika", "1", files).late
    assert not Student("Erika", "1", files[:1], earlier_files=files[1:]).late


def test_members_of_a_group_get_the_score():
    members = (Person("Ada", "1"), Person("Ben", "2"))
    assert Student("Team", "9", members=members).people == members
    assert Student("Cy", "3", number="77").people == (Person("Cy", "3", number="77"),)
