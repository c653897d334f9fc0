"""A form without the token of its sign-in changes nothing."""

from __future__ import annotations

import pytest

from grader.web import csrf, requests


@pytest.fixture
def ada(browser):
    client = browser("ada")
    del client.headers[csrf.HEADER]
    return client


def is_signed_in(client):
    return client.get("/").status_code == 200


@pytest.mark.quick
@pytest.mark.parametrize("fields", [{}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": "ü"}])
def test_form_without_the_token_is_refused(ada, fields):
    answer = ada.post("/logout", data=fields)
    assert answer.status_code == 403
    assert "load the page again" in answer.text
    assert is_signed_in(ada)


def test_token_as_a_file_is_refused(ada):
    assert ada.post("/logout", files={"csrf": ("csrf", b"x")}).status_code == 403


def test_token_of_another_sign_in_is_refused(ada, browser):
    other = browser("ben").cookies[requests.COOKIE]
    assert ada.post("/logout", data={"csrf": csrf.token_for(other)}).status_code == 403
    assert is_signed_in(ada)


def test_form_of_a_page_is_accepted(ada):
    page = ada.get("/").text
    token = csrf.token_for(ada.cookies[requests.COOKIE])
    assert f'<input type="hidden" name="csrf" value="{token}">' in page
    assert ada.post("/logout", data={"csrf": token}).headers["location"] == "/login?out=1"
    assert not is_signed_in(ada)


def test_password_in_the_address_is_no_token(ada):
    """A form of another page can send "Authorization: Basic" with an address like http://a:b@host/."""
    assert ada.post("/logout", headers={"Authorization": "Basic YTpi"}).status_code == 403
