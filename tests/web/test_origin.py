"""A page of another site cannot change anything, with any way in which a browser says where a request comes from."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from grader.web.origin import is_foreign

HOST = {"host": "127.0.0.1:8000"}


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": ""},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1"},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"origin": "http://127.0.0.1:no"},
        {"origin": "http://[::1"},
        {"origin": "file://"},
    ],
    ids=str,
)
def test_request_of_another_site_is_foreign(headers):
    assert is_foreign(Headers(HOST | headers))


@pytest.mark.parametrize(
    "headers",
    [
        HOST,
        HOST | {"sec-fetch-site": "same-origin", "origin": "http://127.0.0.1:8000"},
        HOST | {"sec-fetch-site": "none"},
        {"host": "grader.example", "origin": "https://grader.example"},
        {"host": "grader.example:443", "origin": "https://grader.example"},
        {"host": "Grader.Example", "origin": "http://grader.example:80"},
        {"host": "[::1]:8000", "origin": "http://[::1]:8000"},
    ],
    ids=str,
)
def test_request_of_an_own_page_is_not_foreign(headers):
    assert not is_foreign(Headers(headers))


@pytest.mark.quick
def test_foreign_form_is_refused_with_a_sentence(browser):
    client = browser("ada")
    answer = client.post("/logout", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert "sent from another site" in answer.text
    assert client.get("/").status_code == 200
