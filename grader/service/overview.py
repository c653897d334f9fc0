"""The exercises of a course as one user sees them, and the submissions of the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, joinedload

from ..assignment import chapters
from . import access, assignments, standings
from .access import Caller, CourseAccess
from .service import Service
from .standings import Standing
from .tables import SPENT, Exercise, Extension, Kind, Mark, Result, State, Submission
from .terms import Terms, terms_with

MOST_OF_A_KIND = 20  # submissions of one student in one exercise; the zip file of one's own data has all


@dataclass(frozen=True)
class HandedIn:
    """A submission with its result, None as long as there is no result."""

    submission: Submission
    result: Result | None


@dataclass(frozen=True)
class ExerciseLine:
    """An exercise in a list. ``facts`` are its time, points and slides. ``attempts_left`` is None for any number;
    ``latest`` is the last attempt, or the last self-check.

    ``standing`` is what counts for the user, None as long as there are no points.
    """

    exercise: Exercise
    title: str
    chapter: str
    facts: tuple[str, ...]
    terms: Terms
    attempts_left: int | None
    latest: HandedIn | None
    standing: Standing | None


def title_of(service: Service, exercise: Exercise) -> str:
    """Return the title of an exercise: that of the course, else that of the assignment."""
    return exercise.title or assignments.assignment_of(service, exercise.version).content.title


def exercise_lines(service: Service, session: Session, caller: Caller, course: CourseAccess) -> list[ExerciseLine]:
    """Return the exercises of a course that the user may see, in the order of the course.

    The number of queries grows with the exercises in which something counts, but not with the submissions.
    """
    statement = select(Exercise).where(Exercise.course_id == course.course.id).options(joinedload(Exercise.version))
    rows = session.scalars(statement.order_by(Exercise.position, Exercise.name))
    exercises = [row for row in rows if course.is_staff or access.is_visible(row)]
    ids = [exercise.id for exercise in exercises]
    extensions = select(Extension).where(Extension.user_id == caller.user_id, Extension.exercise_id.in_(ids))
    by_exercise = {extension.exercise_id: extension for extension in session.scalars(extensions)}
    spent_counts, latest = _spent(session, caller.user_id, ids), _latest(session, caller.user_id, ids)
    marked_ids = {*session.scalars(select(Mark.exercise_id).where(Mark.user_id == caller.user_id))}
    lines = []
    for exercise in exercises:
        terms = terms_with(exercise, by_exercise.get(exercise.id))
        left = None if terms.attempts is None else max(0, terms.attempts - spent_counts.get(exercise.id, 0))
        work, standing = latest.get(exercise.id), None
        if exercise.id in marked_ids or (work is not None and work.submission.kind == Kind.ATTEMPT):
            own = standings.standing_of(service, session, exercise, caller.user_id)
            standing = own if own.score is not None and own.report is not None else None
        content = assignments.assignment_of(service, exercise.version).content
        facts = tuple(fact for fact in chapters.facts(content) if fact)
        title = title_of(service, exercise)
        lines.append(ExerciseLine(exercise, title, content.chapter, facts, terms, left, work, standing))
    return lines


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


def _spent(session: Session, user_id: str, ids: Sequence[str]) -> dict[str, int]:
    """Return {exercise: graded attempts that are spent}."""
    statement = (
        select(Submission.exercise_id, func.count())
        .where(Submission.user_id == user_id, Submission.exercise_id.in_(ids))
        .where(Submission.kind == Kind.ATTEMPT, Submission.state.in_(SPENT))
        .group_by(Submission.exercise_id)
    )
    return dict(session.execute(statement).all())


def _latest(session: Session, user_id: str, ids: Sequence[str]) -> dict[str, HandedIn]:
    """Return {exercise: its newest attempt, without one its newest self-check}; cancelled and replaced ones do not count."""
    order = (case((Submission.kind == Kind.ATTEMPT, 0), else_=1), Submission.received.desc(), Submission.id)
    place = func.row_number().over(partition_by=Submission.exercise_id, order_by=order).label("place")
    places = (
        select(Submission.id, place)
        .where(Submission.user_id == user_id, Submission.exercise_id.in_(ids))
        .where(Submission.state.not_in((State.CANCELLED, State.SUPERSEDED)))
        .subquery()
    )
    rows = session.execute(
        select(Submission, Result)
        .join(places, places.c.id == Submission.id)
        .outerjoin(Result, Result.key == Submission.result_key)
        .where(places.c.place == 1)
    )
    return {submission.exercise_id: HandedIn(submission, result) for submission, result in rows}
