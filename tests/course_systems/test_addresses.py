"""The addresses that instructors copy from the browser."""

from __future__ import annotations

import pytest

from grader.course_systems import addresses
from grader.support.errors import UsageError

CANVAS = "https://canvas.example.org/courses/12"


@pytest.mark.parametrize(
    "typed",
    [
        f"{CANVAS}/assignments/345",
        f" {CANVAS}/assignments/345/?module_item_id=9#x ",
        f"{CANVAS}/assignments/345/edit",
        f"{CANVAS}/gradebook/speed_grader?assignment_id=345&student_id=7",
    ],
)
def test_assignment_of_canvas(typed):
    address = addresses.read(typed)
    assert (address.system, address.server.url) == ("canvas", "https://canvas.example.org")
    assert (address.course, address.assignment) == ("12", "345")
    assert address.page == f"{CANVAS}/assignments/345"


@pytest.mark.parametrize("action", ["", "&action=grading", "&action=grader&userid=7", "&forceview=1#top"])
def test_assignment_of_moodle(action):
    address = addresses.read(f"https://uni.example.org/moodle/mod/assign/view.php?id=678{action}")
    assert (address.system, address.server.url) == ("moodle", "https://uni.example.org/moodle")
    assert (address.course, address.assignment) == ("", "678")
    assert addresses.read(address.page) == address


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (f"{CANVAS}/gradebook", "the address of the gradebook"),
        (f"{CANVAS}/grades", "the address of the gradebook"),
        (f"{CANVAS}/gradebook/speed_grader", "names no assignment"),
        (CANVAS, "the address of a course"),
        (f"{CANVAS}/quizzes/3", "the address of a quiz"),
        ("https://moodle.example.org/grade/report/grader/index.php?id=3", "the address of the gradebook"),
        ("https://moodle.example.org/mod/quiz/view.php?id=3", "another activity (quiz)"),
        ("https://moodle.example.org/course/view.php?id=3", "not the address of one assignment"),
        ("https://moodle.example.org/mod/assign/view.php?id=x", "not the address of one assignment"),
        ("https://example.org/?token=secret", "not the address of an assignment"),
        ("canvas", "not the address of an assignment"),
        ("https://[", "not the address of an assignment"),
        ("http://canvas.example.org/courses/1/assignments/2", "not encrypted"),
        ("https://me:secret@canvas.example.org/courses/1/assignments/2", "Leave the name and the password out"),
    ],
)
def test_other_addresses_are_refused_with_the_right_one(typed, words):
    with pytest.raises(UsageError) as caught:
        addresses.read(typed)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
