"""A request to a platform ends in time, whatever the other side does."""

from __future__ import annotations

import socket
import threading

import pytest

from grader.lti import outgoing
from grader.lti.outgoing import Unreachable
from tests.lti.platform import Platform, document


@pytest.mark.quick
def test_answer_has_its_status_headers_and_content():
    with Platform("https://grader.example") as platform:
        platform.route("POST", "/echo", lambda request: document([request.body.decode()], 201, Link="next"))
        answer = outgoing.ask("POST", f"{platform.address}/echo", headers={"x-test": "1"}, content=b"hello")
        assert (answer.status, answer.headers["link"], answer.json()) == (201, "next", ["hello"])
        assert platform.requests[-1].headers["x-test"] == "1"


def test_answer_that_trickles_is_ended():
    listener = socket.create_server(("127.0.0.1", 0))
    stopped = threading.Event()

    def trickle():
        connection, _address = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            while not stopped.wait(0.02):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    thread = threading.Thread(target=trickle)
    thread.start()
    with listener, pytest.raises(Unreachable, match="not complete"):
        outgoing.ask("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/", seconds=0.2)
    stopped.set()
    thread.join()


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("http://lms.example/keys", "https"),
        ("file:///etc/passwd", "https"),
        ("http://127.0.0.1:1/keys", "cannot be reached"),
    ],
)
def test_address_that_is_impossible_or_silent_is_refused_with_a_sentence(address, sentence):
    with pytest.raises(Unreachable, match=sentence):
        outgoing.read_json(address)
