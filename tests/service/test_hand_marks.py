"""Points and comments by hand are checked before they are stored, and belong to the file that the person saw."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grader.service import hand_marks
from grader.service.errors import Conflict, Unreadable
from grader.service.hand_marks import Wish
from grader.service.tables import Audit, Exercise, User
from tests.service.kept_results import EXERCISE

CHECKS = ("sigmoid", "loss")


@pytest.fixture
def give(service, caller):
    """A function that gives marks to Ada, or to everybody, and returns {check: (points, comment, sha256)}."""

    def give_marks(wishes, name="ada", **settings):
        with service.database.writing() as session:
            exercise = session.scalar(select(Exercise).where(Exercise.name == EXERCISE))
            user = session.scalar(select(User).where(User.name == name)) if name else None
            hand_marks.give(session, caller("tom"), exercise, user, wishes, CHECKS, **settings)
        with service.database.reading() as session:
            marks = hand_marks.marks_of(session, exercise, user)
            give_marks.digest = hand_marks.digest_of_marks(marks)
            return {check: (mark.points, mark.comment, mark.sha256) for check, mark in marks.items()}

    return give_marks


def test_points_and_comments_are_stored(give):
    marks = give({"sigmoid": Wish("7,50", " Good.\r\nIndeed. "), "": Wish("", "A comment.")}, sha256="ab")
    assert marks == {"sigmoid": ("7.5", "Good.\nIndeed.", "ab"), "": ("", "A comment.", "ab")}


def test_empty_wish_removes_a_mark_and_a_missing_one_keeps_it(give):
    give({"sigmoid": Wish("7"), "loss": Wish("1")})
    assert give({"sigmoid": Wish()}) == {"loss": ("1", "", "")}


def test_check_can_be_taken_out_for_everybody(give):
    assert give({"sigmoid": Wish("OUT")}, name="") == {"sigmoid": ("out", "", "")}


@pytest.mark.parametrize("text", ["a", "-1", "1e9", "nan", "inf", "1" * 400, "9999999", "1 2", "½"])
def test_points_that_are_no_number_are_refused(give, text):
    with pytest.raises(Unreadable):
        give({"loss": Wish("1"), "sigmoid": Wish(text)})
    assert give({}) == {}


def test_unknown_check_and_long_comment_are_refused(give):
    for wishes in ({"nothing": Wish("1")}, {"": Wish("out")}, {"": Wish("", "x" * 10_001)}):
        with pytest.raises(Unreadable):
            give(wishes)


def test_marks_that_somebody_else_has_changed_are_not_overwritten(give):
    give({})
    digest = give.digest
    give({"sigmoid": Wish("7")}, marks_digest=digest)
    with pytest.raises(Conflict):
        give({"sigmoid": Wish("3")}, marks_digest=digest)


def test_unchanged_mark_keeps_its_author_and_an_outdated_one_is_renewed(give, service):
    give({"sigmoid": Wish("7")}, sha256="old")
    give({"sigmoid": Wish("7")}, sha256="old")
    with service.database.reading() as session:
        assert len([*session.scalars(select(Audit).where(Audit.what == "changed marks"))]) == 1
    assert give({"sigmoid": Wish("7")}, sha256="new") == {"sigmoid": ("7", "", "new")}
