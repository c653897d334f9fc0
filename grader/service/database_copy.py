"""Copies all tables of a server into an empty database of PostgreSQL: in one transaction, so that a failure leaves it empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, insert, select, text
from sqlalchemy import Table as SqlTable
from sqlalchemy.exc import DBAPIError

from ..support.errors import UsageError
from . import postgresql
from .data_folder import DATABASE
from .database import Database, newest_revision
from .tables import Audit, Table, table_of

AT_ONCE = 1000  # rows


def address_of(source: str) -> str:
    """Return the address of a database that is named by its address, its SQLite file or its data folder. Raises UsageError."""
    if postgresql.is_address(source) or source.startswith("sqlite:///"):
        return source
    path = Path(source)
    path = path / DATABASE if path.is_dir() else path
    if not path.is_file():
        raise UsageError(f"{source} is neither a data folder of a server nor the address of a database.")
    return f"sqlite:///{path.absolute()}"


def copy(source: str, target: str, tell: Callable[[str, int], None]) -> int:
    """Copy all rows from one address to another, and return their number; ``tell`` gets each table with its number of rows.

    Nobody may write to the source meanwhile. Raises UsageError for tables of another version, for a target with rows, and if the
    numbers of rows differ afterwards; then the target has no rows.
    """
    if not postgresql.is_address(target):
        raise UsageError(f"The target must be a PostgreSQL database, with an address like {postgresql.EXAMPLE}.")
    with _opened(source) as old, _opened(target) as new:
        revision = old.revision()
        if revision != newest_revision():
            raise UsageError(
                f"The tables to copy have version {revision or 'none'}, not {newest_revision()}: run 'grader serve migrate' first."
            )
        new.migrate()
        try:
            with old.engine.connect() as reader, new.engine.begin() as writer:
                return _copy_tables(reader, writer, tell)
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise UsageError(f"The tables cannot be copied ({reason}); the target is empty, as before.") from error


@contextmanager
def _opened(address: str) -> Iterator[Database]:
    database = Database(address)
    try:
        database.refuse_unusable()
        yield database
    finally:
        database.close()


def _copy_tables(reader: Connection, writer: Connection, tell: Callable[[str, int], None]) -> int:
    tables = Table.metadata.sorted_tables  # those that others refer to are first
    for table in tables:
        if _count(writer, table):
            raise UsageError(f"The target is not empty: its table {table.name} has rows. Choose a new database.")
    total = 0
    for table in tables:
        for rows in reader.execution_options(yield_per=AT_ONCE).execute(select(table)).mappings().partitions():
            writer.execute(insert(table), [dict(row) for row in rows])
        counts = _count(reader, table), _count(writer, table)
        if counts[0] != counts[1]:
            raise UsageError(
                f"{counts[1]} of {counts[0]} rows of the table {table.name} were copied: stop the server, try again."
            )
        tell(table.name, counts[1])
        total += counts[1]
    _renew_counter(writer)
    return total


def _count(connection: Connection, table: SqlTable) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _renew_counter(writer: Connection) -> None:
    """Let new rows of the audit have numbers after those that were copied."""
    last = writer.scalar(select(func.max(table_of(Audit).c.id)))
    if last is not None:
        writer.execute(text("SELECT setval(pg_get_serial_sequence('audit', 'id'), :last)"), {"last": last})
