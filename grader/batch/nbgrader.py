"""Writes the scores in the format of ``nbgrader export``."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from .cells import number_cell, text_cell
from .gradebook import Row

# The columns of nbgrader 0.9.6, in its order.
COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def grades(rows: Sequence[Row], assignment: str) -> bytes:
    """Return the content of ``grades.csv``. Unknown values are empty, as in nbgrader.

    Students without a score have an empty cell; nbgrader would write a zero.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = {
            "assignment": text_cell(assignment),
            "student_id": text_cell(row.identity),
            "raw_score": _points(row.raw),
            "late_submission_penalty": _points(row.penalty),
            "score": _points(row.score),
            "max_score": _points(row.max_score),
        }
        writer.writerow([values.get(title, "") for title in COLUMNS])
    return table.getvalue().encode()


def _points(value: float | None) -> str:
    """Return a number with at least one decimal, as nbgrader writes it; "" for None."""
    text = number_cell(value)
    return f"{text}.0" if text and "." not in text else text
