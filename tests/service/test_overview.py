"""A line of an exercise has the attempts that are left and the newest work that counts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from grader.service import access, overview, standings
from grader.service.tables import Exercise, Extension, Kind, Mark, State, Submission
from tests.service.kept_results import NOON, hand_in


@pytest.fixture
def add(service, caller):
    """A function that adds a submission of ada."""

    def add(kind, state=State.GRADED):
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            submission = Submission(
                user_id=caller("ada").user_id,
                exercise_id=exercise.id,
                version_id=exercise.version_id,
                kind=kind,
                file_name="a.py",
                sha256="0" * 64,
                blob="0" * 64,
                size=1,
                state=state,
            )
            session.add(submission)
            session.flush()
            return submission.id

    return add


def line(service, caller, name="ada"):
    with service.database.reading() as session:
        course = access.course(session, caller(name), "demo")
        lines = overview.exercise_lines(service, session, caller(name), course)
    return next(each for each in lines if each.exercise.name == "single-neuron")


def test_exercise_without_work(service, caller):
    assert (line(service, caller).attempts_left, line(service, caller).latest) == (None, None)
    assert line(service, caller).title == "A single neuron, trained by hand"


def test_attempt_is_shown_rather_than_a_later_self_check(service, caller, add):
    attempt = add(Kind.ATTEMPT)
    add(Kind.CHECK)
    assert line(service, caller).latest.submission.id == attempt


def test_cancelled_work_is_not_shown(service, caller, add):
    check = add(Kind.CHECK)
    add(Kind.ATTEMPT, State.CANCELLED)
    add(Kind.CHECK, State.SUPERSEDED)
    assert line(service, caller).latest.submission.id == check


def test_work_of_another_student_is_not_shown(service, caller, add):
    add(Kind.ATTEMPT)
    assert line(service, caller, "ben").latest is None


def test_many_self_checks_do_not_hide_an_attempt(service, caller, add):
    attempt = add(Kind.ATTEMPT)
    for _number in range(overview.MOST_OF_A_KIND + 5):
        add(Kind.CHECK)
    with service.database.reading() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        works = overview.handed_in(session, exercise, caller("ada").user_id)
    assert len(works) == overview.MOST_OF_A_KIND + 1
    assert works[-1].submission.id == attempt


def test_number_of_queries_does_not_grow_with_the_work(service, caller, add):
    def count():
        statements = []

        def note(*details):
            statements.append(details[2])

        event.listen(service.database.engine, "before_cursor_execute", note)
        line(service, caller)
        event.remove(service.database.engine, "before_cursor_execute", note)
        return len(statements)

    add(Kind.ATTEMPT)
    before = count()
    for kind in (*Kind, *Kind):
        add(kind)
    assert count() == before


def test_points_are_those_that_count(service, caller):
    hand_in(service, "ada", 1.0)
    hand_in(service, "ada", 0.5, received=NOON + timedelta(days=1, hours=1))
    assert line(service, caller).standing.score == 50
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        exercise.due, exercise.policy = NOON, '{"percent_a_day": 10}'
        session.add(Mark(exercise_id=exercise.id, user_id=caller("ada").user_id, points="60"))
    assert line(service, caller).standing.score == standings.standing(service, exercise, caller("ada").user_id).score
    assert line(service, caller).standing.score != 50


def test_points_by_hand_are_shown_without_a_submission(service, caller):
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        session.add(Mark(exercise_id=exercise.id, user_id=caller("ada").user_id, points="7"))
    assert line(service, caller).standing.score == 7
    assert line(service, caller, "ben").standing is None


def test_extension_and_spent_attempts_are_those_of_the_student(service, caller, add):
    with service.database.writing() as session:
        exercise = session.query(Exercise).filter_by(name="single-neuron").one()
        exercise.attempts = 2
        session.add(Extension(exercise_id=exercise.id, user_id=caller("ben").user_id, extra_attempts=3))
    add(Kind.ATTEMPT)
    add(Kind.ATTEMPT, State.NOT_GRADABLE)
    assert line(service, caller).attempts_left == 1
    assert line(service, caller, "ben").attempts_left == 5
