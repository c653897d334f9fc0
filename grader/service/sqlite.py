"""SQLite: one transaction writes at a time. It takes the lock of the database at its beginning, so that it never fails in the
middle because another one has written.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from ..support.i18n import _
from .errors import NoSpace, Refusal, Unavailable, is_full_disk
from .transaction_options import IS_MIGRATING, IS_REPEATABLE, IS_WRITING

BUSY_SECONDS = 10
CONNECTIONS = 15  # that stay open, because opening one takes longer than most requests need it


def make_engine(url: str) -> Engine:
    """Return the engine for a file."""
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        pool_size=CONNECTIONS,
        pool_use_lifo=True,
        hide_parameters=True,  # errors must not quote students
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's "begin" below is the only one
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get(IS_MIGRATING):
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # has no effect inside a transaction
        if options.get(IS_WRITING):
            synchronous = "NORMAL" if options.get(IS_REPEATABLE) else "FULL"
            connection.connection.cursor().execute(f"PRAGMA synchronous={synchronous}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:  # it waits for nobody, so it cannot fail
            connection.connection.cursor().execute("BEGIN")

    return engine


def refusal_of(error: OperationalError) -> Refusal | None:
    """Return the refusal for a database that is locked, or for a full disk; None for a mistake of the grader."""
    message = str(error.orig)
    if "locked" in message or "busy" in message:
        return unavailable()
    return NoSpace() if is_full_disk(error) else None


def unavailable() -> Unavailable:
    """Return the refusal for a database that somebody else uses for too long."""
    return Unavailable(_("The database is in use by another program: try again."), retry_after=5)
