"""A server grades what waits: events, cancelling, newer self-checks, kept results, and clocks that jump."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import pytest

from grader.assignment import load
from grader.service import accepting, claims, queue, submissions, supervision, waiting
from grader.service.configuration import Configuration
from grader.service.errors import Conflict, Unavailable
from grader.service.grading import Grader
from grader.service.moments import now
from grader.service.service import open_service
from grader.service.tables import UNFINISHED, State, Submission
from grader.service.traces import Traces
from tests import coroutines
from tests.service.conftest import add_people

SECONDS = 60


def solution(number=0):
    assignment = load("single-neuron")
    return assignment.file(assignment.content.solution).read_bytes() + f"\n# {number}\n".encode()


def slow_solution(seconds):
    return f"import time\n\ntime.sleep({seconds})\n".encode() + solution(seconds)


def accept(service, caller, content, kind="attempt"):
    return accepting.accept(service, caller, "demo", "single-neuron", kind, {"a.py": content}, via="page")


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A service that grades with one process."""
    service = open_service(
        Configuration(data_dir=tmp_path_factory.mktemp("grading") / "data", jobs=1, isolation="none")
    )
    callers = add_people(service)
    grader = Grader(service)
    grader.start()
    yield service, callers
    grader.stop(patience=0)
    service.close()


@pytest.fixture
def hand_in(running):
    service, callers = running

    def handed_in(student, content, kind="attempt"):
        return accept(service, callers[student], content, kind)

    return handed_in


def wait_for(service, submission, states=None):
    end = time.monotonic() + SECONDS
    while True:
        with service.database.reading() as session:
            row = session.get_one(Submission, submission.id)
        if row.state in states if states else row.state not in UNFINISHED:
            return row
        assert time.monotonic() < end, row.state
        time.sleep(0.05)


def events_of(service, submission):
    async def collect():
        events = asyncio.Queue()
        service.events.subscribe(submission.id, events)
        return [events.get_nowait() for _ in range(events.qsize())]

    return coroutines.run(collect())


def test_submission_is_graded_and_its_events_have_no_evidence(running, hand_in):
    service, _ = running
    submission = hand_in("ada", solution(1), "check")
    row = wait_for(service, submission)
    assert (row.state, submissions.report_of(service, row).score) == (State.GRADED, 100)
    end = time.monotonic() + SECONDS
    while events_of(service, submission)[-1].kind != "done":
        assert time.monotonic() < end
        time.sleep(0.05)
    events = events_of(service, submission)
    assert {"started", "loaded", "check", "done"} <= {event.kind for event in events}
    assert {name for event in events if event.kind == "check" for name in event.data} == {"name", "status"}
    assert submissions.source_of(service, row)


def test_same_file_of_the_same_student_is_answered_from_the_kept_result(running, hand_in):
    service, _ = running
    first = wait_for(service, hand_in("ada", solution(2)))
    again = hand_in("ada", solution(2))
    assert (again.state, again.result_key, again.id != first.id) == (State.GRADED, first.result_key, True)


def test_running_submission_is_cancelled_and_its_process_grades_the_next_one(running, hand_in):
    service, callers = running
    slow = hand_in("ada", slow_solution(8))
    wait_for(service, slow, [State.RUNNING])
    submissions.cancel(service, callers["ada"], slow)
    assert wait_for(service, hand_in("ben", solution(3))).state == State.GRADED
    assert wait_for(service, slow).state == State.CANCELLED
    with pytest.raises(Conflict):
        submissions.cancel(service, callers["ada"], slow)


def test_newer_self_check_replaces_the_one_that_is_not_finished(running, hand_in):
    service, _ = running
    slow = hand_in("ada", slow_solution(9), "check")
    assert hand_in("ada", slow_solution(9), "check").id == slow.id
    wait_for(service, slow, [State.RUNNING])
    newer = hand_in("ada", solution(4), "check")
    assert wait_for(service, slow).state == State.SUPERSEDED
    assert wait_for(service, newer).state == State.GRADED


@pytest.mark.parametrize("hours", [-30, 30])
def test_clock_that_jumps_stops_nothing(running, hand_in, monkeypatch, hours):
    service, _ = running
    slow = hand_in("ben", slow_solution(3 + hours / 100))
    wait_for(service, slow, [State.RUNNING])
    for module in (accepting, claims, queue, supervision, waiting):
        monkeypatch.setattr(module, "now", lambda: now() + timedelta(hours=hours))
    other = hand_in("ada", solution(100 + hours))
    assert wait_for(service, slow).state == State.GRADED
    assert wait_for(service, slow).interruptions == 0
    assert wait_for(service, other).state == State.GRADED


def test_unreadable_file_is_refused(running, hand_in):
    service, _ = running
    row = wait_for(service, hand_in("ada", b"%PDF-1.4"))
    assert row.state == State.REFUSED and "PDF" in row.sentence


def test_file_that_is_missing_on_the_server_is_no_fault_of_the_student(running, hand_in, monkeypatch):
    service, _ = running
    with monkeypatch.context() as patch:
        patch.setattr(service.blobs, "get", lambda name: Path("/nothing/there").read_bytes())
        row = wait_for(service, hand_in("ada", solution(5)))
    assert row.state == State.NOT_GRADABLE and "missing" in row.reason


def test_traces_that_fail_interrupt_no_grading(running, hand_in, monkeypatch):
    class FailingTraces(Traces):
        is_on = True

        def add_gradings(self, session, ids):
            raise Unavailable("The database is busy.")

    service, _ = running
    monkeypatch.setattr(service, "traces", FailingTraces())
    waiting_ones = [hand_in(name, solution(number)) for number in (20, 21, 22) for name in ("ada", "ben")]
    rows = [wait_for(service, submission) for submission in waiting_ones]
    assert {(row.state, row.interruptions) for row in rows} == {(State.GRADED, 0)}


def test_stopped_grader_leaves_what_it_has_not_finished_to_the_next_start(tmp_path):
    service = open_service(Configuration(data_dir=tmp_path / "data", jobs=1, isolation="none"))
    callers = add_people(service)
    grader = Grader(service)
    grader.start()
    slow = accept(service, callers["ada"], slow_solution(20))
    wait_for(service, slow, [State.RUNNING])
    grader.stop(patience=0)
    row = wait_for(service, slow, [State.QUEUED])
    assert (row.losses, row.interruptions, row.owner) == (0, 0, "")
    service.close()
