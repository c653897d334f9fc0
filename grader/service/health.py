"""Whether a server can do its work now: its database, its disk, and the processes that grade."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from ..support.errors import UsageError
from ..support.i18n import lazy
from . import space
from .database import newest_revision
from .errors import Refusal
from .moments import now
from .service import Service
from .tables import Worker

SILENT = timedelta(seconds=60)
"""A worker that was not seen for this long does not work."""


@dataclass(frozen=True)
class Health:
    """Whether one part of the server works; ``sentence`` says what is wrong, "" if nothing is."""

    name: str
    sentence: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the part works."""
        return not self.sentence


def examine(service: Service) -> list[Health]:
    """Return the health of all parts that must work for a submission to be accepted and graded."""
    files = [Health("files", _files(service))] if service.blobs.is_remote else []
    return [
        Health("database", _database(service)),
        Health("disk", lazy("The disk is nearly full.") if space.is_low(service) else ""),
        *files,
        Health("worker", _worker(service)),
    ]


def _database(service: Service) -> str:
    try:
        if service.database.revision() != newest_revision():
            return lazy("The tables belong to another version of the grader.")
        with service.database.writing() as session:
            session.connection()  # takes the lock
        return ""
    except Refusal:
        return lazy("The database is locked.")
    except Exception:  # each database has its own errors
        return lazy("The database cannot be used.")


def _files(service: Service) -> str:
    try:
        service.blobs.check()
        return ""
    except UsageError:
        return lazy("The storage of files does not answer.")


def _worker(service: Service) -> str:
    try:
        with service.database.reading() as session:
            workers = session.scalars(select(Worker)).all()
    except Exception:
        return lazy("The database cannot be used.")
    since = now() - SILENT
    present = [worker for worker in workers if worker.seen > since]
    if not present:
        return lazy("No worker grades.")
    if all(worker.paused for worker in present):
        return lazy("Grading is paused.")
    return ""
