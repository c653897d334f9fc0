"""Reads ``overrides.csv``: the marks and comments that an instructor writes in a spreadsheet or with ``grader override``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ..support import tables
from ..support.errors import UsageError
from ..support.tables import RawTable, TableRow
from ..support.text import clean
from .mark import Mark

NAME = "overrides.csv"
NEEDED = ("student", "check", "points")
OPTIONAL = ("comment", "by", "at", "sha256")
COLUMNS = (*NEEDED, *OPTIONAL)
OUT = "out"  # in the column ``points``: the check is taken out
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)")


@dataclass(frozen=True)
class Entry:
    """A line of the table: the mark, the ``student`` as written there, and the digest of the submission it is for, or ""."""

    line: int
    student: str
    mark: Mark
    sha256: str = ""

    @property
    def is_for_everybody(self) -> bool:
        """True if the mark is for all students."""
        return self.student == tables.EVERYBODY


def read(path: Path) -> list[Entry]:
    """Return the marks and comments of a table, without lines that contain neither.

    Raises UsageError, with file and line, if the table or a line of it is wrong.
    """
    return parse(tables.read_raw(path), str(path))


def rows_of(table: RawTable, path: str) -> list[TableRow]:
    """Return all rows of a table, also those that are not filled in; raises UsageError if a column or a student is missing."""
    return tables.rows_of(table, path, NEEDED, OPTIONAL, filled=("student",))


def parse(table: RawTable, path: str) -> list[Entry]:
    """Return the marks and comments of the table from the file at ``path``, as :func:`read` does."""
    entries = []
    for row in rows_of(table, path):
        try:
            is_out, points = read_points(row["points"])
            if is_out and not row["check"]:
                raise UsageError(f"'{OUT}' takes a check out, but the cell 'check' is empty: fill it in.")
        except UsageError as error:
            raise UsageError(f"{path}:{row.line}: {error}") from error
        if not is_out and points is None and not row["comment"]:
            continue
        mark = Mark(row["check"], points, row["comment"], row["by"], row["at"], is_out)
        entries.append(Entry(row.line, row["student"], mark, row["sha256"].lower()))
    return entries


def read_points(text: str) -> tuple[bool, float | None]:
    """Return whether a check is taken out, and the points, None for an empty text; raises UsageError for anything else."""
    if text.casefold() == OUT:
        return True, None
    if not text:
        return False, None
    if not NUMBER.fullmatch(text):
        raise UsageError(f"'{clean(text)}' is not a number of points: write a number, '{OUT}', or nothing.")
    points = float(text.replace(",", "."))
    if points < 0:
        raise UsageError(f"{clean(text)} points are less than 0: write a number from 0.")
    return False, points
