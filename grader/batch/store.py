"""Stores the results of a batch on disk, in one SQLite file in its output folder."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from ..report.model import Report
from ..support import seeds
from ..support.errors import NotGradable, UsageError

FILE = "grading.sqlite"
LOCK = ".lock"
VERSION = 1
NAMES = "names"  # a setting: "shown" or "hidden"; a folder in which they were shown may contain them anywhere
WRITTEN = "written "  # in front of the name of a file, in the table of settings
INSERT_PAGE = "INSERT OR REPLACE INTO pages (name, identity, who, note, marks, report) VALUES (?, ?, ?, ?, ?, ?)"
SELECT_PAGES = """
SELECT pages.name, pages.identity, pages.who, note, marks, report, COALESCE(record, ''), COALESCE(executed, x''),
    COALESCE(written.key, ''), COALESCE(digests, ''), COALESCE(digest, ''), {files},
    before.name, before.who, after.name, after.who
FROM pages LEFT JOIN results USING (identity) LEFT JOIN notebooks USING (identity) LEFT JOIN sources USING (identity)
    LEFT JOIN written ON written.name = pages.name LEFT JOIN places ON places.name = pages.name
    LEFT JOIN places AS before ON before.position = places.position - 1
    LEFT JOIN places AS after ON after.position = places.position + 1
"""


class Record(BaseModel):
    """The result of one student: a report, the ``problem`` if the submission cannot be read, or the grader's ``failure``.

    ``basis`` is a digest of everything the report depends on, apart from the submission and the assignment.
    """

    identity: str
    name: str
    sha256: str
    basis: str = ""
    report: Report | None = None
    problem: str = ""
    failure: str = ""
    timings: dict[str, float] = {}


@dataclass(frozen=True)
class Page:
    """The page of a person: everything that it shows besides the report on the submission ``identity``.

    ``name`` is the name of the person's files without an ending, ``who`` the name that the page shows, ``note`` a
    sentence about the score, ``marks`` the JSON of the marks by hand. ``report`` is the JSON of the report on a submission
    without a stored one, for example if nothing was handed in.
    """

    name: str
    identity: str
    who: str
    note: str = ""
    marks: str = ""
    report: str = ""


class ListedPerson(NamedTuple):
    """A person in the order of the class page: the name of the person's files, and the name that a page shows."""

    name: str
    who: str


@dataclass(frozen=True)
class StoredPage:
    """A page, the JSON of its :class:`Record` ("" without one), the executed notebook (compressed), and digests of the last written files.

    ``key`` and ``digests`` are those that :meth:`Store.keep_written_pages` got, "" if the files were never written.
    ``source`` are the submitted files with the digest ``source_digest``, b"" if an earlier version stored the result.
    ``previous`` and ``following`` are the people before and after this one, None at the ends.
    """

    page: Page
    record: str
    executed: bytes
    key: str
    digests: str
    source_digest: str
    source: bytes
    previous: ListedPerson | None
    following: ListedPerson | None

    def notebook(self) -> bytes:
        """Return the executed notebook, b"" without one."""
        return zlib.decompress(self.executed) if self.executed else b""

    def report(self) -> Report | None:
        """Return the report without marks by hand: the page's own, else the stored one; None if neither exists."""
        if self.page.report:
            return Report.model_validate_json(self.page.report)
        return Record.model_validate_json(self.record).report


class Store:
    """Results by student. Each is stored completely or not at all, even if the process is killed.

    A result has a key: a digest of everything it was made from. If the key changes, the submission is graded again.
    """

    def __init__(self, folder: Path) -> None:
        """Open the store of an output folder and lock it; raises UsageError, NotGradable."""
        import fcntl  # imported here, because output folders can also be compared on Windows

        self._is_new = not (folder / FILE).exists()
        try:
            if not folder.exists():
                folder.mkdir(parents=True, mode=0o700)  # marks are private
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
                f"Another run is using {folder}: wait until it ends, or choose another folder for --out."
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
        is_unused = (
            self._is_new and kind is not None and issubclass(kind, (UsageError, NotGradable)) and self._is_empty()
        )
        self.close()
        if is_unused:  # a run that cannot start leaves no files behind
            for file in (*self._folder.glob(f"{FILE}*"), self._folder / LOCK):
                file.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # the folder contains other files
                self._folder.rmdir()

    def _is_empty(self) -> bool:
        """True if there are no results yet."""
        return self._database.execute("SELECT 1 FROM results LIMIT 1").fetchone() is None

    def close(self) -> None:
        """Close the store, and release the lock."""
        self._database.close()
        self._lock.close()

    def forget(self) -> None:
        """Delete all results, notebooks and answers, and the seed."""
        with self._writing() as database:
            database.execute("DELETE FROM results")
            database.execute("DELETE FROM notebooks")
            database.execute("DELETE FROM sources")
            database.execute("DELETE FROM settings WHERE name = 'seed'")
            database.execute("DELETE FROM answers")
            database.execute("DELETE FROM pages")
            database.execute("DELETE FROM places")

    def seed(self, requested_seed: int | None) -> int:
        """Return the seed of this batch: ``requested_seed``, else the seed of the previous run, else a new random one."""
        with self._writing() as database:
            row = database.execute("SELECT value FROM settings WHERE name = 'seed'").fetchone()
            seed = requested_seed
            if seed is None:
                seed = int(row[0]) if row else seeds.random_seed()
            database.execute("INSERT OR REPLACE INTO settings VALUES ('seed', ?)", (str(seed),))
        return seed

    def written(self, name: str) -> str:
        """Return the digest of a file as an earlier run wrote it, "" if none did (see :mod:`grader.batch.written_files`)."""
        return self.setting(f"{WRITTEN}{name}")

    def written_names(self) -> list[str]:
        """Return the names of all files whose digests are stored."""
        rows = self._database.execute("SELECT name FROM settings WHERE name GLOB ?", (f"{WRITTEN}*",))
        return [str(name).removeprefix(WRITTEN) for (name,) in rows]

    def keep_written(self, digests: Mapping[str, str]) -> None:
        """Store {name: digest} of files."""
        with self._writing() as database:
            values = [(f"{WRITTEN}{name}", digest) for name, digest in digests.items()]
            database.executemany("INSERT OR REPLACE INTO settings VALUES (?, ?)", values)

    def forget_written(self, name: str) -> None:
        """Delete the digest of a file."""
        with self._writing() as database:
            database.execute("DELETE FROM settings WHERE name = ?", (f"{WRITTEN}{name}",))

    def written_cells(self, file: str) -> list[tuple[str, str, str]]:
        """Return (identity, kind, text) of the cells that earlier runs filled in an import file."""
        return self._database.execute("SELECT identity, kind, text FROM cells WHERE file = ?", (file,)).fetchall()

    def keep_written_cells(self, file: str, cells: Iterable[tuple[str, str, str]]) -> None:
        """Add cells that were filled in an import file."""
        with self._writing() as database:
            rows = [(file, *cell) for cell in cells]
            database.executemany("INSERT OR IGNORE INTO cells VALUES (?, ?, ?, ?)", rows)

    def setting(self, name: str) -> str:
        """Return what :meth:`keep_setting` stored under a name, "" if it stored nothing."""
        row = self._database.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def keep_setting(self, name: str, value: str) -> None:
        """Store a text under a name."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    def has_names(self) -> bool:
        """Return whether a run with the names of the students has used this folder."""
        setting = self.setting(NAMES)
        return setting == "shown" or (not setting and not self._is_empty())

    def key(self, identity: str) -> str | None:
        """Return the key of a student's result, or None."""
        row = self._database.execute("SELECT key FROM results WHERE identity = ?", (identity,)).fetchone()
        return row[0] if row else None

    def record(self, identity: str) -> Record | None:
        """Return the result of a student, or None."""
        row = self._database.execute("SELECT record FROM results WHERE identity = ?", (identity,)).fetchone()
        return Record.model_validate_json(row[0]) if row else None

    def keep_only(self, identities: Collection[str]) -> None:
        """Delete the results, notebooks and files of everybody else."""
        others = [row for row in self._database.execute("SELECT identity FROM results") if row[0] not in identities]
        with self._writing() as database:
            for table in ("results", "notebooks", "sources"):
                database.executemany(f"DELETE FROM {table} WHERE identity = ?", others)

    def answers(self, key: str) -> bytes:
        """Return the reference's answers stored under ``key``, b"" if there are no answers."""
        row = self._database.execute("SELECT answers FROM answers WHERE key = ?", (key,)).fetchone()
        return bytes(row[0]) if row else b""

    def keep_answers(self, key: str, answers: bytes) -> None:
        """Store these answers, and delete all others."""
        with self._writing() as database:
            database.execute("DELETE FROM answers WHERE key != ?", (key,))
            database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?)", (key, answers))

    def put(
        self, key: str, record: Record, executed: bytes = b"", pages: Sequence[Page] = (), source: bytes = b""
    ) -> None:
        """Store a result, the pages that show it and its submitted files; all is on disk when this returns."""
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO notebooks VALUES (?, ?)", (record.identity, zlib.compress(executed, level=1))
            )
            database.execute(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
                (record.identity, key, record.model_dump_json(by_alias=True)),
            )
            database.execute(
                "INSERT OR REPLACE INTO sources VALUES (?, ?, ?)",
                (record.identity, hashlib.sha256(source).hexdigest(), source),
            )
            database.execute("DELETE FROM pages WHERE identity = ?", (record.identity,))
            database.executemany(INSERT_PAGE, map(astuple, pages))

    def page_settings(self) -> str:
        """Return the settings that all pages share, "" before the first run."""
        return self.setting("pages")

    def keep_page_settings(self, settings: str, complete: bool) -> None:
        """Store the settings that all pages share, and whether the gradebooks are ``complete``: with all stored results."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO settings VALUES ('pages', ?)", (settings,))
            database.execute("INSERT OR REPLACE INTO settings VALUES ('complete', ?)", (str(complete),))

    def recipients(self) -> str:
        """Return the people who get feedback (:class:`grader.batch.recipients.Recipients`), "" before the first run."""
        return self.setting("recipients")

    def keep_recipients(self, recipients: str) -> None:
        """Store the people who get feedback, as JSON."""
        self.keep_setting("recipients", recipients)

    def sent(self) -> set[tuple[str, str, str]]:
        """Return (identity, address, digest of the result) of all mails that were sent."""
        return set(self._database.execute("SELECT identity, address, result FROM sent").fetchall())

    def keep_sent(self, identity: str, address: str, result: str) -> None:
        """Record a mail that was sent; it is on disk when this returns."""
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO sent VALUES (?, ?, ?)", (identity, address, result))

    def is_complete(self) -> bool:
        """True if the gradebooks contain all stored results."""
        return self.setting("complete") == str(True)

    def keep_pages(self, pages: Sequence[Page]) -> None:
        """Store the pages of the whole class, in its order, which replace all others."""
        self.keep_places([ListedPerson(page.name, page.who) for page in pages])
        with self._writing() as database:
            database.execute("DELETE FROM pages")
            database.executemany(INSERT_PAGE, map(astuple, pages))
            database.execute("DELETE FROM written WHERE name NOT IN (SELECT name FROM pages)")

    def keep_places(self, places: Sequence[ListedPerson]) -> None:
        """Store the order of the class: the people who have a page, or may get one."""
        with self._writing() as database:
            database.execute("DELETE FROM places")
            database.executemany(
                "INSERT INTO places VALUES (?, ?, ?)", [(number, *place) for number, place in enumerate(places)]
            )

    def pages(self, names: Sequence[str] | None = None) -> Iterator[StoredPage]:
        """Yield all pages, but without their submitted files, which may be large; or those with these ``names``, complete."""
        database = self._database
        if names is None:
            rows: Iterable[Any] = database.execute(SELECT_PAGES.format(files="x''"))
        else:
            complete = SELECT_PAGES.format(files="COALESCE(files, x'')")
            rows = (row for name in names for row in database.execute(f"{complete} WHERE pages.name = ?", (name,)))
        for name, identity, who, note, marks, report, *values in rows:
            neighbours = [ListedPerson(*pair) if pair[0] else None for pair in (values[-4:-2], values[-2:])]
            yield StoredPage(Page(name, identity, who, note, marks, report), *values[:-4], *neighbours)

    def sources(self) -> Iterator[tuple[str, bytes]]:
        """Yield (identity, submitted files) of each result that has files, in the order of the identities."""
        yield from self._database.execute("SELECT identity, files FROM sources WHERE files != x'' ORDER BY identity")

    def change_pages(self, new_pages: Iterable[Page]) -> None:
        """Replace the pages that have the names of these."""
        with self._writing() as database:
            database.executemany(INSERT_PAGE, map(astuple, new_pages))

    def page_count(self) -> int:
        """Return the number of pages."""
        (count,) = self._database.execute("SELECT COUNT(*) FROM pages").fetchone()
        return int(count)

    def keep_written_pages(self, written_pages: Sequence[tuple[str, str, str]]) -> None:
        """Store (name, key, digests) of pages that were written: the digest of their sources, and that of the files."""
        with self._writing() as database:
            database.executemany("INSERT OR REPLACE INTO written VALUES (?, ?, ?)", written_pages)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._database:
                yield self._database
        except sqlite3.Error as error:
            raise NotGradable(
                f"{self._folder / FILE} cannot be written ({error}). All results so far are kept: free some space, and "
                "run the same command again."
            ) from error


def earlier_version(folder: Path) -> UsageError:
    """Return the error for an output folder that lacks values which this version needs."""
    return UsageError(f"{folder} was written by an earlier version: run the same 'grader grade' command again.")


def refuse_without_results(folder: Path) -> None:
    """Raise UsageError if a folder has no stored results."""
    if not (folder / FILE).is_file():
        raise UsageError(f"{folder} is not an output folder of grader grade: {FILE} is missing.")


def read(folder: Path) -> dict[str, Record]:
    """Return {identity: result} of a finished batch; raises UsageError if the folder has no results."""
    refuse_without_results(folder)
    file = folder / FILE
    write_ahead_log = folder / f"{FILE}-wal"  # from a killed run; opening the database for writing merges it
    if os.access(folder, os.W_OK) and os.access(file, os.W_OK):
        return _read(folder, file, "rw")
    if not write_ahead_log.exists():
        return _read(folder, file, "ro&immutable=1")
    with tempfile.TemporaryDirectory(prefix="grader-results-") as copy:
        try:
            for part in (file, write_ahead_log):
                shutil.copy(part, copy)
        except OSError as error:
            raise UsageError(f"{file} cannot be read ({error.strerror}).") from error
        return _read(folder, Path(copy, FILE), "rw")


def _read(folder: Path, file: Path, mode: str) -> dict[str, Record]:
    try:
        database = sqlite3.connect(f"{file.resolve().as_uri()}?mode={mode}", uri=True)
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be opened ({error}).") from error
    try:
        rows = database.execute("SELECT record FROM results").fetchall()
        records = [Record.model_validate_json(row[0]) for row in rows]
    except (sqlite3.Error, ValueError) as error:
        if "locked" in str(error):
            raise UsageError(f"A run is using {folder}: wait until it ends.") from error
        raise UsageError(f"{file} cannot be read ({type(error).__name__}): it is damaged.") from error
    finally:
        database.close()
    return {record.identity: record for record in records}


def _connect(file: Path) -> sqlite3.Connection:
    try:
        database = sqlite3.connect(file)
    except sqlite3.Error as error:
        raise UsageError(f"{file} cannot be opened ({error}): choose another folder for --out.") from error
    try:
        # Storing a result then waits for the disk once, and the lock avoids a shared-memory file.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise UsageError(f"{file} was written by another version of the grader: choose another folder for --out.")
        with database:
            database.execute("CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
            database.execute(
                "CREATE TABLE IF NOT EXISTS results (identity TEXT PRIMARY KEY, key TEXT NOT NULL, record TEXT NOT NULL)"
            )
            database.execute("CREATE TABLE IF NOT EXISTS notebooks (identity TEXT PRIMARY KEY, executed BLOB NOT NULL)")
            database.execute(
                "CREATE TABLE IF NOT EXISTS sources "
                "(identity TEXT PRIMARY KEY, digest TEXT NOT NULL, files BLOB NOT NULL)"
            )
            database.execute(
                "CREATE TABLE IF NOT EXISTS places "
                "(position INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, who TEXT NOT NULL)"
            )
            database.execute("CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, answers BLOB NOT NULL)")
            database.execute(
                "CREATE TABLE IF NOT EXISTS pages "
                "(name TEXT PRIMARY KEY, identity TEXT NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL, "
                "marks TEXT NOT NULL DEFAULT '', report TEXT NOT NULL DEFAULT '')"
            )
            _add_columns(database, "pages", ("marks", "report"))
            database.execute(
                "CREATE TABLE IF NOT EXISTS written (name TEXT PRIMARY KEY, key TEXT NOT NULL, digests TEXT NOT NULL)"
            )
            database.execute(
                "CREATE TABLE IF NOT EXISTS cells (file TEXT NOT NULL, identity TEXT NOT NULL, kind TEXT NOT NULL, "
                "text TEXT NOT NULL, UNIQUE (file, identity, kind, text))"
            )
            database.execute(
                "CREATE TABLE IF NOT EXISTS sent (identity TEXT NOT NULL, address TEXT NOT NULL, result TEXT NOT NULL, "
                "UNIQUE (identity, address, result))"
            )
            database.execute(f"PRAGMA user_version = {VERSION}")
        os.chmod(file, 0o600)  # it contains the seed
    except (sqlite3.Error, OSError) as error:
        database.close()
        raise UsageError(
            f"{file} cannot be used ({error}): free some space, or choose another folder for --out."
        ) from error
    return database


def _add_columns(database: sqlite3.Connection, table: str, columns: Sequence[str]) -> None:
    """Add these columns of text to a table of an earlier version that lacks them."""
    existing = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
    for column in columns:
        if column not in existing:
            database.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT ''")
