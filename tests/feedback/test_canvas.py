"""Tests of the places in the zip that Canvas takes back."""

from __future__ import annotations

import pytest

from grader.batch.recipients import HandedInFile
from grader.feedback.canvas import stems
from tests.feedback.people import people, person

pytestmark = pytest.mark.quick


def numbers_of_canvas(path):
    """Return (user, file) of a name as Canvas reads it."""
    parts = [part for part in path.rpartition("/")[2].split("_") if part != "LATE"]
    if parts[0] == "anon":
        return parts[1], parts[2]
    return tuple([part for part in parts if part.isdigit()][:2])


@pytest.mark.parametrize(
    ("path", "stem", "numbers"),
    [
        ("mustermannerika_4711_99123_answer.ipynb", "mustermannerika_4711_99123_answer", ("4711", "99123")),
        ("müllerjörg_LATE_23_2_my_answer.v2.py", "müllerjörg_LATE_23_2_my_answer.v2", ("23", "2")),
        ("submissions/李娜_23_2_answer.py", "李娜_23_2_answer", ("23", "2")),
        ("anon_x7Yz1_99_answer.py", "anon_x7Yz1_99_answer", ("x7Yz1", "99")),
        ("LATE_anon_x7Yz1_99_answer.py", "LATE_anon_x7Yz1_99_answer", ("x7Yz1", "99")),
        ("smithbob_4_5_2024_answer.py", "smithbob_4_5_2024_answer", ("4", "5")),
        ("smithbob_4_5_README", "smithbob_4_5_README", ("4", "5")),
    ],
)
def test_page_has_the_name_of_the_submitted_file(path, stem, numbers):
    assert stems(person(path=path), people(), "ex-feedback") == [stem]
    assert numbers_of_canvas(f"{stem}.html") == numbers


def test_graded_file_is_preferred():
    files = [HandedInFile(path=f"a_4_{n}_{name}", name=name) for n, name in enumerate(["notes.txt", "answer.py"])]
    assert stems(person(files=files, file="answer.py"), people(), "f") == ["a_4_1_answer"]
    assert stems(person(files=files, file=""), people(), "f") == ["a_4_0_notes"]


@pytest.mark.parametrize("path", ["mustermannerika_4711_text.html", "mustermannerika_4711_link.html", "answer.py", ""])
def test_person_without_a_file_has_no_place(path):
    assert stems(person(path=path), people(), "ex-feedback") == []
