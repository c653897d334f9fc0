"""A body that is too long is refused with 413, whether its length is announced or not."""

from __future__ import annotations

import asyncio

import pytest

from grader.service.configuration import MEGABYTE, ServiceLimits
from grader.web import body_limits
from tests import coroutines

TOO_MUCH = 11 * MEGABYTE


def chunks(count):
    for _ in range(count):
        yield b"x" * MEGABYTE


@pytest.mark.quick
def test_announced_length_is_refused(browser):
    answer = browser("ada").post("/logout", content=b"x" * TOO_MUCH)
    assert answer.status_code == 413
    assert "at most 10 MB are allowed" in answer.text
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "text/plain"])
def test_length_is_counted_while_the_body_arrives(browser, kind):
    client = browser("ada")
    client.headers.pop("x-csrf-token")
    head = b'--a\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' if "multipart" in kind else b"a="

    def body():
        yield head
        yield from chunks(11)

    answer = client.post("/logout", content=body(), headers={"Content-Type": kind})
    assert answer.status_code in (413, 403)
    if "text" not in kind:  # a form is parsed, other bodies are never read
        assert answer.status_code == 413


def test_missing_page_with_a_long_body_is_refused(browser):
    assert browser("ada").post("/nothing", content=b"x" * TOO_MUCH).status_code == 413


def test_api_answers_with_a_problem_document(browser):
    answer = browser().post("/api/v1/nothing", content=b"x" * TOO_MUCH)
    assert (answer.status_code, answer.json()["title"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("path", "megabytes"),
    [
        ("/c/demo/exercises/new", 50),
        ("/c/demo/a/relu-swap/version", 50),
        ("/c/demo/a/relu-swap/hand-in", 10),
        ("/login", 10),
        ("/c/demo/exercises/new/x", 10),
    ],
)
def test_only_exercises_may_be_large(path, megabytes):
    assert body_limits.most_bytes(path, ServiceLimits()) // MEGABYTE == megabytes


def answered(app, *messages, headers=()):
    """Return the status of the answer to a body that arrives in these messages and then stops."""
    waiting, sent = list(messages), []

    async def receive():
        if not waiting:
            await asyncio.Event().wait()
        return waiting.pop(0)

    async def send(message):
        sent.append(message)

    path = "/login"
    lines = [(b"host", b"127.0.0.1:8000"), (b"content-type", b"application/x-www-form-urlencoded"), *headers]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": lines, "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 8000)}
    coroutines.run(app(scope | {"scheme": "http"}, receive, send))
    return sent[0]["status"]


def test_client_that_stops_in_the_middle_gets_an_answer(app, monkeypatch):
    monkeypatch.setattr(body_limits, "SILENT_SECONDS", 0.05)
    assert answered(app, {"type": "http.request", "body": b"name=a", "more_body": True}) == 408


def test_very_long_body_is_refused_without_waiting_for_it(app):
    assert answered(app, headers=[(b"content-length", b"9" * 30)]) == 413
    assert answered(app, headers=[(b"content-length", b"20000000"), (b"expect", b"100-continue")]) == 413


def test_client_that_goes_away_is_no_failure(app):
    assert answered(app, {"type": "http.disconnect"}) in (400, 401, 499)
