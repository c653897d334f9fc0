"""What each user may see: the only place that decides it. Whatever a user must not see does not exist for that user."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from ..support.i18n import _
from .errors import NotAllowed, missing
from .moments import now
from .tables import Course, Exercise, Membership, Role, Submission, Version

SCOPES = ("read", "submit", "class", "manage")
"""What a token may do: read and hand in one's own submissions; read a class and mark it; change courses and exercises."""

WITH_PARTS = (
    joinedload(Submission.exercise).joinedload(Exercise.course),
    joinedload(Submission.user),
    joinedload(Submission.version),
)
"""The options of a query for a submission with everything that belongs to it, which takes less time than several queries."""

# A statement takes longer to make than to execute, so those of every request are made once.
BY_ID = select(Submission).where(Submission.id == bindparam("id")).options(*WITH_PARTS)
ROLE = select(Membership.role).where(
    Membership.course_id == bindparam("course"), Membership.user_id == bindparam("user")
)
BY_SLUG = select(Course).where(Course.slug == bindparam("slug"))
BY_NAME = (
    select(Exercise)
    .where(Exercise.course_id == bindparam("course"), Exercise.name == bindparam("name"))
    .options(joinedload(Exercise.course), joinedload(Exercise.version))
)

_COURSE, _EXERCISE, _MEMBERSHIP, _SUBMISSION, _VERSION = (
    table.__table__ for table in (Course, Exercise, Membership, Submission, Version)
)
# Columns instead of objects, because these are read for every submission.
EXERCISE_ROW = (
    select(_EXERCISE, _COURSE.c.slug, _COURSE.c.archived, _MEMBERSHIP.c.role, _VERSION.c.digest)
    .join_from(_EXERCISE, _COURSE, _EXERCISE.c.course_id == _COURSE.c.id)
    .join(_VERSION, _EXERCISE.c.version_id == _VERSION.c.id)
    .outerjoin(_MEMBERSHIP, (_MEMBERSHIP.c.course_id == _COURSE.c.id) & (_MEMBERSHIP.c.user_id == bindparam("user")))
    .where(_COURSE.c.slug == bindparam("slug"), _EXERCISE.c.name == bindparam("name"))
)
SUBMISSION_ROW = (
    select(
        _SUBMISSION,
        _EXERCISE.c.course_id,
        _EXERCISE.c.board,
        _MEMBERSHIP.c.role,
        _VERSION.c.name.label("version_name"),
        _VERSION.c.blob.label("version_blob"),
    )
    .join_from(_SUBMISSION, _EXERCISE, _SUBMISSION.c.exercise_id == _EXERCISE.c.id)
    .join(_VERSION, _SUBMISSION.c.version_id == _VERSION.c.id)
    .outerjoin(
        _MEMBERSHIP,
        (_MEMBERSHIP.c.course_id == _EXERCISE.c.course_id) & (_MEMBERSHIP.c.user_id == bindparam("user")),
    )
    .where(_SUBMISSION.c.id == bindparam("id"))
)


@dataclass(frozen=True)
class Caller:
    """The user who makes a request. ``scopes`` are those of a token, None for a browser, which may do everything."""

    user_id: str
    name: str
    shown_name: str = ""
    is_admin: bool = False
    language: str = ""
    scopes: frozenset[str] | None = None

    def require(self, scope: str) -> None:
        """Raise NotAllowed if the token lacks a scope."""
        if self.scopes is not None and scope not in self.scopes:
            raise NotAllowed(_("This token lacks the scope '{scope}': make a token that has it.").format(scope=scope))

    def limited(self, role: Role) -> Role:
        """Return the role, or the highest one below it that the scopes of a token allow."""
        if self.scopes is None or "manage" in self.scopes:
            return role
        return min(role, Role.TUTOR if "class" in self.scopes else Role.STUDENT)


@dataclass(frozen=True)
class CourseAccess:
    """A course, and the role of the caller in it."""

    course: Course
    role: Role

    @property
    def is_staff(self) -> bool:
        """Whether the caller is at least a tutor."""
        return self.role >= Role.TUTOR

    @property
    def is_instructor(self) -> bool:
        """Whether the caller may change the course."""
        return self.role >= Role.INSTRUCTOR


def courses_of(session: Session, caller: Caller) -> list[CourseAccess]:
    """Return the courses of a user by title; an admin sees all."""
    if caller.is_admin:
        courses = session.scalars(select(Course).order_by(Course.title))
        return [CourseAccess(course, caller.limited(Role.INSTRUCTOR)) for course in courses]
    rows = session.execute(
        select(Course, Membership.role)
        .join(Membership, Membership.course_id == Course.id)
        .where(Membership.user_id == caller.user_id)
        .order_by(Course.title)
    )
    return [CourseAccess(course, caller.limited(Role(role))) for course, role in rows]


def course(session: Session, caller: Caller, slug: str, at_least: Role = Role.STUDENT) -> CourseAccess:
    """Return the course with this slug; raises NotFound unless the caller has at least this role in it."""
    row = session.scalar(BY_SLUG, {"slug": slug})
    if row is not None:
        role = _role(session, caller, row.id)
        if role is not None and role >= at_least:
            return CourseAccess(row, role)
    raise missing()


def exercise(
    session: Session, caller: Caller, slug: str, name: str, at_least: Role = Role.STUDENT
) -> tuple[Exercise, CourseAccess]:
    """Return an exercise of a course; raises NotFound also if it is hidden from the caller, or not open yet.

    Its related rows can be used after the transaction.
    """
    access = course(session, caller, slug, at_least)
    row = session.scalar(BY_NAME, {"course": access.course.id, "name": name})
    if row is None or not (access.is_staff or is_visible(row)):
        raise missing()
    return row, access


def exercise_row(session: Session, caller: Caller, slug: str, name: str) -> Any:
    """Return the columns of an exercise that the caller may see, with ``slug`` and ``archived`` of its course; raises NotFound.

    The row also has the ``role`` of the user, and the ``digest`` of the present version.
    """
    row: Any = session.execute(EXERCISE_ROW, {"slug": slug, "name": name, "user": caller.user_id}).first()
    role = None if row is None else _role_in(caller, row)
    if row is None or role is None or not (role >= Role.TUTOR or is_visible(row)):
        raise missing()
    return row


def is_visible(exercise: Exercise) -> bool:
    """Return whether students see an exercise: it is not hidden, and it has been opened."""
    return not exercise.is_hidden and (exercise.opens is None or exercise.opens <= now())


def submission(session: Session, caller: Caller, submission_id: str) -> tuple[Submission, CourseAccess]:
    """Return a submission of the caller, or of a course in which the caller is at least a tutor; raises NotFound.

    Its related rows can be used after the transaction.
    """
    row = session.scalar(BY_ID, {"id": submission_id})
    if row is not None:
        role = _role(session, caller, row.exercise.course_id)
        is_own = row.user_id == caller.user_id
        if role is not None and (is_own or role >= Role.TUTOR):
            return row, CourseAccess(row.exercise.course, role)
        if is_own:  # a former member
            return row, CourseAccess(row.exercise.course, Role.STUDENT)
    raise missing()


def submission_row(session: Session, caller: Caller, submission_id: str) -> tuple[Any, bool]:
    """Return the columns of a submission that the caller may see, and whether the caller is staff; raises NotFound.

    The row also has ``version_name`` and ``version_blob``.
    """
    row = session.execute(SUBMISSION_ROW, {"id": submission_id, "user": caller.user_id}).first()
    if row is None:
        raise missing()
    role = _role_in(caller, row)
    is_staff = role is not None and role >= Role.TUTOR
    if not is_staff and row.user_id != caller.user_id:  # one's own also as a former member
        raise missing()
    return row, is_staff


def _role_in(caller: Caller, row: Any) -> Role | None:
    """Return the role of the caller in the course of a row, with what the scopes of a token leave of it."""
    role = Role.INSTRUCTOR if caller.is_admin else row.role
    return None if role is None else caller.limited(Role(role))


def _role(session: Session, caller: Caller, course_id: str) -> Role | None:
    role = Role.INSTRUCTOR if caller.is_admin else role_of(session, course_id, caller.user_id)
    return None if role is None else caller.limited(role)


def role_of(session: Session, course_id: str, user_id: str) -> Role | None:
    """Return the role of a user in a course, None without one; an admin needs none."""
    role = session.scalar(ROLE, {"course": course_id, "user": user_id})
    return None if role is None else Role(role)
