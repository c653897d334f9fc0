"""The terms of an exercise: dates, an extension of one student, the grace period, and attempts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from grader.service.tables import Exercise, Extension, Kind, State, Submission, User
from grader.service.terms import attempts_spent, terms_of

DUE = datetime(2026, 11, 29, 23, 59, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def exercise(service):
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        exercise.opens, exercise.due, exercise.closes = DUE - 48 * HOUR, DUE, DUE + 3 * HOUR
        exercise.attempts, exercise.policy = 3, '{"grace_hours": 1}'
        return exercise


def of(service, exercise, name="ada"):
    with service.database.reading() as session:
        return terms_of(session, exercise, session.query(User).filter_by(name=name).one().id)


def extend(service, exercise, **values):
    with service.database.writing() as session:
        user_id = session.query(User).filter_by(name="ada").one().id
        session.add(Extension(exercise_id=exercise.id, user_id=user_id, **values))


def test_submission_in_the_grace_period_is_in_time(service, exercise):
    terms = of(service, exercise)
    assert not terms.is_late(DUE + HOUR)
    assert terms.is_late(DUE + HOUR + timedelta(seconds=1))


def test_exercise_is_open_between_its_dates(service, exercise):
    terms = of(service, exercise)
    assert [terms.is_open(DUE + hours * HOUR) for hours in (-49, -48, 0, 3, 4)] == [False, True, True, True, False]
    assert terms.is_too_early(DUE - 49 * HOUR)
    assert terms.is_closed(DUE + 4 * HOUR)


def test_extension_of_one_student_moves_deadline_and_end_for_that_student_alone(service, exercise):
    extend(service, exercise, due=DUE + 24 * HOUR, extra_attempts=2)
    terms = of(service, exercise)
    assert (terms.due, terms.closes, terms.attempts) == (DUE + 24 * HOUR, DUE + 25 * HOUR, 5)
    assert of(service, exercise, "ben").due == DUE


def test_excused_student_keeps_the_dates(service, exercise):
    extend(service, exercise, is_excused=True)
    terms = of(service, exercise)
    assert terms.is_excused
    assert not terms.is_extended
    assert terms.due == DUE


def test_exercise_without_dates_is_always_open(service):
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="relu-swap").one()
    terms = of(service, exercise)
    assert terms.is_open(DUE)
    assert not terms.is_late(DUE)
    assert terms.attempts is None


def test_only_attempts_that_the_grader_could_grade_are_spent(service, exercise):
    with service.database.writing() as session:
        user_id = session.query(User).filter_by(name="ada").one().id
        kinds = [(Kind.ATTEMPT, state) for state in State] + [(Kind.CHECK, State.GRADED)]
        for kind, state in kinds:
            session.add(
                Submission(
                    user_id=user_id,
                    exercise_id=exercise.id,
                    version_id=exercise.version_id,
                    kind=kind,
                    file_name="a.py",
                    sha256="0" * 64,
                    blob="0" * 64,
                    size=1,
                    state=state,
                )
            )
        session.flush()
        assert attempts_spent(session, exercise.id, user_id) == 3  # queued, running and graded
