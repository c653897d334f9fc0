"""Refuses changes that a page of another site asks for: browsers say where a request comes from."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from ..service.errors import NotAllowed
from ..support.i18n import _
from . import answers
from .csrf import SAFE_METHODS

FROM_COURSE_SYSTEMS = ("/lti/login", "/lti/launch")
"""The addresses to which course systems send browsers with a form; a launch is protected by its state."""
DEFAULT_PORTS = {"http": 80, "https": 443}


class SameOrigin:
    """Lets a request that changes something pass only from the server's own pages, and from programs that are no browsers."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        is_change = scope["type"] == "http" and scope["method"] not in SAFE_METHODS
        if is_change and scope["path"] not in FROM_COURSE_SYSTEMS and is_foreign(Headers(scope=scope)):
            refusal = NotAllowed(
                _("This form was sent from another site: open the page of this server and send it there.")
            )
            await answers.refused(Request(scope, receive), refusal)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def is_foreign(headers: Headers) -> bool:
    """Return whether a browser says that a page of another origin makes the request."""
    site = headers.get("sec-fetch-site")
    if site is not None:  # a proxy may have changed the name of this server, which the browser knows
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return False
    try:
        parts = urlsplit(origin)
        default = DEFAULT_PORTS[parts.scheme]
        host = urlsplit(f"//{headers.get('host', '')}")
        return (parts.hostname, parts.port or default) != (host.hostname, host.port or default)
    except (KeyError, ValueError):  # "null", or an address that is not valid
        return True
