"""The database: transactions, and the migration to the tables of this version. See also ``sqlite.py`` and ``postgresql.py``."""

from __future__ import annotations

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from contextvars import copy_context
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

from ..support.errors import UsageError
from ..support.i18n import _
from . import lti_tables, outside_tables, postgresql, repository_tables, sqlite
from .errors import NoSpace, Unavailable
from .transaction_options import IS_MIGRATING, IS_REPEATABLE, IS_WRITING, SNAPSHOT

MIGRATIONS = Path(__file__).parent / "migrations"
MODULES = (lti_tables, outside_tables, repository_tables)
"""The modules that add tables to those of tables.py."""
TABLES = outside_tables.Delivery.metadata
T = TypeVar("T")


class Database:
    """The tables of a server, at an address of SQLAlchemy. All methods can be called in any thread."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self.is_sqlite = self._engine.dialect.name == "sqlite"
        self._reading = self._sessions({} if self.is_sqlite else SNAPSHOT)
        self._writing = self._sessions({IS_WRITING: True})
        self._repeatable = self._sessions({IS_WRITING: True, IS_REPEATABLE: True})
        self._claiming = self._sessions({IS_WRITING: self.is_sqlite, IS_REPEATABLE: True})
        self._lock = threading.Lock()  # waiting for it is fair and takes no processor time, unlike waiting for SQLite
        self._changes: deque[_Change] = deque()  # of `soon`
        self._writer = ThreadPoolExecutor(1, "writer")

    def _sessions(self, options: dict[str, Any]) -> sessionmaker[Session]:
        return sessionmaker(self._engine.execution_options(**options), expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yield a session that only reads, and sees one state of the database. Objects stay usable afterwards. Raises Unavailable."""
        with _refusals(), self._reading() as session:
            yield session

    @contextmanager
    def writing(self, is_repeatable: bool = False) -> Iterator[Session]:
        """Yield a session whose changes are committed, and on disk, when the block ends; an exception discards them.

        Keep the block short: nothing else can write meanwhile. Raises Unavailable, and NoSpace if the disk is full.
        With ``is_repeatable`` a power failure may discard the changes as well, until the next commit without it: for what is
        then done again. The end of a process, also by kill -9, discards nothing that is committed.
        """
        sessions = self._repeatable if is_repeatable else self._writing
        with _refusals(), self._turn() if self.is_sqlite else nullcontext(), sessions.begin() as session:
            yield session

    @contextmanager
    def claiming(self) -> Iterator[Session]:
        """Yield a session for the claims and results of a worker, which can be repeated as in :meth:`writing`.

        On PostgreSQL others write meanwhile, so the block locks the rows that it depends on.
        """
        with _refusals(), self._turn() if self.is_sqlite else nullcontext(), self._claiming.begin() as session:
            yield session

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait until no other thread writes; raises Unavailable if that takes too long."""
        if not self._lock.acquire(timeout=sqlite.BUSY_SECONDS):
            raise sqlite.unavailable()
        try:
            yield
        finally:
            self._lock.release()

    def soon(self, change: Callable[[Session], T]) -> Future[T]:
        """Return the future of the result of a change, committed and on disk; changes that are requested meanwhile share the commit.

        Writing to the disk takes longer than a change, so this is for moments in which many people do the same. One thread makes
        the changes, each in the language of its request. An exception of ``change`` discards only its own change; ``change`` may
        be called twice, with different sessions. The future raises Unavailable, and NoSpace if the disk is full.
        """
        own: _Change = _Change(change)
        self._changes.append(own)
        self._writer.submit(self._commit_waiting)
        return own.future

    def _commit_waiting(self) -> None:
        changes = self._waiting_changes()
        if changes:
            self._commit(changes)

    def _waiting_changes(self) -> list[_Change]:
        """Take the changes that wait, but for those that nobody waits for any more; the others can no longer be cancelled."""
        changes = [self._changes.popleft() for _ in range(len(self._changes))]
        return [change for change in changes if change.future.set_running_or_notify_cancel()]

    def _commit(self, changes: list[_Change]) -> None:
        """Make the changes in one transaction; if one of them fails, again with a savepoint for each, which takes longer."""
        try:
            with self.writing() as session:
                results = [change.make(session) for change in changes]
        except Exception as error:
            if len(changes) == 1 or isinstance(error, Unavailable | NoSpace):  # the fault of no change
                for change in changes:
                    change.future.set_exception(error)
            else:
                self._commit_right_ones(changes)
            return
        for change, result in zip(changes, results, strict=True):
            change.future.set_result(result)

    def _commit_right_ones(self, changes: list[_Change]) -> None:
        outcomes: list[tuple[_Change, Any, BaseException | None]] = []
        try:
            with self.writing() as session:
                for change in changes:
                    try:
                        with session.begin_nested():
                            outcomes.append((change, change.make(session), None))
                    except Exception as error:
                        outcomes.append((change, None, error))
        except Exception as error:
            outcomes = [(change, None, error) for change in changes]
        for change, value, problem in outcomes:
            if problem is None:
                change.future.set_result(value)
            else:
                change.future.set_exception(problem)

    def refuse_unusable(self) -> None:
        """Raise UsageError if a database of another process cannot be reached, or does not fit."""
        if not self.is_sqlite:
            postgresql.refuse_unusable(self._engine)

    def migrate(self) -> None:
        """Bring the tables to this version; raises UsageError if a newer version of the grader has made them."""
        with self._migrating() as connection:
            present = MigrationContext.configure(connection).get_current_revision()
            if present is not None and present not in revisions():
                raise UsageError(
                    f"The database was made by a newer version of the grader (its schema is {present}): update the grader."
                )
            command.upgrade(_alembic(connection), "head")

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """Yield a connection in a transaction that changes tables; an exception discards the changes.

        SQLite changes a table by making a new one and dropping the old one. With foreign keys, dropping it would also delete the
        rows of other tables that refer to it, so foreign keys are off meanwhile, and checked at the end.
        """
        engine = self._engine.execution_options(**{IS_WRITING: True, IS_MIGRATING: True})
        try:
            with _refusals(), engine.begin() as connection:
                yield connection
                if self.is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise UsageError("The tables cannot be migrated: rows refer to others that do not exist.")
        finally:
            self._engine.dispose()  # new connections have foreign keys again

    def revision(self) -> str | None:
        """Return the revision of the tables, None for an empty database."""
        with self._engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    @property
    def engine(self) -> Engine:
        """The engine, for backups and tests."""
        return self._engine

    def close(self) -> None:
        """Make the last changes, and close all connections."""
        self._writer.shutdown()
        self._engine.dispose()


class _Change:
    """A change that waits for the next commit, and the future for its result."""

    def __init__(self, function: Callable[[Session], Any]) -> None:
        self._function = function
        self._context = copy_context()
        self.future: Future[Any] = Future()

    def make(self, session: Session) -> Any:
        """Make the change in a session, and return its result."""
        return self._context.run(self._function, session)


def revisions() -> set[str]:
    """Return the revisions that this version of the grader knows."""
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


@cache
def newest_revision() -> str:
    """Return the revision of the tables in this version of the grader."""
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _engine(url: str) -> Engine:
    return postgresql.make_engine(url) if postgresql.is_address(url) else sqlite.make_engine(url)


@contextmanager
def _refusals() -> Iterator[None]:
    """Raise the refusal for a database that is busy or cannot be reached, or for a full disk."""
    try:
        yield
    except OperationalError as error:
        refusal = sqlite.refusal_of(error) if isinstance(error.orig, sqlite3.Error) else postgresql.refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error
    except PoolTimeout as error:
        raise Unavailable(_("The database is busy: try again."), retry_after=5) from error
