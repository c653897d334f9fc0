"""A body that is too long is refused with 413, whether its length is announced or not."""

from __future__ import annotations

import pytest

from grader.service.configuration import MEGABYTE, ServiceLimits
from grader.web import body_limits

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
