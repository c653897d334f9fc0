"""Counts the bytes of each request while they arrive, and refuses those with too many: the parser of forms bounds no files."""

from __future__ import annotations

import contextlib
import re

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..service.configuration import MEGABYTE, ServiceLimits
from ..service.errors import TooLarge
from ..support.i18n import _
from . import answers

FORM_BYTES = 256 << 10
"""What a form may have besides its files: the names of files, boundaries, and other fields."""
EXERCISE_PATHS = re.compile(
    r"/c/[^/]+/(exercises/new|a/[^/]+/version)|/api/v1/courses/[^/]+/exercises(/[^/]+)?(/versions?)?"
)
"""Where instructors upload the folder of an exercise."""
MOST_DISCARDED = 64 * MEGABYTE
"""A client that is still sending does not read the answer, so this much is received and thrown away."""


class BodyLimits:
    """Refuses a request with a longer body than its address allows, before or while it arrives."""

    def __init__(self, app: ASGIApp, limits: ServiceLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = most_bytes(scope["path"], self._limits)
        body = _Body(receive, most)
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > most:
            body.is_too_long = True
        else:

            async def send_unless_too_long(message: Message) -> None:
                if not body.is_too_long:
                    await send(message)

            with contextlib.suppress(_BodyTooLong):
                await self._app(scope, body.receive, send_unless_too_long)
        if body.is_too_long:
            await body.discard()
            await answers.refused(Request(scope, receive), refusal(most))(scope, receive, send)


class _BodyTooLong(Exception):
    """The application has asked for more of a body that is too long."""


class _Body:
    """The body of a request, whose bytes are counted."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive = receive
        self._most = most
        self._count = 0
        self._is_complete = False
        self.is_too_long = False

    async def receive(self) -> Message:
        """Return the next message of the client; raises _BodyTooLong."""
        message = await self._next()
        if self._count > self._most:
            self.is_too_long = True
            raise _BodyTooLong
        return message

    async def discard(self) -> None:
        """Receive the rest of the body, if it is not very long."""
        while not self._is_complete and self._count < MOST_DISCARDED:
            await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._is_complete = not message.get("more_body", False)
        else:  # the client has gone
            self._is_complete = True
        return message


def most_bytes(path: str, limits: ServiceLimits) -> int:
    """Return how many bytes the body of a request to this address may have."""
    files = limits.exercise_bytes if EXERCISE_PATHS.fullmatch(path) else limits.upload_bytes
    return files + FORM_BYTES


def refusal(most: int) -> TooLarge:
    """Return the refusal of a body with more bytes."""
    megabytes = (most - FORM_BYTES) // MEGABYTE
    return TooLarge(_("The upload is too large: at most {megabytes} MB are allowed.").format(megabytes=megabytes))
