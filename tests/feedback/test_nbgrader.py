"""Tests of nbgrader's feedback tree."""

from __future__ import annotations

import pytest

from grader.feedback.nbgrader import stems
from tests.feedback.people import people, person

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("path", "file", "stem"),
    [
        ("course/submitted/erika/ps1/problem.ipynb", "problem.ipynb", "feedback/erika/ps1/problem"),
        ("submitted/erika/ps1/sub/problem 2.ipynb", "sub/problem 2.ipynb", "feedback/erika/ps1/problem 2"),
        ("submitted/erika/ps1/work.zip", "work.zip/problem.ipynb", "feedback/erika/ps1/problem"),
    ],
)
def test_page_has_the_name_of_the_notebook(path, file, stem):
    assert stems(person(path=path, file=file), people(), "ex-feedback") == [stem]


def test_person_outside_the_course_has_no_place():
    assert stems(person(path="erika/problem.ipynb"), people(), "ex-feedback") == []
