"""Clients of other systems follow no redirect, and answers have limits of their size and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

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


@pytest.mark.parametrize("is_gmt", [True, False])
def test_time_to_wait_is_a_number_or_a_date(is_gmt):
    later = datetime.now(UTC) + timedelta(hours=1)
    date = format_datetime(later, usegmt=True) if is_gmt else format_datetime(later.replace(tzinfo=None))
    assert 3000 < web_requests.seconds_to_wait(date) <= 3600
    assert web_requests.seconds_to_wait("120") == 120
    assert web_requests.seconds_to_wait("Thu, 01 Jan 1970 00:00:00 GMT") == 0


@pytest.mark.parametrize("text", ["", "soon", "-5", "\u00b2", "Mon, 01 Jan 99999999999 00:00:00 GMT"])
def test_other_text_asks_for_no_time(text):
    assert web_requests.seconds_to_wait(text) is None
