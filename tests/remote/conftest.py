"""A server on a socket of this machine, with the service of ``tests/service``; a thread grades with reports that are made up."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import pytest
import uvicorn

from grader.service import accounts, kept_results
from grader.service.access import SCOPES
from grader.service.tables import State, Submission, User
from grader.web.app import make_app
from grader.web.server import listen
from tests.service.conftest import caller, new_data, new_database, service  # noqa: F401
from tests.service.kept_results import report_with


@contextmanager
def serving(app, port=0):
    """Answer requests in a thread; yields the port."""
    listener = listen("127.0.0.1", port)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    server.install_signal_handlers = lambda: None
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def app(service):  # noqa: F811
    return make_app(service)


@pytest.fixture
def url(app):
    with serving(app) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def token(service):  # noqa: F811
    """A function that returns a token of a user."""

    def made(name="ada", scopes=SCOPES):
        with service.database.writing() as session:
            return accounts.new_token(session, session.query(User).filter_by(name=name).one(), scopes)

    return made


class Ending:
    """How submissions end: with this state, sentence and share of the points, and not before ``may_begin`` is set."""

    state = State.GRADED
    sentence = "It is graded."
    share = 1.0

    def __init__(self):
        self.may_begin = threading.Event()
        self.may_begin.set()


@pytest.fixture
def ending(service):  # noqa: F811
    """Let a thread end all submissions; returns how they end."""
    ending, stop = Ending(), threading.Event()

    def finish(submission_id):
        with service.database.writing() as session:
            row = session.get_one(Submission, submission_id)
            row.state, row.sentence = ending.state, ending.sentence
            if ending.state == State.GRADED:
                row.result_key = f"key of {row.id}"
                result = report_with(ending.share, row.file_name, row.sha256)
                kept_results.keep(session, row.result_key, _Graded(result), kept_results.ResultFiles())
        service.events.publish(submission_id, "done", state=ending.state)

    def work():
        while not stop.wait(0.02):
            with service.database.reading() as session:
                waiting = [row.id for row in session.query(Submission).filter_by(state=State.QUEUED)]
            for submission_id in waiting:
                ending.may_begin.wait(60)
                finish(submission_id)

    thread = threading.Thread(target=work)
    thread.start()
    yield ending
    stop.set()
    thread.join()


class _Graded:
    executed = source = b""

    def __init__(self, report):
        self.report = report
