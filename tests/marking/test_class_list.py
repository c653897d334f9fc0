"""Tests of the people and checks that marks name."""

from __future__ import annotations

import pytest

from grader.marking.class_list import ClassList, Member
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.fixture
def people():
    """Return a class with a group of two, two students of one name, and a name that is a formula."""
    return ClassList(
        members=[
            Member(identity="1", name="Jörg Müller"),
            Member(identity="2", name="Anna Smith"),
            Member(identity="3", name="Anna Smith"),
            Member(identity="4", name="Ben", group=["Team 1"]),
            Member(identity="5", name="Zoë", group=["Team 1"]),
            Member(identity="6", name='=HYPERLINK("x")', also=['\'=HYPERLINK("x")']),
            Member(identity="7", name="4"),
        ],
        points={"loss": 10.0, "training": 20.0},
        max_score=30.0,
        former_checks=["old"],
    )


@pytest.mark.parametrize(
    ("name", "identities"),
    [
        ("jörg müller", ["1"]),
        ("Jo\u0308rg  Müller", ["1"]),
        ("3", ["3"]),
        ("team 1", ["4", "5"]),
        ("Zoë", ["5"]),
        ('\'=HYPERLINK("x")', ["6"]),
        ("4", ["4"]),  # an id is stronger than a name
    ],
)
def test_person_or_group_is_found(people, name, identities):
    assert [member.identity for member in people.find(name)] == identities


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Anna Smith", r"2 students have the name 'Anna Smith': give the id from gradebook.csv \(2, 3\)."),
        ("Jörg Muller", r"there is no student 'Jörg Muller' in this class: did you mean 'Jörg Müller'\?"),
        ("Nobody", "there is no student 'Nobody' in this class: give a name or an id from gradebook.csv."),
    ],
)
def test_unknown_and_ambiguous_names_are_refused(people, name, message):
    with pytest.raises(UsageError, match=message):
        people.find(name)


def test_checks_are_known_former_or_refused(people):
    assert not people.is_former("loss") and people.is_former("old")
    with pytest.raises(UsageError, match=r"there is no check 'trainign': did you mean 'training'\?"):
        people.is_former("trainign")
    with pytest.raises(UsageError, match=r"there is no check 'x': use one of loss, training."):
        people.is_former("x")
