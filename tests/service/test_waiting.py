"""The expected wait comes from measured times, and is computed once for everybody who watches."""

from __future__ import annotations

from functools import partial

import pytest

from grader.service import waiting
from grader.service.moments import now
from grader.service.tables import Result, State, Submission, Worker
from tests.service import waiting_submissions


@pytest.fixture
def wait(service):
    return partial(waiting_submissions.add, service)


def measure(service, name, seconds):
    with service.database.writing() as session:
        session.get_one(Submission, name).result_key = name
        session.add(
            Result(
                key=name,
                report=b"",
                score=1,
                max_score=1,
                passed=True,
                ending="graded",
                seconds=seconds,
                grader="",
            )
        )


def positions(service, names):
    with service.database.reading() as session:
        return {name: (place.ahead, place.seconds) for name, place in waiting.positions(session, names).items()}


def test_position_counts_what_is_ahead_and_the_seconds_come_from_measured_times(service, wait):
    for name, seconds in (("x", 3.0), ("y", 4.0), ("z", 90.0)):
        wait(name, "ben", state=State.GRADED)
        measure(service, name, seconds)
    wait("r", "ben", seconds=100, state=State.RUNNING)
    wait("a", "ada", seconds=5)
    wait("b", "ada", seconds=4)
    assert positions(service, ["r", "a", "b"]) == {
        "r": (0, pytest.approx(0.8)),
        "a": (1, pytest.approx(4.8)),
        "b": (2, pytest.approx(8.8)),
    }
    with service.database.writing() as session:
        session.add(Worker(id="one", slots=2))
    assert positions(service, ["b"]) == {"b": (2, pytest.approx(6.4))}


def test_claimed_submission_without_a_slot_waits_for_those_claimed_before(service, wait):
    with service.database.writing() as session:
        session.add(Worker(id="one", slots=1))
    moment = now()
    wait("a", "ben", state=State.RUNNING, since=moment, seconds=9)
    wait("b", "ada", state=State.RUNNING, since=moment, seconds=8)
    wait("c", "ada", seconds=7)
    places = positions(service, ["a", "b", "c"])
    assert [places[name][0] for name in "abc"] == [0, 1, 2]
    assert places["a"][1] < places["b"][1] < places["c"][1]


def test_position_is_computed_once_a_second_for_everybody(service, wait, monkeypatch):
    wait("a", "ada")
    wait("b", "ben")
    counts = []
    real = waiting._all
    monkeypatch.setattr(waiting, "_all", lambda session: counts.append(1) or real(session))
    with service.database.reading() as session:
        for _ in range(10):
            for name in "ab":
                service.places.of(session, session.get_one(Submission, name))
    assert len(counts) == 1


def test_new_submission_is_the_last_of_its_priority_until_positions_are_computed_again(service, wait, monkeypatch):
    wait("a", "ada", kind="attempt", priority=1)
    wait("b", "ben", kind="check")
    with service.database.reading() as session:
        service.places.of(session, session.get_one(Submission, "a"))
    monkeypatch.setattr(waiting, "_all", lambda session: pytest.fail("computed again"))
    wait("c", "ada", kind="check")
    wait("d", "ben", kind="attempt", priority=1)
    with service.database.reading() as session:
        places = [service.places.of(session, session.get_one(Submission, name)) for name in "abcd"]
    assert [place.ahead for place in places] == [1, 0, 1, 3]
    assert places[3].seconds > places[0].seconds


def test_grading_is_paused_if_every_worker_is(service):
    def is_paused():
        with service.database.reading() as session:
            return waiting.is_paused(session)

    assert not is_paused()
    with service.database.writing() as session:
        session.add(Worker(id="one", paused="no isolation", started=now()))
    assert is_paused()
    with service.database.writing() as session:
        session.add(Worker(id="two"))
    assert not is_paused()
