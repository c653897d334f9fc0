"""Hands in a file once, also if the connection breaks, and waits for the result, also if the server restarts."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from ..support.i18n import _
from ..support.text import clean
from .connection import Connection
from .errors import Interrupted, NoAnswer, ServerRefusal
from .exercises import RemoteExercise
from .upload import Upload

TRIES = 4
PATIENCE_SECONDS = 180  # for how long a server may be away before the client gives up
STREAM_SECONDS = 20  # without a line; the server sends one each 15 seconds
SILENT_SECONDS = 15  # a stream that sends nothing for so long is kept back by a proxy
FIRST_SECONDS = 0.5  # between two questions, if the stream does not work
LONGEST_PAUSE = 5.0
ID = re.compile(r"[a-z0-9]{1,64}")


@dataclass(frozen=True)
class RemoteSubmission:
    """A submission on a server: the receipt, and where it is. ``ahead`` and ``seconds`` are None if it is final."""

    id: str
    file: str
    sha256: str
    received: datetime
    is_late: bool
    state: str
    sentence: str
    is_final: bool
    ahead: int | None
    seconds: float | None


@dataclass(frozen=True)
class RemoteEvent:
    """An event of a submission: ``kind`` is that of the server's events, ``data`` its words."""

    kind: str
    data: dict[str, Any]


def hand_in(connection: Connection, exercise: RemoteExercise, upload: Upload, is_attempt: bool) -> RemoteSubmission:
    """Return the new submission; raises GraderError if the server does not accept it.

    A request that got no answer is sent again with the same key, so that it hands in once.
    """
    key, pause = uuid.uuid4().hex, 1.0
    course, name = (quote(part, safe="") for part in (exercise.course, exercise.name))
    path = f"/courses/{course}/exercises/{name}/submissions"
    for last in (*[False] * (TRIES - 1), True):
        try:
            document = connection.json(
                "POST",
                path,
                files={"file": (upload.name, upload.content)},
                data={"kind": "attempt" if is_attempt else "check"},
                headers={"Idempotency-Key": key},
            )
            return _submission(connection, document)
        except Interrupted:
            if last:
                raise
            time.sleep(pause)
            pause *= 2
    raise AssertionError("the last try returns or raises")


def wait(
    connection: Connection, submission: RemoteSubmission, tell: Callable[[RemoteEvent], object]
) -> RemoteSubmission:
    """Return the submission when it is final; ``tell`` gets each event.

    Raises NoAnswer if the server stays away: the submission is safe there.
    """
    contact, pause, last, use_stream = time.monotonic(), FIRST_SECONDS, "", True
    while not submission.is_final:
        start, count = time.monotonic(), 0
        try:
            for number, event in _events(connection, submission.id, last) if use_stream else ():
                pause, last, count = FIRST_SECONDS, number or last, count + 1
                tell(event)
        except Interrupted:  # asking tells whether the server is there
            use_stream = count > 0 or time.monotonic() - start < SILENT_SECONDS
        try:
            submission = show(connection, submission.id)
            contact = time.monotonic()
        except Interrupted as error:
            if time.monotonic() - contact > PATIENCE_SECONDS:
                message = _("The server does not answer any more. Your submission {id} is safe there: see {address}.")
                raise NoAnswer(message.format(id=submission.id, address=page(connection, submission))) from error
        if not submission.is_final:
            time.sleep(pause)
            pause = min(1.5 * pause, LONGEST_PAUSE)
    return submission


def show(connection: Connection, submission_id: str) -> RemoteSubmission:
    """Return a submission as it is now; raises GraderError."""
    return _submission(connection, connection.json("GET", f"/submissions/{submission_id}"))


def report(connection: Connection, submission: RemoteSubmission, media_type: str = "application/json") -> str | None:
    """Return the report of a submission, None if it has none; raises GraderError."""
    try:
        answer = connection.answer("GET", f"/submissions/{submission.id}/report", headers={"Accept": media_type})
    except ServerRefusal as refusal:
        if refusal.status == 404:
            return None
        raise
    return answer.content.decode(errors="replace")


def sentence(submission: RemoteSubmission, exercise: RemoteExercise, is_attempt: bool) -> str:
    """Return the first sentence of a receipt."""
    text = (
        _("Handed in {file} for {exercise} in the course {course} as a graded attempt.")
        if is_attempt
        else _("Handed in {file} for {exercise} in the course {course} as a self-check.")
    )
    return text.format(file=clean(submission.file), exercise=clean(exercise.name), course=clean(exercise.course))


def page(connection: Connection, submission: RemoteSubmission) -> str:
    """Return the address of the page of a submission."""
    return f"{connection.address.url}/s/{submission.id}"


def _events(connection: Connection, submission_id: str, last: str) -> Iterator[tuple[str, RemoteEvent]]:
    """Yield the id of each event and the event, until the server ends the stream; raises Interrupted."""
    headers = {"Accept": "text/event-stream", **({"Last-Event-ID": last} if last else {})}
    with connection.lines(f"/submissions/{submission_id}/events", headers, STREAM_SECONDS) as lines:
        fields: dict[str, str] = {}
        for line in lines:
            if line:
                name, _colon, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                continue
            event = _event(fields)
            if event is not None:
                yield fields.get("id", ""), event
            fields = {}


def _event(fields: dict[str, str]) -> RemoteEvent | None:
    try:
        data = json.loads(fields["data"])
    except (KeyError, ValueError):
        return None
    return RemoteEvent(fields.get("event", ""), data) if isinstance(data, dict) else None


def _submission(connection: Connection, document: Any) -> RemoteSubmission:
    try:
        submission_id = document["id"]
        if not ID.fullmatch(submission_id):
            raise ValueError(submission_id)
        return RemoteSubmission(
            id=submission_id,
            file=str(document["file"]),
            sha256=str(document["sha256"]),
            received=datetime.fromisoformat(document["received"]),
            is_late=bool(document["is_late"]),
            state=str(document["state"]),
            sentence=str(document["sentence"]),
            is_final=bool(document["is_final"]),
            ahead=document["ahead"],
            seconds=document["seconds"],
        )
    except (KeyError, TypeError, ValueError):
        raise connection.not_a_server() from None
