"""PostgreSQL: several processes on several machines use one database. psycopg is imported only here, and only for such a database.

Transactions that look before they write, such as an upload with its limits, take one lock of the whole database, so that they have
the same meaning as on SQLite. Workers do without it: they lock the rows that they claim, and skip those that others have locked.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from ..machine import distribution
from ..support.errors import UsageError
from ..support.i18n import _
from .errors import NoSpace, Refusal, Unavailable
from .transaction_options import IS_MIGRATING, IS_REPEATABLE, IS_WRITING

DRIVER = "postgresql+psycopg"
NAMES = ("postgresql", "postgres", DRIVER)
EXAMPLE = f"{DRIVER}://grader@db.example.org/grader"
OLDEST = 14
BUSY_SECONDS = 10
CONNECT_SECONDS = 10
CONNECTIONS, MORE_CONNECTIONS = 10, 5  # of one process; a server of PostgreSQL allows 100 by default
WRITE_LOCK = 7_236_001  # any number that no other program uses in this database
DISK_FULL = "53100"
BUSY = ("55P03", "40P01", "40001")  # a lock was not available, deadlock, serialisation
GONE = ("08", "53", "57P")  # connection, resources, shutdown: the beginnings of states


def is_address(url: str) -> bool:
    """Return whether this is the address of a PostgreSQL database, as far as its beginning says."""
    return url.partition(":")[0] in NAMES


def url_of(address: str) -> URL:
    """Return the address for SQLAlchemy; raises UsageError for another kind of database, and without the driver."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):  # its message may quote the password
        raise UsageError(f"The address of the database cannot be read: write it like {EXAMPLE}.") from None
    if url.drivername not in NAMES or not url.database:
        raise UsageError(f"The database must be one of PostgreSQL, with an address like {EXAMPLE}.")
    if importlib.util.find_spec("psycopg") is None:
        raise UsageError(f"A PostgreSQL database needs one more package: run {distribution.command('postgresql')}.")
    return url.set(drivername=DRIVER)


def make_engine(address: str) -> Engine:
    """Return the engine for an address. Connections are made later, see :func:`refuse_unusable`. Raises UsageError."""
    url = url_of(address)
    from psycopg.types.string import StrDumper, StrDumperUnknown

    class WithoutZeros(StrDumper):
        """Replaces the one character that PostgreSQL does not store."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    class UnknownWithoutZeros(StrDumperUnknown):
        """The same for values whose type the database finds out."""

        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    engine = create_engine(
        url,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "grader",
            "client_encoding": "utf8",
            "options": f"-c lock_timeout={BUSY_SECONDS}s -c timezone=UTC -c client_min_messages=warning",
        },
        pool_size=CONNECTIONS,
        max_overflow=MORE_CONNECTIONS,
        pool_timeout=BUSY_SECONDS,
        pool_pre_ping=True,
        pool_use_lifo=True,
        hide_parameters=True,  # errors must not quote students
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        for dumper in (WithoutZeros, UnknownWithoutZeros):
            connection.adapters.register_dumper(str, dumper)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        calls = []
        if options.get(IS_REPEATABLE):
            calls.append("set_config('synchronous_commit', 'off', true)")
        if options.get(IS_MIGRATING):
            calls.append("set_config('lock_timeout', '0', true)")  # another server may take long to make the tables
        if options.get(IS_WRITING):
            calls.append(f"pg_advisory_xact_lock({WRITE_LOCK})")
        if calls:
            connection.exec_driver_sql(f"SELECT {', '.join(calls)}")

    return engine


def refuse_unusable(engine: Engine) -> None:
    """Raise UsageError unless the database can be reached, is new enough and has the right encoding."""
    url = engine.url
    place = f"{url.database} at {url.host or 'this machine'}" + (f", port {url.port}" if url.port else "")
    try:
        with engine.connect() as connection:
            version: int = connection.connection.dbapi_connection.info.server_version  # type: ignore[union-attr]
            encoding = connection.exec_driver_sql("SHOW server_encoding").scalar()
    except OperationalError as error:
        raise UsageError(
            f"The database {place} cannot be used ({_reason(error)}): check the address, the user and the password, which may "
            "be in PGPASSWORD or in the file of PGPASSFILE."
        ) from None
    if version < OLDEST * 10_000:
        raise UsageError(
            f"The database {place} has PostgreSQL {version // 10_000}: the grader needs {OLDEST} or newer."
        )
    if encoding != "UTF8":
        raise UsageError(f"The database {place} has the encoding {encoding}: make it with the encoding UTF8.")


def _reason(error: OperationalError) -> str:
    """Return the last line of a message of PostgreSQL without the address, which is known."""
    lines = [line.strip() for line in str(error.orig).splitlines() if line.strip()]
    last = next(
        (line for line in reversed(lines) if "failed: " in line or "FATAL:" in line), (lines or ["no answer"])[-1]
    )
    return last.rpartition("failed: ")[2].rpartition("FATAL:")[2].strip().rstrip(".")


def refusal_of(error: OperationalError) -> Refusal | None:
    """Return the refusal for a database that is busy, stopped or without space; None for a mistake of the grader."""
    state = getattr(error.orig, "sqlstate", None)
    if state == DISK_FULL:
        return NoSpace()
    if state in BUSY:
        return Unavailable(_("The database is busy: try again."), retry_after=5)
    if state is None or state.startswith(GONE):
        return Unavailable(_("The database cannot be reached: try again in a minute."), retry_after=30)
    return None
