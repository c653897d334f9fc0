"""Copies all tables of a server into an empty database of PostgreSQL: in one transaction, so that a failure leaves it empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ..support.errors import UsageError
from . import postgresql, table_copy
from .data_folder import DATABASE
from .database import Database, newest_revision


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
            with table_copy.snapshot(old.engine) as rows, new.engine.begin() as writer:
                used = next((name for name, count in table_copy.counts_of(writer).items() if count), None)
                if used is not None:
                    raise UsageError(f"The target is not empty: its table {used} has rows. Choose a new database.")
                return sum(table_copy.copy(rows, writer, tell).values())
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
