"""Clients of other systems follow no redirect, and answers have limits of their size and time."""

from __future__ import annotations

import httpx
import pytest

from grader.support import web_requests
from grader.version import __version__

TIMEOUT = httpx.Timeout(5)


class Parts(httpx.SyncByteStream):
    """A content that arrives in parts."""

    def __init__(self, *parts):
        self.parts = parts

    def __iter__(self):
        return iter(self.parts)


def answer_of(*parts):
    return httpx.Response(200, stream=Parts(*parts))


@pytest.mark.quick
def test_answer_within_its_limits_is_read():
    assert web_requests.content_of(answer_of(b"ab", b"cd"), 4) == b"abcd"


def test_answer_that_is_too_long_ends_at_the_limit():
    parts = web_requests.parts_of(answer_of(b"ab", b"cd", b"ef"), 3)
    assert next(parts) == b"ab"
    with pytest.raises(web_requests.AnswerTooLong):
        next(parts)


def test_answer_that_is_too_slow_ends(monkeypatch):
    moments = iter([1.0, 2.0, 3.0])
    monkeypatch.setattr(web_requests.time, "monotonic", lambda: next(moments))
    parts = web_requests.parts_of(answer_of(b"a", b"b", b"c"), 100, end=2.0)
    assert [next(parts), next(parts)] == [b"a", b"b"]
    with pytest.raises(web_requests.AnswerTooSlow):
        next(parts)


def test_client_follows_no_redirect_and_names_this_program():
    requests = []

    def answer(request):
        requests.append(request)
        return httpx.Response(302, headers={"Location": "https://elsewhere.example/"})

    headers = {"Authorization": "Bearer x"}
    with web_requests.open_client(TIMEOUT, headers=headers, transport=httpx.MockTransport(answer)) as client:
        assert client.get("https://system.example/").status_code == 302
    (request,) = requests
    assert request.headers["user-agent"] == f"grader/{__version__}"
    assert request.headers["authorization"] == "Bearer x"
