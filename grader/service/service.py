"""One server: its settings, its database and its files. It is made once and passed to everything that needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from ..assignment import chapters
from ..lti.platform_keys import PlatformKeys
from ..repositories.model import Host
from ..support.errors import UsageError
from . import courses, data_folder
from .blob_store import BlobStore, blob_store
from .configuration import Configuration
from .database import Database, newest_revision
from .events import Events
from .identifiers import new_id
from .last_uses import LastUses
from .rates import Rates
from .server_secret import server_secret
from .tables import Course, User
from .traces import Traces
from .waiting import Places


@dataclass
class Service:
    """The parts of a running server."""

    configuration: Configuration
    database: Database
    blobs: BlobStore
    events: Events = field(default_factory=Events)
    wake: threading.Event = field(default_factory=threading.Event)
    """Set when there is something to grade or to stop."""
    call_others: Callable[[], None] | None = None
    """Wakes the graders of other servers; None without other servers."""
    places: Places = field(default_factory=Places)
    halves: dict[str, tuple[tuple[str, float, float], ...]] = field(default_factory=dict)
    """{key of a result: its accuracies for the leaderboard}, see :mod:`grader.service.boards`."""
    last_uses: LastUses = field(default_factory=LastUses)
    hosts: dict[tuple[str, str, str], Host] = field(default_factory=dict)
    """{(name of a host, organisation, its number): the interface}, see :mod:`grader.service.repository_hosts`."""
    worker_id: str = field(default_factory=new_id)
    """The id of this process, for claims and jobs."""
    traces: Traces = field(default_factory=Traces)
    platform_keys: PlatformKeys = field(default_factory=PlatformKeys)
    """The public keys of course systems."""
    rates: Rates = field(init=False)

    def __post_init__(self) -> None:
        self.rates = Rates(self.configuration.limits)

    def call_graders(self) -> None:
        """Let the graders of all servers look for submissions at once, instead of within a second."""
        self.wake.set()
        call_others = self.call_others  # read once: the server may be stopping
        if call_others is not None:
            call_others()

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_service(configuration: Configuration) -> Service:
    """Return the service of a data folder, which is made if it is new, with tables of this version.

    Raises UsageError if a newer version of the grader has written it.
    """
    data_folder.make(configuration.data_dir)
    with data_folder.setup(configuration.data_dir), sentence_for_failure(configuration):
        if not configuration.database:
            data_folder.make_database(configuration.data_dir)
        database = Database(configuration.database_url)
        database.refuse_unusable()
        database.migrate()
        with database.writing() as session:
            if session.scalar(select(Course.id).limit(1)) is None and session.scalar(select(User.id).limit(1)) is None:
                courses.create_demo(session, [assignment.name for assignment in chapters.bundled()])
            server_secret(session)
    return Service(configuration, database, blob_store(configuration))


def open_beside_server(configuration: Configuration) -> Service:
    """Return the service of a data folder for a command, while a server may use the folder.

    Raises UsageError if that server belongs to another version of the grader, whose tables must not change now.
    """
    server = data_folder.running_server(configuration.data_dir)
    if server is not None and server.revision != newest_revision():
        raise UsageError(
            f"The server at {server.address} belongs to another version of the grader: start it again first."
        )
    return open_service(configuration)


@contextmanager
def sentence_for_failure(configuration: Configuration) -> Iterator[None]:
    """Raise UsageError if the database cannot be used."""
    try:
        yield
    except DatabaseError as error:
        reason = str(error.orig).partition("\n")[0]
        if configuration.database:
            raise UsageError(f"The database cannot be used ({reason}): its user must be its owner.") from error
        is_damaged = any(words in reason for words in ("not a database", "malformed"))
        advice = "restore a backup with 'grader serve restore'" if is_damaged else "check the disk and the permissions"
        raise UsageError(f"The database in {configuration.data_dir} cannot be used ({reason}): {advice}.") from error
