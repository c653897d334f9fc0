"""The queue of ``benchmarks/simulate.py``: in memory, or in a database with the statements of the service.

Both follow the rule of ``grader/service/queue.py``. A claim in the database is a statement for each claim; the queue in
memory only gives the submissions of one student their places again.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import create_engine, insert, update
from sqlalchemy.orm import Session

from grader.executor.work import Work
from grader.service import claims, queue, tables
from grader.service.tables import Submission, Version

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(eq=False)
class Row:
    """A submission. Times are seconds since the first day began; ``stamp`` is that of its entry in the queue that counts."""

    id: str
    user: int
    kind: str
    priority: int
    arrival: float
    seconds: float
    work: Work
    available: float = 0.0
    started: float | None = None
    state: str = "queued"
    stamp: int = 0


class LineInMemory:
    """The queue in memory. Times of all methods are seconds."""

    def __init__(self) -> None:
        self._rows: defaultdict[int, list[Row]] = defaultdict(list)
        self._running: Counter[int] = Counter()
        self._entries: list[tuple[tuple[float, ...], int, Row]] = []
        self._impatient: deque[Row] = deque()  # in the order in which they will have waited for long
        self._count = 0

    def add(self, row: Row, moment: float) -> None:
        """Let a submission wait."""
        self._rows[row.user].append(row)
        self._impatient.append(row)
        self._sort(row.user, moment)

    def remove(self, row: Row, moment: float) -> None:
        """Let a submission wait no longer."""
        self._rows[row.user].remove(row)
        self._sort(row.user, moment)

    def finish(self, row: Row, moment: float) -> None:
        """Let a submission run no longer."""
        self._running[row.user] -= 1
        self._sort(row.user, moment)

    def claim(self, most: int, moment: float) -> list[Row]:
        """Return the submissions that start next."""
        patience = queue.PATIENCE.total_seconds()
        while self._impatient and self._impatient[0].available < moment - patience:
            row = self._impatient.popleft()
            if row.state == "queued":
                self._sort(row.user, moment)
        rows: list[Row] = []
        while self._entries and len(rows) < most:
            _, stamp, row = heapq.heappop(self._entries)
            if row.state == "queued" and row.stamp == stamp:
                row.state = "running"
                rows.append(row)
        for row in rows:
            self._rows[row.user].remove(row)
            self._running[row.user] += 1
        for user in {row.user for row in rows}:
            self._sort(user, moment)
        return rows

    def _sort(self, user: int, moment: float) -> None:
        """Give the rows of a student their places again."""
        places: Counter[int] = Counter()
        patient = moment - queue.PATIENCE.total_seconds()
        for row in sorted(self._rows[user], key=lambda row: (row.available, row.id)):
            priority = queue.priority_of(row.priority, row.available < patient)
            places[priority] += 1
            self._count += 1
            row.stamp = self._count
            key = queue.key_of(priority, places[priority], self._running[user], row.available, row.id)
            heapq.heappush(self._entries, (key, row.stamp, row))


class LineInDatabase:
    """The queue in an SQLite database in memory, with the statements of the service."""

    def __init__(self) -> None:
        engine = create_engine("sqlite://")
        tables.Table.metadata.create_all(engine)
        self._session = Session(engine)
        self._session.execute(insert(Version).values(id="version", name="exercise", digest="", blob=""))
        self._by_id: dict[str, Row] = {}

    def add(self, row: Row, moment: float) -> None:
        """Let a submission wait."""
        self._by_id[row.id] = row
        values = {
            "file_name": "",
            "sha256": "",
            "blob": "",
            "size": 0,
            "exercise_id": "exercise",
            "version_id": "version",
        }
        times = {name: BEGIN + timedelta(seconds=row.available) for name in ("received", "available", "since")}
        # The kind is left out: its index allows one self-check at a time, and the simulation decides about that itself.
        own = {"id": row.id, "user_id": str(row.user), "kind": "attempt", "priority": row.priority}
        self._session.execute(insert(Submission).values(**values, **times, **own))

    def remove(self, row: Row, moment: float) -> None:
        """Let a submission wait no longer."""
        self._end(row)

    def finish(self, row: Row, moment: float) -> None:
        """Let a submission run no longer."""
        self._end(row)

    def claim(self, most: int, moment: float) -> list[Row]:
        """Return the submissions that start next."""
        queue.now = claims.now = lambda: BEGIN + timedelta(seconds=moment)  # type: ignore[assignment]
        names = [claimed.id for claimed in claims.claim(self._session, "worker", most, 30)]
        for name in names:
            self._by_id[name].state = "running"
        return [self._by_id[name] for name in names]

    def _end(self, row: Row) -> None:
        self._session.execute(update(Submission).where(Submission.id == row.id).values(state="graded"))
