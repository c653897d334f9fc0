"""The terms of an exercise for one student: the dates, with an extension, and the number of attempts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from ..assignment.policy import Policy
from .policies import policy_of
from .tables import SPENT, Exercise, Extension, Kind, Submission

_EXTENSION, _SUBMISSION = Extension.__table__, Submission.__table__
EXTENSION = select(_EXTENSION).where(
    _EXTENSION.c.exercise_id == bindparam("exercise"), _EXTENSION.c.user_id == bindparam("user")
)
SPENT_ATTEMPTS = select(func.count()).where(
    _SUBMISSION.c.exercise_id == bindparam("exercise"),
    _SUBMISSION.c.user_id == bindparam("user"),
    _SUBMISSION.c.kind == Kind.ATTEMPT,
    _SUBMISSION.c.state.in_(SPENT),
)


@dataclass(frozen=True)
class Terms:
    """When a student may hand in, how many graded attempts there are, and which one counts.

    Submissions are accepted from ``opens`` to ``closes``. An attempt that arrives after ``due`` and the grace period is
    late. ``attempts`` is None for any number. ``is_excused``: the exercise does not count for the student.
    """

    opens: datetime | None = None
    due: datetime | None = None
    closes: datetime | None = None
    attempts: int | None = None
    policy: Policy = field(default_factory=Policy)
    is_extended: bool = False
    is_excused: bool = False

    def is_open(self, at: datetime) -> bool:
        """Return whether submissions are accepted at this time."""
        return not self.is_too_early(at) and not self.is_closed(at)

    def is_too_early(self, at: datetime) -> bool:
        """Return whether the exercise has not been opened yet."""
        return self.opens is not None and at < self.opens

    def is_closed(self, at: datetime) -> bool:
        """Return whether the exercise does not accept submissions any more."""
        return self.closes is not None and at > self.closes

    def is_late(self, at: datetime) -> bool:
        """Return whether a submission that arrives at this time is late."""
        return self.last_in_time is not None and at > self.last_in_time

    @property
    def last_in_time(self) -> datetime | None:
        """The end of the grace period."""
        return None if self.due is None else self.due + timedelta(hours=self.policy.grace_hours)


def terms_of(session: Session, exercise: Exercise, user_id: str) -> Terms:
    """Return the terms of an exercise for a student. A later deadline also moves the end of the exercise."""
    row: Any = session.execute(EXTENSION, {"exercise": exercise.id, "user": user_id}).first()
    return terms_with(exercise, row)


def terms_with(exercise: Exercise, extension: Extension | None) -> Terms:
    """Return the same for a student with this extension, or without one."""
    policy = policy_of(exercise)
    if extension is None:
        return Terms(exercise.opens, exercise.due, exercise.closes, exercise.attempts, policy)
    due = extension.due or exercise.due
    closes = extension.closes or exercise.closes
    if closes is not None and extension.due is not None:
        closes = max(closes, extension.due + timedelta(hours=policy.grace_hours))
    attempts = None if exercise.attempts is None else exercise.attempts + extension.extra_attempts
    is_extended = extension.due is not None or extension.closes is not None
    return Terms(exercise.opens, due, closes, attempts, policy, is_extended, extension.is_excused)


def attempts_spent(session: Session, exercise_id: str, user_id: str) -> int:
    """Return how many graded attempts of a student count against the number of attempts."""
    return session.scalar(SPENT_ATTEMPTS, {"exercise": exercise_id, "user": user_id}) or 0
