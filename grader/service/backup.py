"""Backups: one zip file with a copy of the database and all files that its rows name. A server may run meanwhile.

The copy is an SQLite database, also of one in PostgreSQL, so that a backup can be restored into both.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy.exc import DBAPIError

from ..support.errors import UsageError
from ..support.text import plural
from ..version import __version__
from . import blob_lock, table_copy
from .blobs import place_of
from .data_folder import DATABASE
from .database import Database
from .moments import now
from .service import Service

FORMAT = "grader.backup/1"
CONTENT = "backup.json"
BLOB_COLUMNS = (("submission", "blob"), ("version", "blob"), ("result", "executed"), ("result", "source"))
"""The columns of all tables that name blobs."""


@dataclass(frozen=True)
class BackupContent:
    """The content of a backup."""

    revision: str
    users: int
    submissions: int
    blobs: int
    missing: int
    """Blobs that rows name, but that do not exist."""


def write(service: Service, path: Path) -> BackupContent:
    """Write a backup, which must not exist yet; only its owner may read it. Raises UsageError."""
    if path.exists():
        raise UsageError(f"{path} exists already: choose another name for the backup.")
    temporary = path.with_name(f".{path.name}.part")
    try:
        with (
            blob_lock.held(service),
            _private(temporary) as file,
            tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".backup-") as folder,
        ):
            copy = Path(folder, DATABASE)
            _copy_database(service, copy)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.write(copy, DATABASE)
                content = _add_blobs(archive, service, copy)
                about = {"format": FORMAT, "grader": __version__, "created": now().isoformat(), **vars(content)}
                archive.writestr(CONTENT, json.dumps(about, indent=2))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except (OSError, sqlite3.Error, DBAPIError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "orig", error)
        raise UsageError(f"The backup {path} cannot be written: {reason}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return content


def sentence(content: BackupContent, start: str) -> str:
    """Return a sentence about the content of a backup."""
    return f"{start} {plural(content.users, 'user')}, {plural(content.submissions, 'submission')} and {plural(content.blobs, 'file')}."


def blob_names(connection: sqlite3.Connection) -> set[str]:
    """Return the names of all blobs that a database refers to."""
    names: set[str] = set()
    for table, column in BLOB_COLUMNS:
        names |= {name for (name,) in connection.execute(f'SELECT DISTINCT {column} FROM "{table}"') if name}
    return names


@contextlib.contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that only its owner may read."""
    with open(path, "wb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW, 0o600)) as file:
        yield file


def _add_blobs(archive: zipfile.ZipFile, service: Service, copy: Path) -> BackupContent:
    with contextlib.closing(sqlite3.connect(copy)) as connection:
        names = sorted(blob_names(connection))
        content_of = counts(connection)
    missing = 0
    for name in names:
        try:
            archive.writestr(f"blobs/{place_of(name)}", service.blobs.get(name))
        except FileNotFoundError:
            missing += 1
    return BackupContent(**content_of, blobs=len(names) - missing, missing=missing)


def _copy_database(service: Service, target: Path) -> None:
    """Copy a database into a new one of SQLite, in a state between two transactions."""
    if service.database.is_sqlite:
        source = service.configuration.data_dir / DATABASE
        with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
            old.backup(new)
    else:
        copy = Database(f"sqlite:///{target}")
        try:
            copy.migrate()
            with table_copy.snapshot(service.database.engine) as source_rows, copy.writing() as session:
                table_copy.copy(source_rows, session.connection())
        finally:
            copy.close()
    with contextlib.closing(sqlite3.connect(target)) as new:
        new.execute("PRAGMA journal_mode=DELETE")  # one file


def counts(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the revision of a database, and how many users and submissions it has."""

    def one(statement: str) -> Any:
        return connection.execute(statement).fetchone()[0]

    return {
        "revision": one("SELECT version_num FROM alembic_version"),
        "users": one('SELECT count(*) FROM "user"'),
        "submissions": one("SELECT count(*) FROM submission"),
    }
