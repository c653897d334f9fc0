"""Chooses the language of a request: the user's own, else the first that the browser prefers and that has a catalogue."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ..support import i18n

COOKIE = "grader_language"
ONE_YEAR = 365 * 24 * 3600


class Languages:
    """Translates the answer to each request; see :mod:`grader.support.i18n`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in the language of its sender."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        with i18n.use(preferred(Headers(scope=scope))):
            await self._app(scope, receive, send)


def preferred(headers: Headers) -> str:
    """Return the language of the cookie, else of the header Accept-Language; English if there is no catalogue."""
    for part in headers.get("cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value in i18n.LANGUAGES:
            return value
    for part in headers.get("accept-language", "").split(","):  # browsers list them by preference
        language = part.split(";")[0].strip().split("-")[0].lower()
        if language in i18n.LANGUAGES:
            return language
    return i18n.ENGLISH


def keep(response: Response, language: str, is_secure: bool) -> None:
    """Let the browser keep a language for a year."""
    response.set_cookie(COOKIE, language, max_age=ONE_YEAR, httponly=True, samesite="lax", secure=is_secure)
