"""The events of a submission as a stream (server-sent events), for the page that waits and for the API.

The first event is always ``state``, and the last one ``done``, also if everything happened before the stream began. A stream
that breaks off can be opened again with ``Last-Event-ID``: what was missed is sent again. No event has a message or evidence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ..service.events import ServiceEvent
from ..service.progress import SubmissionProgress, end_in, present_progress, progress_of, shown_checks
from ..service.service import Service
from ..service.tables import State
from ..service.viewing import SubmissionView

CHANGES = ("state", "position", "done")  # events after which the state is sent again, instead of the event
POSITION_SECONDS = 5  # after which a submission that waits tells its position again, so that the connection stays open
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy must not collect events either


def event_stream(request: Request, service: Service, session: Session, view: SubmissionView) -> EventStream:
    """Return the events of a submission that the caller may see; it ends when the submission has its final state."""
    text = request.headers.get("last-event-id", "")
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    present = progress_of(session, service, view.row)
    return EventStream(service, view.row.id, present, shown_checks(service, view.version), after)


class EventStream(StreamingResponse):
    """The events of a submission, in the task of the request; a second task waits for the end of the connection."""

    def __init__(
        self, service: Service, submission_id: str, present: SubmissionProgress, names: frozenset[str], after: int
    ) -> None:
        super().__init__(self._chunks(), headers=HEADERS, media_type="text/event-stream")
        self._service = service
        self._submission_id = submission_id
        self._present = present
        self._names = names
        self._after = after
        self._arrived: asyncio.Queue[ServiceEvent | None] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events until the last one, or until the client has gone."""
        watching = asyncio.create_task(self._watch(receive))
        try:
            await self.stream_response(send)
        finally:
            watching.cancel()

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._arrived.put_nowait(None)

    async def _chunks(self) -> AsyncIterator[bytes]:
        self._service.events.subscribe(self._submission_id, self._arrived, self._after)  # also since ``present``
        try:
            yield _sent("state", vars(self._present))
            while not self._present.is_final:
                try:
                    async with asyncio.timeout(POSITION_SECONDS):
                        events = [await self._arrived.get()]
                except TimeoutError:
                    await self._read()
                    if not self._present.is_final:
                        yield _sent("position", vars(self._present))
                    continue
                events += self._waiting()  # all that has happened is sent together, which costs as much as one event
                if None in events:  # the client has gone, or the server stops
                    return
                chunk = await self._chunk([event for event in events if event is not None])
                if chunk:
                    yield chunk
            late = [event for event in self._waiting() if event is not None]
            yield self._shown(late) + _sent("done", vars(self._present))
        finally:
            self._service.events.unsubscribe(self._submission_id, self._arrived)

    async def _chunk(self, events: Sequence[ServiceEvent]) -> bytes:
        """Return what is sent of these events; the present state is known afterwards."""
        waits = self._present.state == State.QUEUED
        changes = [event.number for event in events if _is_change(event) or (waits and event.kind == "started")]
        end = end_in(events[-1])
        if end is not None:
            self._present = end
        elif changes:
            await self._read()
        chunk = self._shown(events)
        if changes and not self._present.is_final:
            chunk += _sent("state", vars(self._present), max(changes))
        return chunk

    async def _read(self) -> None:
        self._present = await run_in_threadpool(self._progress)

    def _progress(self) -> SubmissionProgress:
        with self._service.database.reading() as session:
            return present_progress(session, self._service, self._submission_id)

    def _waiting(self) -> list[ServiceEvent | None]:
        return [self._arrived.get_nowait() for _ in range(self._arrived.qsize())]

    def _shown(self, events: Sequence[ServiceEvent]) -> bytes:
        return b"".join(_sent(event.kind, event.data, event.number) for event in events if self._is_shown(event))

    def _is_shown(self, event: ServiceEvent) -> bool:
        if event.kind in CHANGES:
            return False
        return event.kind != "check" or event.data.get("name") in self._names


def _is_change(event: ServiceEvent) -> bool:
    """Return whether the state may be another one. A submission that was only claimed still waits, as far as people see."""
    return event.kind in CHANGES and event.data.get("state") != State.RUNNING


def _sent(kind: str, data: Mapping[str, Any], number: int | None = None) -> bytes:
    lines = [f"event: {kind}", f"data: {json.dumps(data)}"]
    if number is not None:
        lines.insert(0, f"id: {number}")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode()
