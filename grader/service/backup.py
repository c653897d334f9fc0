"""Backups: one zip file with a copy of the database and all files that its rows name. A server may run meanwhile."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..submission import files
from ..support.errors import UsageError
from ..support.text import plural
from ..version import __version__
from . import data_folder
from .data_folder import DATABASE
from .database import revisions
from .moments import now
from .service import Service

FORMAT = "grader.backup/1"
CONTENT = "backup.json"
BLOB = re.compile(r"blobs/([0-9a-f]{2})/(\1[0-9a-f]{62})")
CHUNK = 1 << 20
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
    """Blobs that rows name, but that are not in the data folder."""


def write(service: Service, path: Path) -> BackupContent:
    """Write a backup, which must not exist yet; only its owner may read it. Raises UsageError."""
    if path.exists():
        raise UsageError(f"{path} exists already: choose another name for the backup.")
    temporary = path.with_name(f".{path.name}.part")
    try:
        with (
            data_folder.keeping_blobs(service.configuration.data_dir),
            _private(temporary) as file,
            tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".backup-") as folder,
        ):
            copy = Path(folder, DATABASE)
            _copy_database(service.configuration.data_dir / DATABASE, copy)
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                archive.write(copy, DATABASE)
                content = _add_blobs(archive, service, copy)
                about = {"format": FORMAT, "grader": __version__, "created": now().isoformat(), **vars(content)}
                archive.writestr(CONTENT, json.dumps(about, indent=2))
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"The backup {path} cannot be written: {reason}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return content


def restore(path: Path, folder: Path) -> BackupContent:
    """Make a data folder from a backup; it must not exist, or be empty. Raises UsageError, and then nothing is changed."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty: restore into a new folder with --data-dir, or move the old one away.")
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}-"))
    except OSError as error:
        raise UsageError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    try:
        with zipfile.ZipFile(path) as archive:
            content = _unpack(archive, temporary)
        if folder.exists():
            folder.rmdir()
        os.rename(temporary, folder)
    except (*files.DAMAGED, OSError, ValueError, LookupError, TypeError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a complete backup"
        raise UsageError(f"{path} cannot be restored: {reason}.") from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
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
        content_of = _counts(connection)
    missing = 0
    for name in names:
        try:
            archive.writestr(f"blobs/{name[:2]}/{name}", service.blobs.get(name))
        except FileNotFoundError:
            missing += 1
    return BackupContent(**content_of, blobs=len(names) - missing, missing=missing)


def _unpack(archive: zipfile.ZipFile, folder: Path) -> BackupContent:
    """Write the parts of a backup into a folder, and check them; raises ValueError."""
    about = json.loads(archive.read(CONTENT))
    if about["format"] != FORMAT:
        raise UsageError(f"The backup has the format {about['format']}, which this version of the grader cannot read.")
    if about["revision"] not in revisions():
        raise UsageError("The backup was made by a newer version of the grader: update the grader.")
    with archive.open(DATABASE) as source, (folder / DATABASE).open("wb") as target:
        shutil.copyfileobj(source, target, CHUNK)
        os.fsync(target.fileno())
    count = 0
    for name in archive.namelist():
        match = BLOB.fullmatch(name)
        if match is None:
            continue
        blob = archive.read(name)
        if hashlib.sha256(blob).hexdigest() != match[2]:
            raise ValueError(name)
        path = folder / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(blob)
        count += 1
    with contextlib.closing(sqlite3.connect(folder / DATABASE)) as connection:
        if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
            raise ValueError("the database is damaged")
        missing = sum(not (folder / "blobs" / name[:2] / name).exists() for name in blob_names(connection))
        if missing != about["missing"]:
            raise ValueError("blobs are missing")
        return BackupContent(**_counts(connection), blobs=count, missing=missing)


def _copy_database(source: Path, target: Path) -> None:
    """Copy a database, in a state between two transactions."""
    with contextlib.closing(sqlite3.connect(source)) as old, contextlib.closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode=DELETE")  # one file


def _counts(connection: sqlite3.Connection) -> dict[str, Any]:
    def one(statement: str) -> Any:
        return connection.execute(statement).fetchone()[0]

    return {
        "revision": one("SELECT version_num FROM alembic_version"),
        "users": one('SELECT count(*) FROM "user"'),
        "submissions": one("SELECT count(*) FROM submission"),
    }
