"""The events of a submission as a stream (server-sent events), for the page that waits and for the API.

The first event is always ``state``, and the last one ``done``, also if everything happened before the stream began. A stream
that breaks off can be opened again with ``Last-Event-ID``: what was missed is sent again. No event has a message or evidence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import asdict
from typing import Any

from fastapi import Request
from sse_starlette.event import ServerSentEvent
from sse_starlette.sse import EventSourceResponse
from starlette.concurrency import run_in_threadpool

from ..service.events import ServiceEvent
from ..service.progress import SubmissionProgress, progress_of, shown_checks
from ..service.service import Service
from ..service.tables import State, Submission

PING_SECONDS = 15
CHANGES = ("state", "position", "done")  # events after which the state is read again
POSITION_SECONDS = 5  # after which a submission that waits tells its position again


def event_stream(request: Request, service: Service, submission: Submission) -> EventSourceResponse:
    """Return the events of a submission that the caller may see; it ends when the submission has its final state."""
    text = request.headers.get("last-event-id", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    with service.database.reading() as session:
        names = shown_checks(session, service, submission.id)
        present = progress_of(session, service, session.get_one(Submission, submission.id))

    def progress() -> SubmissionProgress:
        with service.database.reading() as session:
            return progress_of(session, service, session.get_one(Submission, submission.id))

    return EventSourceResponse(_events(service, submission.id, present, progress, names, after), ping=PING_SECONDS)


async def _events(
    service: Service,
    submission_id: str,
    present: SubmissionProgress,
    progress: Callable[[], SubmissionProgress],
    names: frozenset[str],
    after: int,
) -> AsyncIterator[bytes]:
    queue = service.events.subscribe(submission_id, after)  # also what has happened since ``present``
    try:
        yield _sent("state", asdict(present))
        while not present.is_final:
            try:
                async with asyncio.timeout(POSITION_SECONDS):
                    arrived = [await queue.get()]
            except TimeoutError:
                present = await run_in_threadpool(progress)
                if not present.is_final:
                    yield _sent("position", asdict(present))
                continue
            while not queue.empty():  # all that has happened is sent together, which costs as much as one event
                arrived.append(queue.get_nowait())
            waits = present.state == State.QUEUED
            changes = [
                event.number for event in arrived if event.kind in CHANGES or (waits and event.kind == "started")
            ]
            if changes:
                present = await run_in_threadpool(progress)
            chunks = [
                _sent(event.kind, event.data, event.number)
                for event in arrived
                if event.kind not in CHANGES and _is_shown(event, names)
            ]
            if changes and not present.is_final:
                chunks.append(_sent("state", asdict(present), max(changes)))
            if chunks:
                yield b"".join(chunks)
        late = [queue.get_nowait() for _ in range(queue.qsize())]
        yield b"".join(
            _sent(event.kind, event.data, event.number)
            for event in late
            if event.kind not in CHANGES and _is_shown(event, names)
        ) + _sent("done", asdict(present))
    finally:
        service.events.unsubscribe(submission_id, queue)


def _is_shown(event: ServiceEvent, names: frozenset[str]) -> bool:
    return event.kind != "check" or event.data.get("name") in names


def _sent(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    return ServerSentEvent(json.dumps(data), event=kind, id=None if number is None else str(number)).encode()
