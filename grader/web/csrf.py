"""Protects forms against other pages: each form has a token that only the pages of the same sign-in contain.

The token is derived from the secret of the cookie, so that it needs no storage and ends with the sign-in. Scripts may send
it as a header instead of a field. Forms of visitors who are not signed in are protected by :mod:`grader.web.origin` alone. Forms below
/lti have secrets that work once instead: browsers may show them in a page of a course system, and send no cookie then.
"""

from __future__ import annotations

import hashlib
import hmac

from fastapi import Request
from markupsafe import Markup

from ..service.errors import NotAllowed
from ..support.i18n import _
from . import requests

FIELD = "csrf"
HEADER = "X-CSRF-Token"
WITHOUT_COOKIES = "/lti/"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")


def token_for(cookie: str) -> str:
    """Return the token of the forms of a sign-in, by the secret of its cookie."""
    return hmac.new(cookie.encode(errors="surrogateescape"), b"csrf", hashlib.sha256).hexdigest()


def field(request: Request) -> Markup:
    """Return the hidden field that every form needs."""
    cookie = request.cookies.get(requests.COOKIE, "")
    token = token_for(cookie) if cookie else ""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token)


async def check(request: Request) -> None:
    """Raise NotAllowed for a change that is asked for with a cookie, but without the token of the forms."""
    cookie = request.cookies.get(requests.COOKIE, "")
    is_program = request.headers.get("authorization", "").lower().startswith("bearer ")  # no form can send that
    if request.method in SAFE_METHODS or not cookie or is_program or request.scope["path"].startswith(WITHOUT_COOKIES):
        return
    token = request.headers.get(HEADER)
    if token is None:
        token = requests.text_of(await requests.form_of(request), FIELD)
    if not hmac.compare_digest(token.encode(errors="replace"), token_for(cookie).encode()):
        raise NotAllowed(_("This form is too old: go back, load the page again, and send the form once more."))
