"""A stream begins with the state, shows each event once, and ends with the final state; it can be resumed."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial

import pytest

from grader.service import accepting
from grader.service.moments import now
from grader.service.tables import State, Submission
from grader.service.viewing import SubmissionView
from grader.service.waiting import Places
from grader.web import event_stream
from tests import coroutines
from tests.service import waiting_submissions


@pytest.fixture
def submission(service, caller):
    files = {"a.py": b"x = 1\n"}
    return accepting.accept(service, caller("ada"), "demo", "single-neuron", "check", files, via="page")


@pytest.fixture
def shown(service, submission):
    """The names of the checks that a student may see."""
    with service.database.reading() as session:
        return sorted(event_stream.shown_checks(service, session.get_one(Submission, submission.id).version))


def end(service, submission, state=State.GRADED):
    with service.database.writing() as session:
        session.get_one(Submission, submission.id).state = state
    service.events.publish(submission.id, "done", state=state)


def stream_of(request, service, submission):
    with service.database.reading() as session:
        row = session.get_one(Submission, submission.id)
        return event_stream.event_stream(request, service, session, SubmissionView(row, row.version, False))


def received(service, submission, steps=(), last=""):
    """Return [(kind, data, id)] of a stream during which the ``steps`` are done, one after each event."""

    class Request:
        headers = {"last-event-id": last}

    async def follow():
        remaining, seen = [*steps], []
        async for chunk in stream_of(Request, service, submission).body_iterator:
            for event in chunk.decode().split("\r\n\r\n")[:-1]:
                lines = dict(line.split(": ", 1) for line in event.split("\r\n") if line)
                seen.append((lines["event"], json.loads(lines["data"]), lines.get("id")))
                if remaining:
                    remaining.pop(0)()
        return seen

    return coroutines.run(follow())


def test_stream_begins_with_the_state_and_ends_with_done(service, submission, shown):
    def check():
        service.events.publish(submission.id, "check", name=shown[0], status="passed")

    seen = received(service, submission, [check, lambda: end(service, submission)])
    assert [kind for kind, _, _ in seen] == ["state", "check", "done"]
    assert (seen[0][1]["state"], seen[0][1]["ahead"], seen[-1][1]["state"]) == ("queued", 0, "graded")


def test_finished_submission_has_a_whole_stream(service, submission, shown):
    service.events.publish(submission.id, "check", name=shown[0], status="passed")
    end(service, submission)
    seen = received(service, submission)
    assert [kind for kind, _, _ in seen] == ["state", "check", "done"]
    assert seen[1][1] == {"name": shown[0], "status": "passed"}


def test_stream_can_be_resumed(service, submission, shown):
    one, two = shown[:2]
    for name in (one, two):
        service.events.publish(submission.id, "check", name=name, status="failed")
    end(service, submission)
    seen = received(service, submission)
    assert [data.get("name") for _, data, _ in seen[1:-1]] == [one, two]
    again = received(service, submission, last=seen[1][2])
    assert [data.get("name") for _, data, _ in again[1:-1]] == [two]


@pytest.mark.parametrize("last", ["99999", "-1", "²", "x" * 50, "9" * 50])
def test_number_of_another_server_shows_everything(service, submission, shown, last):
    service.events.publish(submission.id, "check", name=shown[0], status="passed")
    end(service, submission)
    assert [kind for kind, _, _ in received(service, submission, last=last)] == ["state", "check", "done"]


def test_instructors_checks_are_not_named(service, submission, shown, monkeypatch):
    monkeypatch.setattr(event_stream, "shown_checks", lambda *_: frozenset(shown[1:]))
    service.events.publish(submission.id, "check", name=shown[0], status="passed")
    end(service, submission)
    assert [kind for kind, _, _ in received(service, submission)] == ["state", "done"]


def test_waiting_submission_tells_its_position(service, submission, monkeypatch):
    monkeypatch.setattr(event_stream, "POSITION_SECONDS", 0.05)
    seen = received(service, submission, [lambda: None, lambda: end(service, submission)])
    assert [kind for kind, _, _ in seen] == ["state", "position", "done"]
    assert seen[1][1]["seconds"] > 0


def test_submission_that_is_queued_again_is_not_done(service, submission):
    def lose():
        service.events.publish(submission.id, "done", state="queued")

    seen = received(service, submission, [lose, lambda: end(service, submission)])
    assert [kind for kind, _, _ in seen] == ["state", "state", "done"]


def test_claimed_submission_waits_in_the_stream_until_it_starts(service, submission):
    waiting_submissions.add(service, "first", "ben", state=State.RUNNING, since=now() - timedelta(seconds=9))
    service.places = Places()  # the known positions may be a second old
    with service.database.writing() as session:
        row = session.get_one(Submission, submission.id)
        row.state, row.since = State.RUNNING, now()
    service.events.publish(submission.id, "state", state=State.RUNNING)
    start = partial(service.events.publish, submission.id, "started")
    seen = received(service, submission, [start, lambda: None, lambda: end(service, submission)], last="1")
    assert [(kind, data.get("state")) for kind, data, _ in seen] == [
        ("state", "queued"),
        ("started", None),
        ("state", "running"),
        ("done", "graded"),
    ]


def test_stream_ends_without_done_when_the_server_stops(service, submission):
    assert [kind for kind, _, _ in received(service, submission, [service.events.end])] == ["state"]


def test_stream_ends_when_the_client_has_gone(service, submission):
    class Request:
        headers = {}

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    sent = []
    coroutines.run(stream_of(Request, service, submission)({"type": "http"}, receive, send))
    assert (sent[-1]["more_body"], b"event: done" in b"".join(m.get("body", b"") for m in sent)) == (False, False)
