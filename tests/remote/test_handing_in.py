"""A file is handed in once, also if the connection breaks, and waiting continues after a restart of the server."""

from __future__ import annotations

import threading
import time

import pytest

from grader.remote import exercises, handing_in
from grader.remote.address import server_address
from grader.remote.connection import Connection
from grader.remote.errors import Interrupted, NoAnswer, ServerRefusal
from grader.remote.upload import Upload
from grader.service.tables import State, Submission
from tests.remote.conftest import serving
from tools.live_server import free_port

UPLOAD = Upload("mine.py", b"w = 1\n")


@pytest.fixture
def connection(url, token):
    with Connection(server_address(url), token()) as connection:
        yield connection


def handed_in(connection, is_attempt=False, upload=UPLOAD):
    exercise = exercises.choose(exercises.exercises(connection), "single-neuron", None)
    return handing_in.hand_in(connection, exercise, upload, is_attempt)


def count(service):
    with service.database.reading() as session:
        return session.query(Submission).count()


@pytest.mark.quick
def test_receipt_and_events(connection, ending):
    ending.may_begin.clear()
    submission = handed_in(connection)
    assert (submission.file, submission.state, submission.is_final) == ("mine.py", "queued", False)
    kinds = []

    def tell(event):
        kinds.append(event.kind)
        ending.may_begin.set()

    final = handing_in.wait(connection, submission, tell)
    assert (final.state, final.id) == ("graded", submission.id)
    assert (kinds[0], kinds[-1]) == ("state", "done")


@pytest.mark.parametrize("when", ["before", "after"])
def test_broken_connection_hands_in_once(connection, service, monkeypatch, when):
    monkeypatch.setattr(time, "sleep", lambda _: None)
    send, broken = connection.json, []

    def unreliable(method, path, **parts):
        if method == "POST" and len(broken) < 2:
            broken.append(path)
            if when == "after":
                send(method, path, **parts)
            raise Interrupted("It broke.")
        return send(method, path, **parts)

    monkeypatch.setattr(connection, "json", unreliable)
    submission = handed_in(connection, is_attempt=True)
    assert (len(broken), count(service), submission.state) == (2, 1, "queued")


def test_connection_that_stays_broken_is_an_error(connection, service, monkeypatch):
    pauses = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    exercise = exercises.exercises(connection)[0]
    with Connection(server_address("http://127.0.0.1:1"), "x") as other, pytest.raises(Interrupted):
        handing_in.hand_in(other, exercise, UPLOAD, False)
    assert pauses == [1, 2, 4]


def test_refused_file_is_not_sent_again(connection, service):
    with pytest.raises(ServerRefusal, match="is empty"):
        handed_in(connection, upload=Upload("mine.py", b""))
    assert count(service) == 0


def test_waiting_survives_a_restart_of_the_server(app, service, token, monkeypatch):
    monkeypatch.setattr(handing_in, "LONGEST_PAUSE", 0.2)
    with serving(app, free_port()) as port:
        connection = Connection(server_address(f"http://127.0.0.1:{port}"), token())
        submission = handed_in(connection)
        results = []
        thread = threading.Thread(
            target=lambda: results.append(handing_in.wait(connection, submission, lambda _: None))
        )
        thread.start()
        time.sleep(0.5)
    time.sleep(0.5)
    with service.database.writing() as session:
        session.get_one(Submission, submission.id).state = State.GRADED
    assert results == []
    with serving(app, port):
        thread.join(20)
    connection.__exit__(None, None, None)
    assert [result.state for result in results] == ["graded"]


def test_server_that_stays_away_is_an_error_with_the_address_of_the_page(app, token, monkeypatch):
    monkeypatch.setattr(handing_in, "PATIENCE_SECONDS", 0.3)
    with serving(app) as port:
        connection = Connection(server_address(f"http://127.0.0.1:{port}"), token())
        submission = handed_in(connection)
    with connection, pytest.raises(NoAnswer, match=f"is safe there: see http://127.0.0.1:{port}/s/{submission.id}"):
        handing_in.wait(connection, submission, lambda _: None)


def test_stream_that_a_proxy_keeps_back_is_replaced_by_questions(connection, ending, monkeypatch):
    asked = []

    def silent(*_):
        asked.append(1)
        time.sleep(0.1)
        ending.may_begin.set()
        raise Interrupted("Nothing arrived.")

    monkeypatch.setattr(connection, "lines", silent)
    monkeypatch.setattr(handing_in, "SILENT_SECONDS", 0.05)
    ending.may_begin.clear()
    submission = handed_in(connection)
    assert handing_in.wait(connection, submission, lambda _: None).state == "graded"
    assert len(asked) == 1


def test_same_file_is_graded_at_once(connection, ending):
    first = handing_in.wait(connection, handed_in(connection), lambda _: None)
    assert first.is_final
    assert handing_in.report(connection, first).startswith("{")


def test_submission_without_a_report_has_none(connection):
    assert handing_in.report(connection, handed_in(connection)) is None
