"""Copies all rows of one database into another one with the same tables, of any kind; both are passed as connections in a transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, Integer, Table, func, insert, select, text

from ..support.errors import UsageError
from .database import TABLES
from .transaction_options import SNAPSHOT

AT_ONCE = 500  # rows: one has at most a report, and the answers of a seed may have some megabytes


@contextmanager
def snapshot(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that sees the rows of one moment, whatever others write meanwhile."""
    with engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection = connection.execution_options(**SNAPSHOT)
        with connection.begin():
            yield connection


def copy(
    source: Connection, target: Connection, tell: Callable[[str, int], None] = lambda table, count: None
) -> dict[str, int]:
    """Copy all rows into empty tables, and return the number of rows of each table, which ``tell`` gets as well.

    Raises UsageError if the target has another number of rows afterwards.
    """
    counts = {}
    for table in TABLES.sorted_tables:  # those that others refer to are first
        rows = source.execution_options(yield_per=AT_ONCE).execute(select(table))
        count = 0
        for part in rows.mappings().partitions():
            target.execute(insert(table), [dict(row) for row in part])
            count += len(part)
        present = _count(target, table)
        if present != count:
            raise UsageError(f"{present} of {count} rows of the table {table.name} were copied: try again.")
        _count_on(table, target)
        counts[table.name] = count
        tell(table.name, count)
    return counts


def counts_of(connection: Connection) -> dict[str, int]:
    """Return the number of rows of each table."""
    return {table.name: _count(connection, table) for table in TABLES.sorted_tables}


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _count_on(table: Table, target: Connection) -> None:
    """Let PostgreSQL give new rows numbers after those of the copied ones; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is None or not isinstance(column.type, Integer) or target.dialect.name == "sqlite":
        return
    highest = target.scalar(select(func.max(column)))
    if highest is not None:
        statement = text("SELECT setval(pg_get_serial_sequence(:name, :column), :highest)")
        target.execute(statement, {"name": f'"{table.name}"', "column": column.name, "highest": highest})
