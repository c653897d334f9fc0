"""Counts the bytes of each request while they arrive, and refuses those with too many: the parser of forms bounds no files."""

from __future__ import annotations

import asyncio
import contextlib
import re

from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..service.configuration import MEGABYTE, ServiceLimits
from ..service.errors import Refusal, TooLarge
from ..service.moments import now
from ..support.i18n import _
from . import answers
from .requests import ARRIVED

FORM_BYTES = 256 << 10
"""What a form may have besides its files: the names of files, boundaries, and other fields."""
EXERCISE_PATHS = re.compile(
    r"/c/[^/]+/(exercises/new|a/[^/]+/version)|/api/v1/courses/[^/]+/exercises(/[^/]+)?(/versions?)?"
)
"""Where instructors upload the folder of an exercise."""
HOOK_PATHS = re.compile(r"/hooks/.*")
HOOK_BYTES = 5 * MEGABYTE
"""A webhook: even a push of hundreds of commits is shorter."""
MOST_DISCARDED = 64 * MEGABYTE
"""A client that is still sending does not read the answer, so this much is received and thrown away."""
SILENT_SECONDS = 60
"""How long a client may send nothing in the middle of a body."""


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
        body = _Body(receive, most, scope)
        headers = Headers(scope=scope)
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length[:15]) > most:
            body.refusal = too_large(most)
            body.is_complete = headers.get("expect") is not None or int(length[:15]) > MOST_DISCARDED
        else:

            async def send_unless_refused(message: Message) -> None:
                if body.refusal is None:
                    await send(message)

            with contextlib.suppress(_BodyRefused):
                await self._app(scope, body.receive, send_unless_refused)
        if body.refusal is not None:
            await body.discard()
            await answers.refused(Request(scope, receive), body.refusal)(scope, receive, send)


class TooSlow(Refusal):
    """The client stopped sending in the middle of a body."""

    status, kind = 408, "too-slow"


class _BodyRefused(Exception):
    """The application has asked for more of a body that is refused."""


class _Body:
    """The body of a request, whose bytes are counted. ``refusal`` is the reason why it is not accepted, None for no reason."""

    def __init__(self, receive: Receive, most: int, scope: Scope) -> None:
        self._receive = receive
        self._most = most
        self._scope = scope
        self._count = 0
        self.is_complete = False
        self.refusal: Refusal | None = None

    async def receive(self) -> Message:
        """Return the next message of the client; raises _BodyRefused."""
        if self.is_complete:  # the next message is the end of the connection, which may be far away
            return await self._receive()
        try:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await self._next()
        except TimeoutError:
            self.is_complete = True
            self.refusal = TooSlow(_("The upload stopped before its end: send it again."))
            raise _BodyRefused from None
        if self._count > self._most:
            self.refusal = too_large(self._most)
            raise _BodyRefused
        return message

    async def discard(self) -> None:
        """Receive the rest of the body, if it is not very long and arrives soon."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SILENT_SECONDS):
                while not self.is_complete and self._count < MOST_DISCARDED:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self.is_complete = not message.get("more_body", False)
            if self.is_complete:  # the request may now wait for a thread
                self._scope.setdefault("state", {})[ARRIVED] = now()
        else:  # the client has gone
            self.is_complete = True
        return message


def most_bytes(path: str, limits: ServiceLimits) -> int:
    """Return how many bytes the body of a request to this address may have."""
    if HOOK_PATHS.fullmatch(path):
        return HOOK_BYTES
    files = limits.exercise_bytes if EXERCISE_PATHS.fullmatch(path) else limits.upload_bytes
    return files + FORM_BYTES


def too_large(most: int) -> TooLarge:
    """Return the refusal of a body with more bytes."""
    megabytes = (most - FORM_BYTES) // MEGABYTE
    return TooLarge(_("The upload is too large: at most {megabytes} MB are allowed.").format(megabytes=megabytes))
