"""Tests of the marks that apply to each person of a class."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.marking.class_list import ClassList, Member
from grader.marking.class_marks import class_marks
from grader.marking.mark import Mark
from grader.marking.overrides import Entry
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick
PATH = Path("overrides.csv")
CLASS = ClassList(
    members=[
        Member(identity="anna", name="Anna"),
        Member(identity="ben", name="Ben", group=["Team"]),
        Member(identity="zoe", name="Zoë", group=["Team"]),
    ],
    points={"loss": 10.0, "training": 20.0},
    max_score=30.0,
    former_checks=["old"],
)


def marks_of(*entries, keep=False):
    return class_marks(PATH, [Entry(number, *entry) for number, entry in enumerate(entries, 2)], CLASS, keep)


def test_mark_of_a_group_is_for_each_member():
    marks = marks_of(("Team", Mark("loss", 5)), ("Zoë", Mark(points=9)))
    assert marks.of("ben", "").marks == (Mark("loss", 5),)
    assert marks.of("zoe", "").marks == (Mark("loss", 5), Mark(points=9))
    assert marks.of("anna", "").marks == ()


def test_own_mark_is_stronger_than_that_for_everybody():
    marks = marks_of(
        ("*", Mark("loss", 10, "Unclear.")), ("Anna", Mark("loss", 3)), ("Ben", Mark("loss", comment="Hi."))
    )
    assert marks.of("anna", "").marks == (Mark("loss", 3),)
    assert marks.of("ben", "").marks == (Mark("loss", 10, "Hi."),)
    assert marks.of("zoe", "").marks == (Mark("loss", 10, "Unclear."),)
    assert [marks.of(name, "").gives_points for name in ("anna", "ben", "zoe")] == [True, False, False]


def test_mark_for_an_older_file_is_outdated():
    entries = [("Anna", Mark("loss", 3), "a1"), ("Anna", Mark("training", 3), "b2"), ("Anna", Mark(points=1))]
    marks = marks_of(*entries).of("anna", "b2")
    assert marks.marks == (Mark("training", 3), Mark(points=1))
    assert [entry.line for entry in marks.outdated] == [2]
    kept = marks_of(*entries, keep=True).of("anna", "b2")
    assert (len(kept.marks), kept.outdated) == (3, ())


def test_mark_for_a_check_that_is_gone_is_listed():
    marks = marks_of(("Anna", Mark("old", 3)))
    assert marks.of("anna", "").marks == ()
    assert [entry.line for entry in marks.former] == [2]
    assert marks.notes == (
        "overrides.csv:2: the assignment no longer has the check 'old': this mark of 'Anna' is not applied.",
    )


def test_points_above_full_marks_count_and_are_listed():
    marks = marks_of(("Anna", Mark("loss", 11)), ("Ben", Mark(points=300)))
    assert marks.of("anna", "").marks == (Mark("loss", 11),)
    assert marks.notes == (
        "overrides.csv:2: 11 points are more than the 10 of 'loss'. They count as they are.",
        "overrides.csv:3: 300 points are more than the 30 of the total. They count as they are.",
    )


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([("Ann", Mark("loss", 1))], "overrides.csv:2: there is no student 'Ann'"),
        ([("Anna", Mark("los", 1))], "overrides.csv:2: there is no check 'los'"),
        (
            [("Team", Mark("loss", 1)), ("zoe", Mark("loss", 1))],
            "overrides.csv:3: 'zoe' also has a mark for the check 'loss' in line 2: keep one of the two lines.",
        ),
        (
            [("*", Mark(points=1)), ("*", Mark(comment="x"))],
            r"overrides.csv:3: '\*' also has a mark for the total in line 2",
        ),
    ],
)
def test_mistake_is_reported_with_file_and_line(entries, message):
    with pytest.raises(UsageError, match=message):
        marks_of(*entries)
