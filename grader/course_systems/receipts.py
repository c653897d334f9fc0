"""Remembers everything that was returned to a course system, next to the gradebook: a mark of the grader may be replaced, one of a person not."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ..batch.cells import text_cell
from ..batch.existing_marks import Kind, WrittenCell
from ..support.atomic_files import write_whole
from ..support.errors import UsageError

FILE = "returned.sqlite"
TABLE = "returned.csv"
CREATE = (
    "CREATE TABLE IF NOT EXISTS sent (number INTEGER PRIMARY KEY, page TEXT NOT NULL, identity TEXT NOT NULL, "
    "name TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL)"
)


class Receipts:
    """Everything that was sent to one assignment. Each entry is on disk when :meth:`keep` returns, even if the process is killed then."""

    def __init__(self, folder: Path, page: str, for_sending: bool) -> None:
        """Open the receipts for the assignment with the address ``page``, and lock them ``for_sending``.

        Raises UsageError if another run sends now, or the folder cannot be written.
        """
        self._folder = folder
        self._page = page
        file = folder / FILE
        place = str(file) if for_sending or file.exists() else ":memory:"
        try:
            self._database = sqlite3.connect(place, timeout=0, isolation_level=None)
            if for_sending:
                file.chmod(0o600)
                self._database.execute("PRAGMA locking_mode = EXCLUSIVE")
                self._database.execute("PRAGMA synchronous = FULL")
                self._database.execute("BEGIN EXCLUSIVE")
                self._database.execute(CREATE)
                self._database.execute("COMMIT")
            elif place == ":memory:":
                self._database.execute(CREATE)
            self._database.execute("SELECT 1 FROM sent LIMIT 1").fetchall()
        except (sqlite3.Error, OSError) as error:
            if "locked" in str(error):
                raise UsageError(f"Another run returns marks from {folder}: wait until it ends.") from error
            raise UsageError(f"{file} cannot be used ({error}): make {folder} writable.") from error

    def close(self) -> None:
        """Close the receipts."""
        self._database.close()

    def earlier(self) -> list[WrittenCell]:
        """Return (identity, kind, text) of everything that was sent, the oldest first."""
        query = "SELECT identity, kind, text FROM sent WHERE page = ? ORDER BY number"
        return self._database.execute(query, (self._page,)).fetchall()

    def keep(self, identity: str, name: str, cells: Sequence[tuple[Kind, str]]) -> None:
        """Record the cells that were sent for a person, whose id in the course system is ``identity``."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._database.execute("BEGIN")
        for kind, text in cells:
            values = (self._page, identity, name, kind, text, now)
            self._database.execute(
                "INSERT INTO sent (page, identity, name, kind, text, at) VALUES (?, ?, ?, ?, ?, ?)", values
            )
        self._database.execute("COMMIT")

    def write_table(self) -> Path:
        """Write the receipts as a table for people, and return its path."""
        table = io.StringIO()
        writer = csv.writer(table, lineterminator="\n")
        writer.writerow(["student", "id", "what", "sent", "at", "assignment"])
        rows = self._database.execute("SELECT name, identity, kind, text, at, page FROM sent ORDER BY number")
        writer.writerows([text_cell(str(cell)) for cell in row] for row in rows)
        path = self._folder / TABLE
        write_whole(path, table.getvalue().encode(errors="replace"))
        return path
