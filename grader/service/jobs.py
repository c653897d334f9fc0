"""Work that is neither a page nor a submission, one job after the other: the validation of an exercise, the files of a class.

A job is a row; it survives a restart of the server. The handler of a kind of job takes the service and the row, and returns
the message to show. It raises :class:`JobFailed` with a sentence if the job has failed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..support.errors import GraderError
from ..support.i18n import lazy
from .moments import now
from .service import Service
from .tables import Job

LOOK_SECONDS = 2.0  # between two looks for jobs, if nobody calls wake()
MOST_LOSSES = 3  # servers that ended while they did a job
Handler = Callable[[Service, Job], str]
log = logging.getLogger(__name__)


class JobFailed(GraderError):
    """A job has failed; the message says why, and is shown."""


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
    """Does the jobs of a server in one thread, in the order of their arrival. ``handlers`` has a function for each kind."""

    def __init__(self, service: Service, handlers: Mapping[str, Handler]) -> None:
        self._service = service
        self._handlers = handlers
        self._is_stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin. Jobs that an earlier server has not finished are done again."""
        self._release()
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current job, which is done again after the next start if it takes longer than a few seconds."""
        self._is_stopping.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)

    def wake(self) -> None:
        """Look for jobs now."""
        self._wake.set()

    def run_waiting(self) -> None:
        """Do all jobs that wait, in this thread."""
        while not self._is_stopping.is_set() and self._run_next():
            pass

    def _run(self) -> None:
        while not self._is_stopping.is_set():
            try:
                self.run_waiting()
            except Exception:  # a locked database, a full disk: the jobs wait
                log.exception("jobs wait")
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    def _release(self) -> None:
        with self._service.database.writing() as session:
            for job in session.scalars(select(Job).where(Job.state == "running", Job.kind.in_(self._handlers))):
                job.losses += 1
                job.state = "failed" if job.losses >= MOST_LOSSES else "queued"
                if job.state == "failed":
                    job.message, job.finished = (
                        lazy("The server ended three times during this job: tell your administrator."),
                        now(),
                    )

    def _run_next(self) -> bool:
        """Do the oldest job that waits; False without one."""
        with self._service.database.reading() as session:
            if (
                session.scalar(select(Job.id).where(Job.state == "queued", Job.kind.in_(self._handlers)).limit(1))
                is None
            ):
                return False
        with self._service.database.writing() as session:
            job = session.scalar(
                select(Job)
                .where(Job.state == "queued", Job.kind.in_(self._handlers))
                .order_by(Job.created, Job.id)
                .limit(1)
            )
            if job is None:
                return False
            job.state = "running"
        state, message = self._outcome(job)
        with self._service.database.writing() as session:
            session.execute(update(Job).where(Job.id == job.id).values(state=state, message=message, finished=now()))
        return True

    def _outcome(self, job: Job) -> tuple[str, str]:
        try:
            return "done", self._handlers[job.kind](self._service, job)
        except GraderError as error:
            return "failed", str(error)
        except Exception:
            log.exception("job failed", extra={"kind": job.kind, "about": job.about})
            return "failed", lazy("The job failed because of a mistake in the server: tell your administrator.")
