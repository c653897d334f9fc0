"""A line of a gradebook finds its person in the course system, or nobody."""

from __future__ import annotations

import pytest

from grader.batch.gradebook_lines import GradebookRow
from grader.batch.students import Person
from grader.course_systems.matching_people import match
from grader.course_systems.model import CourseMember, MarkPlace

ERIKA = CourseMember(Person("Erika Müller", "7", "e.m@example.org"), ("4711", "erika@uni.example"), "", "Müller, Erika")
MAX = CourseMember(Person("Max Muster", "8"), ("4712", "max@uni.example"), "", "Muster, Max")
TWIN = CourseMember(Person("Max Muster", "9"), ("4713", "max@other.example"), "", "Muster, Max")


def matched(name, identity, *members, ids_are_known=False):
    line = GradebookRow(name, identity, "graded", 1.0, 1.0, "")
    result = match([line], [MarkPlace(member) for member in members], ids_are_known)
    return tuple(
        [place.member.person.identity for place in places.values()] for places in (result.places, result.strangers)
    )


@pytest.mark.parametrize(
    ("name", "identity"),
    [
        ("Erika Müller", "7"),
        ("Erika Müller", "4711"),
        ("Müller, Erika", "ERIKA@uni.example"),
        ("Erika Müller", "erika"),
        ("Erika Müller", "E.M@example.org"),
        ("Erika Müller", "anything"),
        ("müllererika", "7"),  # as in the archive of Canvas
    ],
)
def test_person_is_found(name, identity):
    assert matched(name, identity, ERIKA, MAX) == (["7"], [])


def test_same_id_with_another_name_is_a_stranger():
    assert matched("Somebody Else", "7", ERIKA, MAX) == ([], ["7"])
    assert matched("Erika Schmidt", "7", ERIKA, MAX, ids_are_known=True) == (["7"], [])  # she has married


def test_shared_login_or_name_finds_nobody():
    assert matched("Max Muster", "max", MAX, TWIN) == ([], [])
    assert matched("Max Muster", "9", MAX, TWIN) == (["9"], [])
