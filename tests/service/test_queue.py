"""Within a priority the students take turns, and nobody is overtaken for ever."""

from __future__ import annotations

from functools import partial

import pytest

from grader.service import queue
from grader.service.tables import Kind, State, Submission
from tests.service import waiting_submissions


@pytest.fixture
def wait(service):
    """A function that lets a submission wait: of a student, since some seconds."""
    return partial(waiting_submissions.add, service)


def order(service):
    with service.database.reading() as session:
        names = [*session.scalars(queue.in_order(Submission.id))]
        assert queue.next_ids(session, 100) == names  # as a worker claims them
        assert queue.next_ids(session, 1) == names[:1]
    return "".join(names)


@pytest.mark.quick
def test_students_take_turns(service, wait):
    for name, seconds in zip("abc", (30, 29, 28), strict=True):
        wait(name, "ada", seconds)
    wait("x", "ben", 10)
    assert order(service) == "axbc"


def test_running_submission_counts_as_a_turn(service, wait):
    wait("r", "ada", 40, state=State.RUNNING)
    wait("a", "ada", 30)
    wait("x", "ben", 10)
    assert order(service) == "xa"


def test_self_check_is_before_attempts(service, wait):
    wait("a", "ada", 30)
    wait("x", "ben", 10, Kind.CHECK)
    assert order(service) == "xa"


def test_attempt_that_has_waited_for_a_minute_is_not_overtaken_any_more(service, wait):
    wait("a", "ada", 61)
    wait("x", "ben", 10, Kind.CHECK)
    assert order(service) == "ax"
