"""What a batch has found out so far, on disk: one SQLite file in its output folder."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from ..report.model import Report
from ..support import seeds
from ..support.errors import NotGradable, UsageError

FILE = "grading.sqlite"
LOCK = ".lock"
VERSION = 1


class Record(BaseModel):
    """The result of one student: a whole report, or the ``problem`` why nothing could be read, or how the grader's own
    process failed. ``basis`` tells what the report was made with besides files and assignment."""

    identity: str
    name: str
    sha256: str
    basis: str = ""
    report: Report | None = None
    problem: str = ""
    failure: str = ""
    timings: dict[str, float] = {}


class Store:
    """Results by student, each there whole or not at all, whenever the process is killed.

    A result has a key: a digest of all that it was made from. Where another key is wanted, it is made again.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store of an output folder and keep everybody else out; raises UsageError, NotGradable."""
        import fcntl  # here alone: folders can be compared on Windows as well

        self._is_new = not (folder / FILE).exists()
        try:
            if not folder.exists():
                folder.mkdir(parents=True, mode=0o700)  # marks are nobody else's business
            self._lock = open(folder / LOCK, "ab")  # noqa: SIM115, held until close
        except OSError as error:
            raise UsageError(
                f"{folder} cannot be written ({error.strerror}): choose another folder for --out."
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.close()
            raise UsageError(
                f"Another run is at work in {folder}: wait for its end, or choose another --out."
            ) from error
        except OSError as error:
            self._lock.close()
            raise UsageError(
                f"{folder} cannot be locked ({error.strerror}): choose a local folder for --out."
            ) from error
        self._folder = folder
        try:
            self._database = _connect(folder / FILE)
        except BaseException:
            self._lock.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        unused = self._is_new and kind is not None and issubclass(kind, (UsageError, NotGradable)) and self._is_empty()
        self.close()
        if unused:  # what cannot begin leaves nothing
            for file in (*self._folder.glob(f"{FILE}*"), self._folder / LOCK):
                file.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # there is something else in it
                self._folder.rmdir()

    def _is_empty(self) -> bool:
        """Whether there is no result yet."""
        return self._database.execute("SELECT 1 FROM results LIMIT 1").fetchone() is None

    def close(self) -> None:
        """Let others in again."""
        self._database.close()
        self._lock.close()

    def forget(self) -> None:
        """Begin anew: no result, no seed."""
        with self._writing() as database:
            database.execute("DELETE FROM results")
            database.execute("DELETE FROM notebooks")
            database.execute("DELETE FROM settings WHERE name = 'seed'")
            database.execute("DELETE FROM answers")

    def seed(self, given: int | None) -> int:
        """The seed of this batch: the given one, else that of the run before, else a new one, drawn."""
        with self._writing() as database:
            row = database.execute("SELECT value FROM settings WHERE name = 'seed'").fetchone()
            seed = given if given is not None else int(row[0]) if row else seeds.drawn()
            database.execute("INSERT OR REPLACE INTO settings VALUES ('seed', ?)", (str(seed),))
        return seed

    def written(self, name: str) -> str:
        """The digest of an import file as the last run wrote it, empty if none did."""
        row = self._database.execute("SELECT value FROM settings WHERE name = ?", (f"written {name}",)).fetchone()
        return str(row[0]) if row else ""

    def keep_written(self, name: str, digest: str) -> None:
        """Keep the digest of an import file."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (f"written {name}", digest))

    def key(self, identity: str) -> str | None:
        """The key of a student's result; None where there is no result."""
        row = self._database.execute("SELECT key FROM results WHERE identity = ?", (identity,)).fetchone()
        return row[0] if row else None

    def record(self, identity: str) -> Record | None:
        """The result of a student; None where there is none."""
        row = self._database.execute("SELECT record FROM results WHERE identity = ?", (identity,)).fetchone()
        return Record.model_validate_json(row[0]) if row else None

    def answers(self, key: str) -> bytes:
        """The reference's answers that are kept under ``key``, empty if there are none."""
        row = self._database.execute("SELECT answers FROM answers WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else b""

    def keep_answers(self, key: str, answers: bytes) -> None:
        """Keep these answers, and no others."""
        with self._writing() as database:
            database.execute("DELETE FROM answers WHERE key != ?", (key,))
            database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, answers))

    def executed(self, identity: str) -> bytes:
        """The executed notebook of a student, empty if there is none."""
        row = self._database.execute("SELECT executed FROM notebooks WHERE identity = ?", (identity,)).fetchone()
        return zlib.decompress(row[0]) if row else b""

    def put(self, key: str, record: Record, executed: bytes = b"") -> None:
        """Keep a result; when this returns, it is on disk."""
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO notebooks VALUES (?, ?)", (record.identity, zlib.compress(executed, level=1))
            )
            database.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
                (record.identity, key, record.model_dump_json(by_alias=True)),
            )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._database:
                yield self._database
        except sqlite3.Error as error:
            raise NotGradable(
                f"{self._folder / FILE} cannot be written ({error}): make room and run the same command again; "
                "what is graded already is kept."
            ) from error


def read(folder: Path) -> dict[str, Record]:
    """The results of a finished batch by student; raises UsageError where there are none."""
    file = folder / FILE
    if not file.is_file():
        raise UsageError(f"{folder} is no output folder of grader grade: it has no {FILE}.")
    left = folder / f"{FILE}-wal"  # by a killed run; it joins the file by writing
    if os.access(folder, os.W_OK) and os.access(file, os.W_OK):
        return _read(folder, file, "rw")
    if not left.exists():
        return _read(folder, file, "ro&immutable=1")
    with tempfile.TemporaryDirectory(prefix="grader-results-") as copy:
        try:
            for part in (file, left):
                shutil.copy(part, copy)
        except OSError as error:
            raise UsageError(f"{file} cannot be read ({error.strerror}).") from error
        return _read(folder, Path(copy, FILE), "rw")


def _read(folder: Path, file: Path, how: str) -> dict[str, Record]:
    try:
        database = sqlite3.connect(f"{file.resolve().as_uri()}?mode={how}", uri=True)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be opened ({error}).") from error
    try:
        rows = database.execute("SELECT record FROM results").fetchall()
        records = [Record.model_validate_json(row[0]) for row in rows]
    except (sqlite3.Error, ValueError) as error:
        if "locked" in str(error):
            raise UsageError(f"A run is at work in {folder}: wait for its end.") from error
        raise UsageError(f"{file} cannot be read ({type(error).__name__}): it is damaged.") from error
    finally:
        database.close()
    return {record.identity: record for record in records}


def _connect(file: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(file)
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be opened ({error}): choose another --out.") from error
    try:
        # A result then costs one wait for the disk, and without others no shared memory beside the file.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise UsageError(f"{file} was written by another version of the grader: choose another --out.")
        with database:
            database.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
            database.execute(
                "CREATE TABLE IF NOT EXISTS results (identity TEXT PRIMARY KEY, key TEXT NOT NULL, record TEXT NOT NULL)"
            )
            database.execute("CREATE TABLE IF NOT EXISTS notebooks (identity TEXT PRIMARY KEY, executed BLOB NOT NULL)")
            database.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answers BLOB NOT NULL)")
            database.execute(f"PRAGMA user_version = {VERSION}")
        os.chmod(file, 0o600)  # it holds the seed
    except (sqlite3.Error, OSError) as error:
        database.close()
        raise UsageError(f"{file} cannot be used ({error}): make room, or choose another --out.") from error
    return database
