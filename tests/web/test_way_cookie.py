"""The cookie of a browser that signs in with another system: whatever is in it, it leads to a page of this server."""

from __future__ import annotations

import base64

import pytest
from fastapi import Request
from fastapi.responses import Response

from grader.web import way_cookie


def request(value):
    headers = [(b"cookie", f"{way_cookie.COOKIE}={value}".encode())] if value is not None else []
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


@pytest.mark.quick
def test_second_window_keeps_the_secret_and_has_its_own_page():
    first = way_cookie.keep(request(None), "/c/demo?x=ö")
    answer = Response()
    way_cookie.set_on(answer, first, is_secure=True)
    value = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
    assert "Secure" in answer.headers["set-cookie"]
    assert way_cookie.of(request(value)) == first
    second = way_cookie.keep(request(value), "/me")
    assert (second.secret, second.next) == (first.secret, "/me")


@pytest.mark.parametrize("coded", ["", "%", "_w", base64.urlsafe_b64encode(b"//evil.example").decode(), "x" * 3000])
def test_strange_cookie_leads_to_the_first_page(coded):
    assert way_cookie.of(request(f"secret.{coded}")) == way_cookie.WayCookie("secret", "/")
