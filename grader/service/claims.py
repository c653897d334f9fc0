"""Claims: which worker has a submission. A worker that has died loses its claims.

A claim is valid while its worker renews the time at which it was last seen. Only the change of this time counts, measured with
the monotonic clock of the process that looks, so that nothing happens if a clock is set to another time.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, select, update
from sqlalchemy.orm import Session

from ..support.i18n import lazy
from . import queue
from .moments import now
from .tables import State, Submission, Version, Worker, table_of

MOST_INTERRUPTIONS = 10
RUNS = lazy("It is being graded.")
QUEUE_PATIENCE = timedelta(minutes=10)
"""After which a waiting submission says that it takes longer than usual."""
WAITS = lazy("It waits until the submissions before it have been graded.")
WAITS_AGAIN = lazy("The grading was interrupted, which was not your fault. It waits and is graded again.")
INTERRUPTED = lazy("The grading was interrupted too often; no attempt is spent. Tell your instructor.")

CLAIMED = [
    "id",
    "user_id",
    "exercise_id",
    "version_id",
    "kind",
    "file_name",
    "file_count",
    "sha256",
    "blob",
    "language",
    "priority",
    "seed_number",
]
OF_VERSION = ("name", "blob", "digest")
_SUBMISSION = Submission.__table__.c
SPARE = 32
"""Submissions behind those that a worker wants: others may be claiming the first ones at the same moment."""
LOCK = (
    select(_SUBMISSION.id, _SUBMISSION.state)
    .where(_SUBMISSION.id.in_(bindparam("ids", expanding=True)))
    .with_for_update(skip_locked=True)
)
CLAIM = (
    update(table_of(Submission))
    .where(_SUBMISSION.id.in_(bindparam("ids", expanding=True)))
    .values(
        state=State.RUNNING,
        sentence=RUNS,
        owner=bindparam("worker"),
        since=bindparam("moment"),
        started=bindparam("moment"),
        deadline=bindparam("until"),
        lease_until=bindparam("until"),
    )
)


def claim(session: Session, owner: str, most: int, lease_seconds: float) -> list[Submission]:
    """Return up to ``most`` submissions that a worker grades next: what grading needs of them, with their versions.

    On PostgreSQL other workers do the same at the same time: each one locks its rows, and skips those that others have locked.
    """
    ids = queue.next_ids(session, most) if session.get_bind().dialect.name == "sqlite" else _locked(session, most)
    if not ids:
        return []
    moment = now()
    values = {"ids": ids, "worker": owner, "moment": moment, "until": moment + timedelta(seconds=lease_seconds)}
    session.execute(CLAIM, values)
    rows = {row.id: row for row in session.execute(_with_versions(), {"ids": ids})}
    return [_claimed(rows[name]) for name in ids]


def _locked(session: Session, most: int) -> list[str]:
    """Return the submissions that are graded next, of those that no other worker is claiming; nobody else can claim them now."""
    ids = queue.next_ids(session, most + SPARE)
    places = {name: place for place, name in enumerate(ids)}
    own: list[str] = []
    while len(own) < most and ids:
        ids, first = ids[most:], ids[:most]
        rows = session.execute(LOCK, {"ids": first})
        own += [row.id for row in rows if row.state == State.QUEUED]
    return sorted(own[:most], key=places.__getitem__)


@cache
def _with_versions() -> Select[Any]:
    """Return the statement for claimed submissions, with the columns of their versions."""
    version = Version.__table__
    columns = [
        *(_SUBMISSION[name] for name in CLAIMED),
        *(version.c[name].label(f"version_{name}") for name in OF_VERSION),
    ]
    statement = select(*columns).join_from(table_of(Submission), version, version.c.id == _SUBMISSION.version_id)
    return statement.where(_SUBMISSION.id.in_(bindparam("ids", expanding=True)))


def _claimed(row: Any) -> Submission:
    version = Version(id=row.version_id, **{name: getattr(row, f"version_{name}") for name in OF_VERSION})
    return Submission(**{name: getattr(row, name) for name in CLAIMED}, version=version)


def release(session: Session, rows: Iterable[Submission], is_interruption: bool = True) -> list[Submission]:
    """Let submissions wait again behind the others; return those that were interrupted too often, and will not be graded."""
    given_up = []
    for row in rows:
        row.owner, row.lease_until, row.started = "", None, None
        row.since = row.available = now()
        row.deadline = row.since + QUEUE_PATIENCE
        row.state, row.sentence = State.QUEUED, WAITS
        if is_interruption:
            row.interruptions += 1
            row.sentence = WAITS_AGAIN
        if row.interruptions >= MOST_INTERRUPTIONS:
            end(row, State.NOT_GRADABLE, INTERRUPTED)
            given_up.append(row)
    return given_up


def end(row: Submission, state: State, sentence: str) -> None:
    """Give a submission a final state, in which no worker has it and nothing is awaited."""
    row.state, row.sentence = state, sentence
    row.since = row.finished = now()
    row.owner, row.lease_until, row.deadline = "", None, None


def owned(session: Session, owner: str, without: Collection[str] = ()) -> list[Submission]:
    """Return the submissions that belong to a worker, except those with the ids ``without``, and those that it just finishes."""
    statement = select(Submission).where(Submission.state == State.RUNNING, Submission.owner == owner)
    statement = statement.with_for_update(skip_locked=True)
    return [row for row in session.scalars(statement) if row.id not in without]


class Workers:
    """Renews the claims of one worker, and finds workers that have died."""

    def __init__(self, own: Worker, lease_seconds: float, is_alone: bool) -> None:
        """With ``is_alone`` no other process can grade, so every claim of another worker is lost."""
        self._own = own
        self._lease_seconds = lease_seconds
        self._is_alone = is_alone
        self._looked = time.monotonic()
        self._seen: dict[str, tuple[datetime, float]] = {}  # {worker: (its time, when it was first read)}

    def renew(self, session: Session, failures: int, paused: str) -> None:
        """Tell the other workers that this one is alive."""
        row = session.get(Worker, self._own.id)
        if row is None:
            own = self._own
            row = Worker(id=own.id, host=own.host, slots=own.slots, isolation=own.isolation, started=own.started)
            session.add(row)
        row.seen, row.failures, row.paused = now(), failures, paused
        until = now() + timedelta(seconds=self._lease_seconds)
        mine = (Submission.state == State.RUNNING, Submission.owner == row.id)
        session.execute(update(Submission).where(*mine).values(lease_until=until, deadline=until))

    def leave(self, session: Session) -> None:
        """Delete the row of this worker."""
        session.execute(delete(Worker).where(Worker.id == self._own.id))

    def dead(self, session: Session) -> list[str]:
        """Return the workers that have claims or a row, but do not renew them any more; their rows are deleted.

        After a long pause of this process nothing is known: perhaps the whole machine was suspended, and the others with it.
        """
        if time.monotonic() - self._looked > self._lease_seconds / 2:
            self._seen.clear()
        self._looked = time.monotonic()
        times = {row.id: row.seen for row in session.scalars(select(Worker))}
        owners = {*session.scalars(select(Submission.owner).where(Submission.state == State.RUNNING).distinct())}
        others = (owners | times.keys()) - {self._own.id}
        dead = [name for name in others if self._is_alone or name not in times or self._is_silent(name, times[name])]
        if dead:
            session.execute(delete(Worker).where(Worker.id.in_(dead)))
        return dead

    def _is_silent(self, name: str, moment: datetime) -> bool:
        earlier, since = self._seen.get(name, (None, 0.0))
        if earlier != moment:
            self._seen[name] = (moment, time.monotonic())
            return False
        return time.monotonic() - since > self._lease_seconds
