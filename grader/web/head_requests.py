"""Answers HEAD like GET, without a body: programs that check links ask in this way."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ONLY_ONCE = "/start/"  # a link that works once: a program that checks it must not use it up


class HeadRequests:
    """Lets the application see a GET. The server sends no body for a HEAD, whatever the application sends."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or scope["method"] != "HEAD" or scope["path"].startswith(ONLY_ONCE):
            await self._app(scope, receive, send)
            return
        has_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        async def receive_until_begun() -> Message:
            return {"type": "http.disconnect"} if has_begun else await receive()  # it ends a stream of events

        scope_of_get = {**scope, "method": "GET"}
        try:
            await self._app(scope_of_get, receive_until_begun, send_and_note)
        finally:
            if "route" in scope_of_get:
                scope["route"] = scope_of_get["route"]  # for the log of requests
