"""Claims are leases: a worker that has died loses them, and no clock that is set to another time ends one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from grader.service import claims
from grader.service.claims import Workers
from grader.service.moments import now
from grader.service.tables import State, Worker
from tests.service import waiting_submissions
from tests.service.waiting_submissions import row


@pytest.fixture
def wait(service):
    return partial(waiting_submissions.add, service)


@pytest.mark.quick
def test_submission_is_claimed_once(service, wait):
    for name in "abc":
        wait(name, "ada")
    with service.database.writing() as session:
        first = claims.claim(session, "one", 2, 30)
        second = claims.claim(session, "two", 2, 30)
    assert ([each.id for each in first], [each.id for each in second]) == (["a", "b"], ["c"])
    assert (row(service, "a").state, row(service, "a").owner) == (State.RUNNING, "one")
    assert row(service, "a").deadline > now() and row(service, "a").sentence


def test_released_submission_waits_behind_the_others_and_is_given_up_after_ten_interruptions(service, wait):
    wait("a", "ada", state=State.RUNNING, owner="one")
    wait("b", "ben", state=State.RUNNING, owner="one", interruptions=claims.MOST_INTERRUPTIONS - 1)
    with service.database.writing() as session:
        given_up = claims.release(session, claims.owned(session, "one"))
    assert [each.id for each in given_up] == ["b"]
    assert (row(service, "a").state, row(service, "a").interruptions, row(service, "a").owner) == (State.QUEUED, 1, "")
    assert row(service, "b").state == State.NOT_GRADABLE and "no attempt" in row(service, "b").sentence


@pytest.fixture
def clock(monkeypatch):
    times = [100.0]
    monkeypatch.setattr(claims.time, "monotonic", lambda: times[0])
    return times


def dead(service, workers):
    with service.database.writing() as session:
        return workers.dead(session)


def test_worker_is_dead_if_it_has_not_been_seen_for_a_lease_of_the_monotonic_clock(service, clock):
    own, other = Worker(id="own", started=now()), Worker(id="other", started=now())
    mine, others = Workers(own, 30, is_alone=False), Workers(other, 30, is_alone=False)
    for workers in (mine, others):
        with service.database.writing() as session:
            workers.renew(session, 0, "")
    assert dead(service, mine) == []
    clock[0] += 29
    assert dead(service, mine) == []
    with service.database.writing() as session:
        others.renew(session, 0, "")
    clock[0] += 29
    assert dead(service, mine) == []
    clock[0] += 100  # this process was suspended, and perhaps the other one with it
    for _ in range(7):
        assert dead(service, mine) == []
        clock[0] += 5
    assert dead(service, mine) == ["other"]


@pytest.mark.parametrize("hours", [-5, 5])
def test_clock_that_jumps_ends_no_claim(service, wait, clock, monkeypatch, hours):
    own, other = Worker(id="own", started=now()), Worker(id="other", started=now())
    mine, others = Workers(own, 30, is_alone=False), Workers(other, 30, is_alone=False)
    wait("a", "ada", state=State.RUNNING, owner="other")
    for workers in (mine, others):
        with service.database.writing() as session:
            workers.renew(session, 0, "")
    assert dead(service, mine) == []
    later = now() + timedelta(hours=hours)
    monkeypatch.setattr(claims, "now", lambda: later)
    clock[0] += 10
    assert dead(service, mine) == []
    assert row(service, "a").owner == "other"


def test_every_other_worker_is_dead_if_this_one_is_alone(service, wait):
    wait("a", "ada", state=State.RUNNING, owner="earlier run")
    assert dead(service, Workers(Worker(id="own", started=now()), 30, is_alone=True)) == ["earlier run"]
