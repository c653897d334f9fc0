"""The exercises of a course as one user sees them, and what the user has handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from . import access, assignments
from .access import Caller, CourseAccess
from .service import Service
from .tables import Exercise, Kind, Result, State, Submission
from .terms import Terms, attempts_spent, terms_of

MOST_OF_A_KIND = 20  # submissions of one student in one exercise; the zip file of one's own data has all


@dataclass(frozen=True)
class HandedIn:
    """A submission with its result, None as long as there is no result."""

    submission: Submission
    result: Result | None


@dataclass(frozen=True)
class ExerciseLine:
    """An exercise in a list. ``attempts_left`` is None for any number; ``latest`` is the last attempt, or the last self-check."""

    exercise: Exercise
    title: str
    terms: Terms
    attempts_left: int | None
    latest: HandedIn | None


def title_of(service: Service, exercise: Exercise) -> str:
    """Return the title of an exercise: that of the course, else that of the assignment."""
    return exercise.title or assignments.assignment_of(service, exercise.version).content.title


def exercise_lines(service: Service, session: Session, caller: Caller, course: CourseAccess) -> list[ExerciseLine]:
    """Return the exercises of a course that the user may see, in the order of the course."""
    statement = select(Exercise).where(Exercise.course_id == course.course.id)
    exercises = session.scalars(statement.order_by(Exercise.position, Exercise.name))
    return [_line(service, session, caller, each) for each in exercises if course.is_staff or access.is_visible(each)]


def handed_in(session: Session, exercise: Exercise, user_id: str) -> list[HandedIn]:
    """Return the submissions of a user in an exercise, the newest first; of each kind the last ones."""
    works = []
    for kind in Kind:
        rows = session.execute(
            select(Submission, Result)
            .outerjoin(Result, Result.key == Submission.result_key)
            .where(Submission.user_id == user_id, Submission.exercise_id == exercise.id, Submission.kind == kind.value)
            .order_by(Submission.received.desc(), Submission.id)
            .limit(MOST_OF_A_KIND)
        )
        works += [HandedIn(submission, result) for submission, result in rows]
    return sorted(works, key=lambda work: work.submission.received, reverse=True)


def _line(service: Service, session: Session, caller: Caller, exercise: Exercise) -> ExerciseLine:
    terms = terms_of(session, exercise, caller.user_id)
    works = handed_in(session, exercise, caller.user_id)
    left = (
        None
        if terms.attempts is None
        else max(0, terms.attempts - attempts_spent(session, exercise.id, caller.user_id))
    )
    return ExerciseLine(exercise, title_of(service, exercise), terms, left, _latest(works))


def _latest(works: Sequence[HandedIn]) -> HandedIn | None:
    """Return the newest attempt, without one the newest self-check; cancelled and replaced ones do not count."""
    visible = [work for work in works if work.submission.state not in (State.CANCELLED, State.SUPERSEDED)]
    attempts = [work for work in visible if work.submission.kind == Kind.ATTEMPT]
    return next(iter(attempts or visible), None)
