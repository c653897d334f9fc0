"""The short-lived cookie of a browser that signs in with another system: its secret, and the page to return to."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import Response

from ..service.identifiers import new_secret
from . import signed_in

COOKIE = "grader_way"
SECONDS = 2 * 3600
"""Longer than a sign-in is remembered, so that the page to return to is still known when it took too long."""
LONGEST_ADDRESS = 1000


@dataclass(frozen=True)
class WayCookie:
    """The content of the cookie."""

    secret: str
    next: str


def of(request: Request) -> WayCookie:
    """Return the content of the cookie; the secret is "" without one."""
    secret, _dot, coded = request.cookies.get(COOKIE, "").partition(".")
    try:
        address = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
    except (binascii.Error, ValueError):
        address = "/"
    return WayCookie(secret, signed_in.local(address))


def keep(request: Request, address: str) -> WayCookie:
    """Return the content of a new cookie. The secret stays as it was, since two windows may sign in at the same time."""
    return WayCookie(of(request).secret or new_secret(), signed_in.local(address[:LONGEST_ADDRESS]))


def set_on(response: Response, content: WayCookie, is_secure: bool) -> None:
    """Give the cookie to a browser."""
    coded = base64.urlsafe_b64encode(content.next.encode()).decode().rstrip("=")
    response.set_cookie(
        COOKIE, f"{content.secret}.{coded}", max_age=SECONDS, httponly=True, samesite="lax", secure=is_secure
    )
