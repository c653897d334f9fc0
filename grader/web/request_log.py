"""Logs and measures each request, and answers those in which the server fails.

The log has the pattern of an address, never the address: it may contain the secret of a link, or a name.
"""

from __future__ import annotations

import logging
import time

from fastapi import Request
from sqlalchemy.exc import DBAPIError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..service.errors import NoSpace, Refusal, Unavailable, is_full_disk
from ..service.identifiers import new_id
from ..service.logs import FIELDS
from ..service.traces import Traces
from ..support.i18n import _
from . import answers
from .request_metrics import RequestMetrics

UNKNOWN = "none"  # the pattern of an address that does not exist
SUBMISSION = "grader.submission"
"""The key of a request's scope with the id of the submission that it has handed in."""
QUIET = ("/healthz", "/readyz", "/metrics", "/static/style.css", "/static/{name}.js")
LEFT = 499  # the status for a client that did not wait for its answer
log = logging.getLogger(__name__)


class ServerFailed(Refusal):
    """The server itself failed."""

    status, kind = 500, "server-failed"


class RequestLog:
    """Writes one line for each request."""

    def __init__(self, app: ASGIApp, metrics: RequestMetrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = new_id()
        start = time.perf_counter()
        status = 0

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", number.encode()))
            await send(message)

        error: Exception | None = None
        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            status = status or LEFT
        except Exception as exception:
            error = exception
            if not status:
                refusal = refusal_of(exception, number)
                await answers.refused(Request(scope, receive), refusal)(scope, receive, send_and_note)
        seconds = time.perf_counter() - start
        pattern = pattern_of(scope)
        self._metrics.add(scope["method"], pattern, status, seconds)
        fields: dict[str, object] = {"request": number, "method": scope["method"], "route": pattern, "status": status}
        fields["milliseconds"] = round(1000 * seconds, 1)
        traces: Traces = scope["app"].state.service.traces
        if traces.is_on and pattern not in QUIET:
            end = time.time()
            traces.add_request(
                f"{scope['method']} {pattern}", end - seconds, end, span_fields(fields), scope.get(SUBMISSION, "")
            )
        if error is not None:
            log.error("The request failed", exc_info=error, extra={FIELDS: fields})
        elif pattern not in QUIET:
            log.info("request", extra={FIELDS: fields})


def span_fields(fields: dict[str, object]) -> dict[str, object]:
    """Return the fields of a line of the log by the names of OpenTelemetry."""
    names = {"request": "grader.request", "method": "http.request.method", "route": "http.route"}
    names |= {"status": "http.response.status_code"}
    return {name: fields[key] for key, name in names.items()}


def pattern_of(scope: Scope) -> str:
    """Return the pattern of the address of a request, such as /s/{id}."""
    return str(getattr(scope.get("route"), "path", UNKNOWN))


def refusal_of(error: Exception, number: str) -> Refusal:
    """Return what a user reads when the server fails."""
    if is_full_disk(error):
        return NoSpace()
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return Unavailable(_("The database of the server cannot be reached: try again."), retry_after=10)
    sentence = _(
        "The server failed; this is not your fault. Try again. If it happens again, report the number {number}."
    )
    return ServerFailed(sentence.format(number=number))
