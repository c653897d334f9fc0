"""The rules of acceptance: by dates, also those of one student, by attempts and limits, and which files."""

from __future__ import annotations

from datetime import timedelta

import pytest

from grader.service import accepting, access, admission
from grader.service.configuration import ServiceLimits
from grader.service.errors import Conflict, NotFound, Refusal, TooLarge, TooMany, Unreadable
from grader.service.moments import now
from grader.service.tables import Exercise, Extension, Kind
from grader.service.terms import terms_of

LIMITS = ServiceLimits(files=2, file_bytes=10, upload_bytes=15, checks_an_hour=2, checks_a_day=3)


@pytest.fixture
def changed(service):
    """A function that changes an exercise and returns it."""

    def changed(**values):
        with service.database.writing() as session:
            exercise = session.query(Exercise).filter_by(name="single-neuron").one()
            for name, value in values.items():
                setattr(exercise, name, value)
        return exercise

    return changed


def refused(service, caller, exercise, kind=Kind.ATTEMPT):
    """Return the class of the refusal, None if a submission would be accepted."""
    with service.database.reading() as session:
        try:
            row = access.exercise_row(session, caller, "demo", exercise.name)
            terms = terms_of(session, row, caller.user_id)
            admission.refuse(session, LIMITS, caller, row, kind, now(), terms)
        except Refusal as refusal:
            return type(refusal)
    return None


def hand_in(service, caller, exercise, kind, content):
    return accepting.accept(service, caller, "demo", exercise.name, kind, {"a.py": content}, via="page")


def test_closed_exercise_refuses_students_but_not_staff(service, caller, changed):
    exercise = changed(closes=now() - timedelta(seconds=1))
    assert refused(service, caller("ada"), exercise) is Conflict
    assert refused(service, caller("tom"), exercise) is None


def test_extension_of_the_deadline_also_moves_the_end(service, caller, changed):
    exercise = changed(due=now() - timedelta(hours=2), closes=now() - timedelta(hours=1))
    with service.database.writing() as session:
        due = now() + timedelta(hours=1)
        session.add(Extension(exercise_id=exercise.id, user_id=caller("ada").user_id, due=due))
    assert refused(service, caller("ada"), exercise) is None
    assert refused(service, caller("ben"), exercise) is Conflict


def test_exercise_that_is_not_open_does_not_exist_for_students(service, caller, changed):
    exercise = changed(opens=now() + timedelta(hours=1))
    assert refused(service, caller("ada"), exercise) is NotFound


def test_stranger_cannot_hand_in(service, caller, changed):
    exercise = changed()
    with service.database.writing() as session:
        from grader.service.tables import User

        session.add(User(name="eve"))
    assert refused(service, caller("eve"), exercise) is NotFound


def test_last_attempt_is_the_last_one_but_a_self_check_is_possible(service, caller, changed):
    exercise = changed(attempts=1)
    hand_in(service, caller("ada"), exercise, Kind.ATTEMPT, b"a = 1")
    with service.database.reading() as session:
        assert admission.attempts_left(session, exercise, caller("ada").user_id) == 0
    assert refused(service, caller("ada"), exercise) is Conflict
    assert refused(service, caller("ada"), exercise, Kind.CHECK) is None


def test_self_checks_are_limited_by_the_hour(service, caller, changed):
    exercise = changed()
    for number in range(2):
        hand_in(service, caller("ada"), exercise, Kind.CHECK, b"a = %d" % number)
    assert refused(service, caller("ada"), exercise, Kind.CHECK) is TooMany
    assert refused(service, caller("ben"), exercise, Kind.CHECK) is None


@pytest.mark.parametrize(
    ("files", "error"),
    [
        ({}, Unreadable),
        ({"a.py": b""}, Unreadable),
        ({"a.py": b"12345678901"}, TooLarge),
        ({"a.py": b"123456789", "b.py": b"123456789"}, TooLarge),
        (dict.fromkeys("abc", b"1"), TooLarge),
    ],
)
def test_wrong_files_are_refused(files, error):
    with pytest.raises(error):
        admission.refuse_wrong_files(files, LIMITS)
