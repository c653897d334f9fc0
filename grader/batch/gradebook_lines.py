"""Reads ``gradebook.csv`` again: the scores and comments of a class, as its output folder or the desk of a server has them."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from ..support.errors import UsageError
from .cells import read_number, text_of_cell

NAME = "gradebook.csv"
COLUMNS = ("student", "id", "status", "score", "max_score", "comment")


@dataclass(frozen=True)
class GradebookRow:
    """The line of one person; ``score`` is None without one. See :class:`grader.batch.gradebook.Row`."""

    name: str
    identity: str
    status: str
    score: float | None
    max_score: float
    comment: str
    group: str = ""
    is_provisional: bool = False
    email: str = ""
    number: str = ""

    @property
    def is_excused(self) -> bool:
        """Whether the person is excused."""
        return self.status == "excused"


def read(path: Path) -> list[GradebookRow]:
    """Return the lines of a gradebook, in its order; raises UsageError for a file that is not one."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not in UTF-8"
        raise UsageError(f"{path} cannot be read ({reason}): give a folder that 'grader grade' has written.") from error
    rows = list(csv.reader(io.StringIO(text, newline="")))
    titles = rows[0] if rows else []
    missing = [column for column in COLUMNS if column not in titles]
    if missing:
        raise UsageError(
            f"{path} has no column '{missing[0]}': give the gradebook.csv as the grader wrote it, not a changed copy."
        )
    cells = [dict(zip(titles, map(text_of_cell, row), strict=False)) for row in rows[1:] if any(row)]
    return [_line(path, number, row) for number, row in enumerate(cells, start=2)]


def _line(path: Path, number: int, row: dict[str, str]) -> GradebookRow:
    score, max_score = read_number(row.get("score", "")), read_number(row.get("max_score", ""))
    if (score is None and row.get("score")) or max_score is None:
        raise UsageError(f"{path}, row {number}: the score is not a number. Run the same 'grader grade' command again.")
    return GradebookRow(
        row["student"],
        row["id"],
        row["status"],
        score,
        max_score,
        row.get("comment", ""),
        row.get("group", ""),
        row.get("provisional") == "yes",
    )
