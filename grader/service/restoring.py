"""Makes a data folder, a database and files from a backup; all of them must be new or empty."""

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
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from ..submission import files
from ..support.errors import UsageError
from . import backup, table_copy
from .backup import BackupContent
from .blob_store import blob_store
from .configuration import Configuration
from .data_folder import DATABASE
from .database import Database, revisions

BLOB = re.compile(r"blobs/([0-9a-f]{2})/(\1[0-9a-f]{62})")
CHUNK = 1 << 20


def restore(path: Path, configuration: Configuration) -> BackupContent:
    """Restore a backup to where a server with this configuration would look. Raises UsageError.

    After an error nothing is changed but files in another place than the data folder: a second try replaces them.
    """
    folder = configuration.data_dir
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty: restore into a new folder with --data-dir, or move the old one away.")
    with contextlib.ExitStack() as stack:
        database = _empty_database(configuration, stack) if configuration.database else None
        try:
            folder.absolute().parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=folder.absolute().parent, prefix=f".{folder.name}-"))
        except OSError as error:
            raise UsageError(f"The folder {folder} cannot be made: {error.strerror}.") from error
        stack.callback(shutil.rmtree, temporary, ignore_errors=True)
        try:
            with zipfile.ZipFile(path) as archive:
                content = _unpack(archive, temporary)
            _move_blobs(configuration, temporary / "blobs")
            if database is not None:
                _move_rows(temporary / DATABASE, database)
            if folder.exists():
                folder.rmdir()
            os.rename(temporary, folder)
        except (*files.DAMAGED, OSError, ValueError, LookupError, TypeError, sqlite3.Error, DBAPIError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is not a complete backup"
            raise UsageError(f"{path} cannot be restored: {reason}.") from error
    return content


def _empty_database(configuration: Configuration, stack: contextlib.ExitStack) -> Database:
    """Return the database of a configuration with empty tables of this version; raises UsageError if it has rows."""
    database = Database(configuration.database_url)
    stack.callback(database.close)
    database.refuse_unusable()
    database.migrate()
    with database.engine.connect() as connection:
        if any(table_copy.counts_of(connection).values()):
            raise UsageError("The database is not empty: restore into a new one, which no server has used.")
    return database


def _move_blobs(configuration: Configuration, folder: Path) -> None:
    """Move the files of a folder to the place of the configuration, unless the folder is that place."""
    if not configuration.blobs:
        return
    store = blob_store(configuration)
    store.check()
    for blob in folder.glob("??/*"):
        store.put(blob.read_bytes())
    shutil.rmtree(folder, ignore_errors=True)


def _move_rows(source: Path, target: Database) -> None:
    """Move the rows of an SQLite database, whose tables may be older, into an empty database; raises UsageError."""
    copy = Database(f"sqlite:///{source}")
    try:
        copy.migrate()
        with table_copy.snapshot(copy.engine) as rows, target.writing() as session:
            table_copy.copy(rows, session.connection())
    finally:
        copy.close()
    for path in source.parent.glob(f"{source.name}*"):  # and its log
        path.unlink()


def _unpack(archive: zipfile.ZipFile, folder: Path) -> BackupContent:
    """Write the parts of a backup into a folder, and check them; raises ValueError."""
    about = json.loads(archive.read(backup.CONTENT))
    if about["format"] != backup.FORMAT:
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
        missing = sum(not (folder / "blobs" / name[:2] / name).exists() for name in backup.blob_names(connection))
        if missing != about["missing"]:
            raise ValueError("blobs are missing")
        return BackupContent(**backup.counts(connection), blobs=count, missing=missing)
