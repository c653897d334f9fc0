"""The API for the staff of a course: the marks that a person gives a student."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from ..report.by_hand import TOTAL
from ..service import assignments, hand_marks
from ..service.hand_marks import Wish
from ..service.tables import Exercise, Mark, User
from . import desk_place
from .api_description import api_router, problems
from .requests import Client, ServiceOf

router = api_router("class")
MARKS = "/courses/{course}/exercises/{exercise}/students/{student}/marks"


class MarkWish(BaseModel):
    """A mark to give. One without points and comment removes the mark."""

    points: str = Field(default="", max_length=40)
    """A number, empty for the points of the grader, or `out` for a check that must not count."""
    comment: str = ""


class MarksRequest(BaseModel):
    """The marks to give; those of other checks stay as they are."""

    total: MarkWish | None = None
    checks: dict[str, MarkWish] = {}
    """The marks of checks, by their names."""
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    """The SHA-256 of the submission that is marked: its marks do not apply to a later one. Empty: they apply to all."""


class MarkDocument(BaseModel):
    """A mark that somebody has given."""

    points: str
    comment: str
    by: str
    at: datetime
    sha256: str


class MarksDocument(BaseModel):
    """The marks of a student in an exercise."""

    student: str
    total: MarkDocument | None
    checks: dict[str, MarkDocument]


@router.get(MARKS)
def show_marks(service: ServiceOf, caller: Client, course: str, exercise: str, student: str) -> MarksDocument:
    """Return the marks that tutors and instructors have given a student."""
    place = desk_place.place_of(course, exercise, service, caller)
    with service.database.reading() as session:
        user = hand_marks.student_named(session, place.exercise, student)
        document = _document(session, place.exercise, user)
    desk_place.keep_look(service, caller, place, user.name)
    return document


@router.patch(MARKS, responses=problems(409))
def give_marks(
    service: ServiceOf, caller: Client, course: str, exercise: str, student: str, wish: MarksRequest
) -> MarksDocument:
    """Give a student marks; if one of them is refused, none is changed."""
    place = desk_place.place_of(course, exercise, service, caller)
    names = [check.name for check in assignments.assignment_of(service, place.exercise.version).content.checks]
    wishes = {name: Wish(each.points, each.comment) for name, each in wish.checks.items() if name != TOTAL}
    if wish.total is not None:
        wishes[TOTAL] = Wish(wish.total.points, wish.total.comment)
    with service.database.writing() as session:
        user = hand_marks.student_named(session, place.exercise, student)
        hand_marks.give(session, caller, place.exercise, user, wishes, names, sha256=wish.sha256)
        session.flush()
        return _document(session, place.exercise, user)


def _document(session: Session, exercise: Exercise, user: User) -> MarksDocument:
    marks = {check: _mark(mark) for check, mark in hand_marks.marks_of(session, exercise, user).items()}
    total = marks.pop(TOTAL, None)
    return MarksDocument(student=user.name, total=total, checks=marks)


def _mark(mark: Mark) -> MarkDocument:
    return MarkDocument(points=mark.points, comment=mark.comment, by=mark.by, at=mark.at, sha256=mark.sha256)
