"""How long a submission probably waits: the submissions ahead of it, and how long the same exercise took before."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from statistics import median

from sqlalchemy import bindparam, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from . import queue
from .database import Database
from .errors import Refusal
from .moments import now
from .tables import Result, State, Submission, Worker

SECONDS = 2.0  # of a grading, before one has been measured
MEASURED = 20  # the last gradings of an exercise
KEPT_SECONDS = 1.0
SHORTEST = 0.2  # the part of the usual time that a running submission is still expected to need

_RESULT, _SUBMISSION, _WORKER = Result.__table__, Submission.__table__.c, Worker.__table__.c
COLUMNS = (_SUBMISSION.id, _SUBMISSION.exercise_id, _SUBMISSION.kind, _SUBMISSION.started, _SUBMISSION.priority)
CLAIMED = (
    select(*COLUMNS)
    .where(_SUBMISSION.state == State.RUNNING)
    .order_by(_SUBMISSION.since, _SUBMISSION.priority, _SUBMISSION.available)
)
SLOTS = select(func.sum(_WORKER.slots)).where(_WORKER.paused == "")
PAUSED = select(_WORKER.paused)
SECONDS_OF = (
    select(_RESULT.c.seconds)
    .join_from(Submission.__table__, _RESULT, _SUBMISSION.result_key == _RESULT.c.key)
    .where(_SUBMISSION.exercise_id == bindparam("exercise"), _SUBMISSION.kind == bindparam("kind"))
    .order_by(_SUBMISSION.received.desc())
    .limit(MEASURED)
)


@dataclass(frozen=True)
class Position:
    """The number of submissions ahead, and the seconds until the result is expected.

    ``priority`` is that of the submission; one that runs has a smaller number than all that wait.
    """

    ahead: int
    seconds: float
    priority: int = -1


def position(session: Session, submission: Submission) -> Position:
    """Return the position of a submission that waits or runs."""
    return positions(session, [submission.id]).get(submission.id, Position(0, 0.0))


def positions(session: Session, ids: Collection[str]) -> dict[str, Position]:
    """Return the positions of those submissions among ``ids`` that wait or run."""
    places = _all(session)
    return {name: places[name] for name in ids if name in places}


class Places:
    """The positions of all submissions, computed at most once a second, however many people watch or hand in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = self._paused_until = 0.0
        self._is_paused = False
        self._known: dict[str, Position] = {}
        self._ahead: dict[
            int, tuple[int, float]
        ] = {}  # {priority: (count, longest wait)} of the known ones before a new one

    def of(self, session: Session, submission: Submission) -> Position:
        """Return the position of a submission that waits or runs; it is at most a second old."""
        with self._lock:
            if time.monotonic() > self._until or not self._knows(submission):
                self._known = _all(session)
                self._ahead = {}
                self._until = time.monotonic() + KEPT_SECONDS
            return self._known.get(submission.id, Position(0, 0.0))

    def is_paused(self, database: Database) -> bool:
        """Return whether no worker grades at the moment; False if the database cannot say it."""
        with self._lock:
            if time.monotonic() > self._paused_until:
                self._is_paused, self._paused_until = False, time.monotonic() + KEPT_SECONDS
                with contextlib.suppress(Refusal, DBAPIError), database.reading() as session:
                    self._is_paused = is_paused(session)
            return self._is_paused

    def _knows(self, submission: Submission) -> bool:
        """Return whether the position of a submission is known; a new one is the last until all are computed again."""
        if submission.id in self._known:
            return True
        if submission.state != State.QUEUED:
            return False
        priority = int(submission.priority)
        count, longest = self._ahead.get(priority) or self._ahead_of(priority)
        if not count:
            return False
        seconds = longest * (1 + 1 / count)
        self._known[submission.id] = Position(count, seconds, priority)
        for other, (number, most) in self._ahead.items():
            if priority <= other:
                self._ahead[other] = (number + 1, max(most, seconds))
        return True

    def _ahead_of(self, priority: int) -> tuple[int, float]:
        """Return the number of known submissions that are graded before a new one, and the longest wait of them; keep it."""
        ahead = [place.seconds for place in self._known.values() if place.priority <= priority]
        self._ahead[priority] = (len(ahead), max(ahead, default=0.0))
        return self._ahead[priority]


def _all(session: Session) -> dict[str, Position]:
    seconds = _Seconds(session)
    running = session.execute(CLAIMED).all()
    slots = session.scalar(SLOTS) or 1
    places: dict[str, Position] = {}
    before = 0.0
    for place, (name, exercise, kind, started, _priority) in enumerate(running):
        usual = seconds.of(exercise, kind)
        if place >= slots:  # a worker has claimed it, but grades others first
            places[name] = Position(place, before / slots + usual)
            before += usual
            continue
        elapsed = (now() - started).total_seconds() if started is not None else 0.0
        left = min(usual, max(usual - elapsed, SHORTEST * usual))  # also if a clock was set to another time
        places[name] = Position(0, left)
        before += left
    for index, (name, exercise, kind, _started, priority) in enumerate(session.execute(queue.in_order(*COLUMNS))):
        usual = seconds.of(exercise, kind)
        places[name] = Position(len(running) + index, before / slots + usual, priority)
        before += usual
    return places


def is_paused(session: Session) -> bool:
    """Return whether no worker grades at the moment, because of failures of their machines."""
    paused = [*session.scalars(PAUSED)]
    return bool(paused) and all(paused)


class _Seconds:
    """The usual seconds of a grading, each computed once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[tuple[str, str], float] = {}

    def of(self, exercise_id: str, kind: str) -> float:
        key = (exercise_id, kind)
        if key not in self._known:
            measured = [*self._session.scalars(SECONDS_OF, {"exercise": exercise_id, "kind": kind})]
            self._known[key] = median(measured) if measured else SECONDS
        return self._known[key]
