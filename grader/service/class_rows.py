"""The class of one exercise as the database has it: students with their graded attempts, extensions and marks by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, String, bindparam, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from ..assignment.policy import Policy
from ..version import __version__
from . import policies
from .tables import Course, Exercise, Extension, Kind, Mark, Membership, Role, State, Submission, User, Version

LEFT_OUT = (State.CANCELLED, State.SUPERSEDED)
WITH_PARTS = (joinedload(Exercise.course), joinedload(Exercise.version))

_MARK = Mark.__table__.c
ANY_MARK = (
    select(_MARK.id)
    .where(_MARK.exercise_id == bindparam("exercise"), or_(_MARK.user_id == bindparam("user"), _MARK.user_id.is_(None)))
    .limit(1)
)


@dataclass(frozen=True)
class ClassRows:
    """The rows of a class, or of one student. ``attempts`` are {id of a user: the graded attempts, the oldest first}.

    A file that could not be read spends no attempt: it is in ``attempts`` only if the student has no other one.
    """

    exercise: Exercise
    version: Version
    course: Course
    members: Sequence[Membership]
    attempts: dict[str, list[Submission]]
    extensions: dict[str, Extension]
    marks: Sequence[Mark]

    @property
    def users(self) -> list[User]:
        """The students."""
        return [member.user for member in self.members]

    @property
    def policy(self) -> Policy:
        """The rules for lateness and for the attempt that counts, with the due date in the time zone of the course."""
        policy = policies.policy_of(self.exercise)
        due = None if policy.due is None else policy.due.astimezone(ZoneInfo(self.course.time_zone))
        return policy.model_copy(update={"due": due})

    def digest(self, language: str) -> str:
        """Return a digest of everything that the files of the class are made from, in a language."""
        parts: list[object] = [
            __version__,
            language,
            self.exercise.title,
            self.version.digest,
            self.policy.model_dump_json(),
        ]
        parts += [(each.user.name, each.user.full_name, each.user.email, each.section) for each in self.members]
        parts += [
            (each.id, each.state, each.result_key, each.sentence)
            for attempts in self.attempts.values()
            for each in attempts
        ]
        parts += [(each.user_id, each.due, each.is_excused) for each in self.extensions.values()]
        parts += [(each.id, each.user_id, each.check, each.points, each.comment, each.at) for each in self.marks]
        return hashlib.sha256("\0".join(map(repr, parts)).encode(errors="surrogateescape")).hexdigest()


@cache
def _statements(is_of_one: bool) -> tuple[Select[Any], Select[Any], Select[Any], Select[Any]]:
    """Return the statements for members, submissions, extensions and marks, which take longer to make than to execute."""
    course, exercise, user = (bindparam(name, type_=String()) for name in ("course", "exercise", "user"))
    members = select(Membership).join(Membership.user).options(contains_eager(Membership.user))
    members = members.where(
        Membership.course_id == course,
        Membership.user_id == user if is_of_one else Membership.role == Role.STUDENT,
        User.erased.is_(None),
    )
    submissions = select(Submission).where(
        Submission.exercise_id == exercise, Submission.kind == Kind.ATTEMPT, Submission.state.not_in(LEFT_OUT)
    )
    extensions = select(Extension).where(Extension.exercise_id == exercise)
    marks = select(Mark).where(Mark.exercise_id == exercise)
    if is_of_one:
        submissions = submissions.where(Submission.user_id == user)
        extensions = extensions.where(Extension.user_id == user)
        marks = marks.where(or_(Mark.user_id == user, Mark.user_id.is_(None)))
    return (
        members.order_by(User.name),
        submissions.order_by(Submission.received, Submission.id),
        extensions.order_by(Extension.user_id),
        marks.order_by(Mark.at, Mark.id),
    )


def has_marks(session: Session, exercise_id: str, user_id: str) -> bool:
    """Return whether a person has given marks or comments to a student, or to the whole class."""
    return session.scalar(ANY_MARK, {"exercise": exercise_id, "user": user_id}) is not None


def read(session: Session, exercise: Exercise, user_id: str | None = None) -> ClassRows:
    """Return the rows of the class of an exercise; with ``user_id`` only those of one person, also of staff."""
    exercise = session.get_one(Exercise, exercise.id, options=WITH_PARTS)
    course, version = exercise.course, exercise.version
    values = {"course": course.id, "exercise": exercise.id, "user": user_id}
    of_members, of_submissions, of_extensions, of_marks = _statements(user_id is not None)
    members = [*session.scalars(of_members, values)]
    users = {member.user.id: member.user for member in members}
    attempts: dict[str, list[Submission]] = {}
    for submission in session.scalars(of_submissions, values):
        if submission.user_id in users or user_id is not None:
            attempts.setdefault(submission.user_id, []).append(submission)
    extensions = session.scalars(of_extensions, values)
    marks = session.scalars(of_marks, values)
    known_ids = {None, *users, user_id}
    return ClassRows(
        exercise,
        version,
        course,
        members,
        {user: _counting(submissions) for user, submissions in attempts.items()},
        {each.user_id: each for each in extensions if each.user_id in known_ids},
        [each for each in marks if each.user_id in known_ids],
    )


def _counting(submissions: list[Submission]) -> list[Submission]:
    """Return the attempts without files that could not be read; of nothing else the last of these."""
    return [each for each in submissions if each.state != State.REFUSED] or submissions[-1:]
