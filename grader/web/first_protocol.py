"""Reads whether a browser uses HTTPS if there are several proxies in a row: each adds its own protocol behind those before it."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = b"x-forwarded-proto"


class FirstProtocol:
    """Leaves only the first protocol in the header, that of the browser. Some proxies begin the list with a comma."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] == "http":
            scope["headers"] = [(name, first(value) if name == HEADER else value) for name, value in scope["headers"]]
        await self._app(scope, receive, send)


def first(value: bytes) -> bytes:
    """Return the first entry of a list with commas that is not empty."""
    return next((part.strip().lower() for part in value.split(b",") if part.strip()), b"")
