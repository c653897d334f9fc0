"""Watches the states of submissions, so that none stays in one for ever, whatever happens to a worker, a clock or the disk."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Collection, Sequence

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from ..executor.executor import Machine
from ..executor.pausing import Pausing
from ..support.i18n import lazy
from . import claims, space
from .claims import QUEUE_PATIENCE, Workers
from .errors import Refusal
from .logs import FIELDS
from .machines import store
from .moments import now
from .service import Service
from .tables import State, Submission, Worker

LOOK_SECONDS = 5.0
DELAYED = lazy(
    "It waits longer than usual, because there is much to grade. Nothing is lost; its time of arrival counts."
)
log = logging.getLogger(__name__)

_SUBMISSION = Submission.__table__.c
WAITING = select(_SUBMISSION.id).where(_SUBMISSION.state == State.QUEUED).limit(1)
OWN = select(_SUBMISSION.id).where(_SUBMISSION.state == State.RUNNING, _SUBMISSION.owner == bindparam("owner"))


class Supervision:
    """The regular work of one worker: it renews its claims, and releases those of dead workers."""

    def __init__(self, service: Service, row: Worker) -> None:
        self._service = service
        self._id = row.id
        seconds = service.configuration.lease_seconds
        self._workers = Workers(row, seconds, is_alone=service.database.is_sqlite)
        self._renewal_seconds = seconds / 3
        self._renewed = self._looked = 0.0
        self._status: tuple[int, str] = (0, "")
        self._machines: Sequence[Machine] = ()

    def begin(self, pausing: Pausing) -> None:
        """Release the claims of an earlier run, and make the reserve of the disk."""
        with contextlib.suppress(OSError):
            space.reserve(self._service)
        self.look(pausing, ())

    def look(self, pausing: Pausing, own: Collection[str], machines: Sequence[Machine] = (), problem: str = "") -> None:
        """Renew the claims in a third of the lease, and look for lost claims more often; ``own`` are the claims in progress.

        ``machines`` are those of a cluster, and ``problem`` says why nothing can be graded there.
        """
        moment = time.monotonic()
        status = (pausing.failures, problem or pausing.paused)
        is_changed = status != self._status or machines != self._machines
        if moment - self._renewed >= self._renewal_seconds or is_changed:
            with self._service.database.writing() as session:
                self._workers.renew(session, *status)
                if machines or self._machines:
                    slots = sum(machine.slots for machine in machines if machine.is_working)
                    session.execute(update(Worker).where(Worker.id == self._id).values(slots=slots))
                    store(session, self._id, machines)
            self._renewed, self._status, self._machines = moment, status, machines
        if moment - self._looked >= LOOK_SECONDS or not self._looked:
            self._release_lost_claims(own)
            self._looked = moment
            with contextlib.suppress(OSError):
                space.reserve(self._service)

    def _release_lost_claims(self, own: Collection[str]) -> None:
        with self._service.database.reading() as session:
            if not self._is_needed(session, own):
                return
        with self._service.database.writing() as session:
            rows = claims.owned(session, self._id, without=own)
            for owner in self._workers.dead(session):
                rows += claims.owned(session, owner)
            given_up = claims.release(session, rows)
            moment = now()
            late = (Submission.state == State.QUEUED, Submission.deadline < moment)
            session.execute(update(Submission).where(*late).values(deadline=moment + QUEUE_PATIENCE, sentence=DELAYED))
            unlimited = (Submission.state == State.QUEUED, Submission.deadline.is_(None))
            session.execute(update(Submission).where(*unlimited).values(deadline=moment + QUEUE_PATIENCE))
        for row in rows:
            log.warning("a claim was lost", extra={FIELDS: {"submission": row.id, "interruptions": row.interruptions}})
            self._service.events.publish(
                row.id, "done" if row in given_up else "state", state=row.state, sentence=row.sentence
            )

    def _is_needed(self, session: Session, own: Collection[str]) -> bool:
        rows = session.execute(select(Submission.id, Submission.owner).where(Submission.state == State.RUNNING))
        if any(owner != self._id or name not in own for name, owner in rows):
            return True
        if session.scalar(select(Worker.id).where(Worker.id != self._id).limit(1)) is not None:
            return True
        moment = now()
        return any(
            deadline is None or deadline < moment
            for deadline in session.scalars(select(Submission.deadline).where(Submission.state == State.QUEUED))
        )

    def has_waiting(self) -> bool:
        """Return whether a submission waits."""
        with self._service.database.reading() as session:
            return session.scalar(WAITING) is not None

    def own_ids(self) -> set[str]:
        """Return the ids of the submissions that belong to this worker."""
        with self._service.database.reading() as session:
            return {*session.scalars(OWN, {"owner": self._id})}

    def end(self) -> None:
        """Let the submissions of this worker wait for the next start; that is no interruption."""
        with contextlib.suppress(Refusal), self._service.database.writing() as session:
            claims.release(session, claims.owned(session, self._id), is_interruption=False)
            self._workers.leave(session)
            store(session, self._id, ())
