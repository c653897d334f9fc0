"""Copies the exercises of a course into another one, as for the next year: their rules, but not their dates and no work."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from . import audit, courses
from .access import Caller
from .tables import Course, Exercise, Version


def copy_exercises(session: Session, caller: Caller, source: Course, target: Course) -> int:
    """Add the exercises of ``source`` to ``target``, which keeps those that it has; return how many were added.

    An uploaded version is seen by its own course alone, so the other course gets a copy of it.
    """
    present = set(session.scalars(select(Exercise.name).where(Exercise.course_id == target.id)))
    statement = select(Exercise).where(Exercise.course_id == source.id).options(joinedload(Exercise.version))
    rows = [row for row in session.scalars(statement.order_by(Exercise.position)) if row.name not in present]
    for position, row in enumerate(rows, len(present)):
        version = _version_for(session, caller, row.version, target)
        copy = courses.add_exercise(session, target, version, position, row.attempts, row.title)
        copy.policy, copy.is_hidden, copy.board = row.policy, row.is_hidden, row.board
    if rows:
        audit.write(session, caller, "exercises copied", f"{source.slug} {target.slug}")
    return len(rows)


def _version_for(session: Session, caller: Caller, version: Version, course: Course) -> Version:
    if version.course_id is None:
        return version
    names = ("name", "digest", "blob", "state", "message")
    copy = Version(**{name: getattr(version, name) for name in names}, course_id=course.id, by_id=caller.user_id)
    session.add(copy)
    session.flush()
    return copy
