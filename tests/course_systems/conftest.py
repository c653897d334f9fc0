"""The course systems of the tests, and the two commands as functions."""

from __future__ import annotations

import pytest

from grader.course_systems import addresses, connection, fetching, opening, returning
from tests.course_systems import canvas_server, moodle_server
from tests.course_systems.canvas_server import CanvasServer
from tests.course_systems.http_server import serving
from tests.course_systems.moodle_server import MoodleServer

NOTEBOOK = b"import numpy as np\n"
HEADER = "student,id,status,score,max_score,passed,late,penalty,submission,earlier_attempts,comment\n"


@pytest.fixture(scope="session")
def sockets():
    with serving() as first, serving() as second:
        yield first, second


@pytest.fixture
def canvas(sockets):
    main, store = sockets
    server = CanvasServer(main.url, store.url)
    server.socket_main, server.socket_store = main, store
    main.reply, store.reply = server.reply, server.store_reply
    return server


@pytest.fixture
def moodle(sockets):
    main, _ = sockets
    server = MoodleServer(main.url)
    main.reply = server.reply
    return server


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """The seconds that the client has waited, without waiting."""
    seconds = []
    original = connection.CourseConnection.__init__

    def patient(self, server, bearer, wait=seconds.append, **more):
        original(self, server, bearer, wait, **more)

    monkeypatch.setattr(connection.CourseConnection, "__init__", patient)
    return seconds


def token_of(server):
    return canvas_server.TOKEN if isinstance(server, CanvasServer) else moodle_server.TOKEN


@pytest.fixture
def fetch(tmp_path):
    """A function that fetches from a server into a folder, and returns the outcome."""

    def fetch(server, folder=tmp_path / "class", token=None):
        address = addresses.read(server.page)
        with opening.opened(address, token or token_of(server), returns=False) as system:
            return fetching.fetch(system, address, folder)

    return fetch


@pytest.fixture
def give_back(tmp_path):
    """A function that returns a gradebook of lines (name, id, score, comment); it returns (table, outcome)."""

    def give_back(server, lines=(), sends=True, overwrite=False, folder=tmp_path / "out", maximum=100, origin=None):
        folder.mkdir(exist_ok=True)
        if lines:
            rows = [f'"{name}",{key},graded,{score},{maximum},,,0,,,"{comment}"' for name, key, score, comment in lines]
            (folder / "gradebook.csv").write_text(HEADER + "\n".join(rows) + "\n")
        if origin is not None:
            (folder / "fetched.json").write_bytes((origin / "fetched.json").read_bytes())
        graded = returning.read(folder)
        address = addresses.read(server.page)
        shown = []
        with opening.opened(address, token_of(server), returns=True) as system:
            outcome = returning.give_back(system, address, graded, sends, overwrite, shown.append)
        return "\n".join(shown), outcome

    return give_back
