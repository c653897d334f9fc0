"""No submission stays in a state for ever."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from grader.executor.executor import Machine
from grader.executor.pausing import Pausing
from grader.service import machines
from grader.service.moments import now
from grader.service.supervision import DELAYED, Supervision
from grader.service.tables import State, Worker
from tests.service import waiting_submissions
from tests.service.waiting_submissions import row


@pytest.fixture
def wait(service):
    return partial(waiting_submissions.add, service)


@pytest.fixture
def supervision(service):
    return Supervision(service, Worker(id="own", started=now()))


def test_claims_of_an_earlier_run_and_forgotten_own_ones_wait_again(service, wait, supervision):
    wait("a", "ada", state=State.RUNNING, owner="earlier run")
    wait("b", "ben", state=State.RUNNING, owner="own")
    wait("c", "ada", state=State.RUNNING, owner="own")
    supervision.look(Pausing(), ["c"])
    assert [row(service, name).state for name in "abc"] == [State.QUEUED, State.QUEUED, State.RUNNING]
    assert row(service, "c").lease_until > now()


def test_submission_that_waits_long_says_so_and_waits_on(service, wait, supervision):
    wait("a", "ada", deadline=now() - timedelta(seconds=1), sentence="It waits.")
    supervision.look(Pausing(), ())
    assert (row(service, "a").sentence, row(service, "a").state) == (DELAYED, State.QUEUED)
    assert row(service, "a").deadline > now()


def test_failures_and_the_reason_of_a_pause_are_shown(service, supervision):
    state = Pausing()
    supervision.begin(state)
    for name in "abc":
        state.note_failure(name, "no isolation")
    supervision.look(state, ())
    with service.database.reading() as session:
        worker = session.get_one(Worker, "own")
    assert (worker.failures, worker.paused) == (3, "no isolation")
    for problem in ("The scheduler is gone.", ""):
        supervision.look(Pausing(), (), problem=problem)
        with service.database.reading() as session:
            assert session.get_one(Worker, "own").paused == problem


def test_end_releases_claims_without_counting_an_interruption(service, wait, supervision):
    supervision.begin(Pausing())
    wait("a", "ada", state=State.RUNNING, owner="own")
    supervision.end()
    assert (row(service, "a").state, row(service, "a").interruptions) == (State.QUEUED, 0)
    with service.database.reading() as session:
        assert session.get(Worker, "own") is None


def test_slots_and_machines_of_a_cluster_are_shown_as_long_as_it_is_there(service, supervision):
    machine = Machine("tls://first:1", "first", 4, "strong")
    supervision.look(Pausing(), (), [machine, Machine("tls://second:1", "second", 2, is_working=False, problem="No.")])
    with service.database.reading() as session:
        assert session.get_one(Worker, "own").slots == 4
        assert [machine.problem for machine in machines.seen_lately(session)] == ["", "No."]
    supervision.end()
    with service.database.reading() as session:
        assert machines.seen_lately(session) == []
