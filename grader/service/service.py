"""One server: its settings, its database and its files. It is made once and passed to everything that needs it."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field

from sqlalchemy import select

from ..assignment import bundled_names
from . import courses
from .blobs import Blobs
from .configuration import Configuration
from .database import Database
from .events import Events
from .tables import Course, User


@dataclass
class Service:
    """The parts of a running server."""

    configuration: Configuration
    database: Database
    blobs: Blobs
    events: Events = field(default_factory=Events)
    wake: threading.Event = field(default_factory=threading.Event)
    """Set when there is something to grade or to stop."""

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_service(configuration: Configuration) -> Service:
    """Return the service of a data folder, which is made if it is new, with tables of this version.

    Raises UsageError if a newer version of the grader has written it.
    """
    configuration.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.chmod(configuration.data_dir, 0o700)
    database = Database(configuration.database_url)
    database.migrate()
    service = Service(configuration, database, Blobs(configuration.blob_dir))
    with database.writing() as session:
        if session.scalar(select(Course.id).limit(1)) is None and session.scalar(select(User.id).limit(1)) is None:
            courses.create_demo(session, bundled_names())
    return service
