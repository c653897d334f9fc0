"""Work that is neither a page nor a submission, one job after the other: the validation of an exercise, the files of a class.

A job is a row; it survives a restart of the server. The handler of a kind of job takes the service, the row, and an event that
is set when the server stops. It returns the message to show, raises :class:`JobFailed` with a sentence if the job has failed,
and :class:`JobInterrupted` if the server stops.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..support.errors import GraderError
from ..support.i18n import lazy
from .errors import NoSpace, Refusal, Unavailable
from .logs import FIELDS
from .moments import now
from .service import Service
from .tables import Job, Worker

LOOK_SECONDS = 2.0  # between two looks for jobs, if nobody calls wake()
MOST_LOSSES = 3  # servers that ended while they did a job
Handler = Callable[[Service, Job, threading.Event], str]
BROKEN = lazy("The job failed because of a mistake in the server: tell your administrator.")
log = logging.getLogger(__name__)


class JobFailed(GraderError):
    """A job has failed; the message says why, and is shown."""


class JobInterrupted(Exception):
    """The server stops; the job is done again after its next start."""


def request(session: Session, kind: str, about: str, by: str = "") -> Job:
    """Return a new job, or the one of this kind about the same thing that still waits."""
    waiting = session.scalar(select(Job).where(Job.kind == kind, Job.about == about, Job.state == "queued"))
    if waiting is not None:
        return waiting
    job = Job(kind=kind, about=about, by=by)
    session.add(job)
    session.flush()
    return job


def newest(session: Session, kind: str, about: str) -> Job | None:
    """Return the newest job of a kind about a thing."""
    return session.scalar(select(Job).where(Job.kind == kind, Job.about == about).order_by(Job.created.desc()).limit(1))


class JobRunner:
    """Does the jobs of a server, those of each kind in the order of their arrival, in one thread for each of ``handlers``."""

    def __init__(self, service: Service, handlers: Mapping[str, Handler]) -> None:
        self._service = service
        self._handlers = handlers
        self._is_stopping = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=[kind], name=f"jobs-{kind}", daemon=True) for kind in handlers
        ]

    def start(self) -> None:
        """Begin. Jobs that an earlier server has not finished are done again."""
        self._release_lost()
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop; a job that takes longer than a few seconds is done again after the next start."""
        self._is_stopping.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout=5)

    def run_waiting(self) -> None:
        """Do all jobs that wait, in this thread."""
        for kind in self._handlers:
            self._run_kind(kind)

    def _run(self, kind: str) -> None:
        while not self._is_stopping.is_set():
            try:
                if not self._service.database.is_sqlite:
                    self._release_lost()
                self._run_kind(kind)
            except Exception:  # a locked database, a full disk: the jobs wait
                log.exception("jobs wait")
            self._is_stopping.wait(LOOK_SECONDS)

    def _run_kind(self, kind: str) -> None:
        while not self._is_stopping.is_set() and self._run_next(kind):
            pass

    def _release_lost(self) -> None:
        """Let jobs wait again whose process has ended. With SQLite there is only this one, which has just started."""
        statement = select(Job).where(Job.state == "running", Job.kind.in_(self._handlers))
        if not self._service.database.is_sqlite:
            statement = statement.where(Job.owner.not_in(select(Worker.id)))
            with self._service.database.reading() as session:
                if session.scalar(statement.limit(1)) is None:
                    return
        with self._service.database.writing() as session:
            for job in session.scalars(statement):
                job.losses += 1
                job.state = "failed" if job.losses >= MOST_LOSSES else "queued"
                if job.state == "failed":
                    job.message, job.finished = (
                        lazy("The server ended three times during this job: tell your administrator."),
                        now(),
                    )

    def _run_next(self, kind: str) -> bool:
        """Do the oldest job of a kind that waits; False without one."""
        statement = select(Job).where(Job.state == "queued", Job.kind == kind).order_by(Job.created, Job.id).limit(1)
        with self._service.database.reading() as session:
            if session.scalar(statement) is None:
                return False
        with self._service.database.writing() as session:
            job = session.scalar(statement)
            if job is None:
                return False
            job.state, job.owner = "running", self._service.worker_id
        try:
            values = {"finished": now(), **self._outcome(job)}
        except (JobInterrupted, Unavailable, NoSpace):
            values = {"state": "queued"}
            self._is_stopping.wait(LOOK_SECONDS)
        self._store(job, values)
        return True

    def _store(self, job: Job, values: Mapping[str, object]) -> None:
        """Store how a job has ended. While that is not possible it is tried again, so that the job does not seem to run for ever."""
        while True:
            try:
                with self._service.database.writing() as session:
                    session.execute(update(Job).where(Job.id == job.id, Job.owner == job.owner).values(values))
                return
            except Refusal as refusal:
                log.warning("the end of a job waits", extra={FIELDS: {"kind": job.kind, "reason": refusal.kind}})
                if self._is_stopping.wait(LOOK_SECONDS):
                    return  # the next server does it again

    def _outcome(self, job: Job) -> dict[str, str]:
        """Do a job, and return the values of its columns."""
        try:
            return {"state": "done", "message": self._handlers[job.kind](self._service, job, self._is_stopping)}
        except (JobInterrupted, Unavailable, NoSpace):  # the server stops, or its database or disk fail for a while
            raise
        except GraderError as error:
            return {"state": "failed", "message": str(error)}
        except Exception:
            log.exception("job failed", extra={FIELDS: {"kind": job.kind, "about": job.about}})
            return {"state": "failed", "message": BROKEN}
