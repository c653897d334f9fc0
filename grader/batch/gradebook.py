"""Rows with the results of a class, from which all gradebooks are written; and ``gradebook.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..support.atomic_files import write_whole
from ..support.text import clean
from . import spreadsheet
from .cells import number_cell, text_cell
from .existing_marks import ExistingMark, WrittenCell

BEFORE_CHECKS = ("student", "id", "status", "score", "max_score", "passed", "late", "penalty")
AFTER_CHECKS = ("submission", "earlier_attempts", "comment", "file", "grader", "assignment_digest", "seed_fingerprint")
NUMBERS = ("score", "max_score", "penalty", "automatic_score")  # and the checks
BY_HAND = ("automatic_score", "by_hand")  # at the end, in a class with marks or comments that a person gave
GROUP = "group"  # in front of AFTER_CHECKS, in a class with groups
DUE = "due"  # the same, in a class with extensions
PROVISIONAL = "provisional"  # the same, in a class with parts that a person has not marked yet
ATTEMPTS = ("attempt", "attempt_scores")  # the same, in a class with several attempts
SECTION = "section"  # the same, in a class with sections
OPTIONAL = (SECTION, GROUP, DUE, PROVISIONAL, *ATTEMPTS)


@dataclass(frozen=True)
class Row:
    """The row of one student in every gradebook.

    ``name`` and ``identity`` are the name and the id in the course system. ``status`` is ``graded``, ``not_gradable``,
    ``unreadable`` if the submission cannot be read, ``not_submitted``, ``excused``, or ``pending`` before grading. ``score`` is
    after late penalty and rounding, ``raw`` before; each is None if it is missing. ``late`` describes the lateness in
    words, ``penalty`` is the number of points taken off. ``checks`` maps each check to its score. ``attempts`` are
    the files of other attempts, ``attempt`` is the number of the one that counts, ``attempt_scores`` lists the scores of
    all. ``group`` names the students who handed in together, "" for a single student.
    ``provisional`` is true if a person has to mark a part of it, so that the score will rise.
    ``email`` and ``number`` help to find the student in the file of a course system. ``file`` is the graded file;
    ``grader``, ``assignment_digest`` and ``seed_fingerprint`` record how it was graded. ``automatic`` is the score without
    marks by hand, and ``by_hand`` names these, "" without any. ``due`` is the due date of a student with an extension.
    ``section`` names the part of the class, "" if it has no parts.
    """

    name: str
    identity: str
    status: str
    score: float | None
    raw: float | None
    max_score: float
    passed: bool
    late: str
    penalty: float
    comment: str
    checks: dict[str, float | None]
    submission: str
    attempts: list[str]
    file: str = ""
    grader: str = ""
    assignment_digest: str = ""
    seed_fingerprint: str = ""
    group: str = ""
    provisional: bool = False
    email: str = ""
    number: str = ""
    automatic: float | None = None
    by_hand: str = ""
    due: str = ""
    attempt: str = ""
    attempt_scores: str = ""
    section: str = ""


@dataclass(frozen=True)
class FilledFile:
    """A course system's file with the scores entered, and the students without an entry.

    ``unmatched`` are students of the batch that are not in the file, ``without_submission`` are students of the file
    that are not in the batch, ``locked`` are students whose grade in the file must not change. ``notes`` are sentences
    for the instructor. ``existing`` are the marks and comments that the file had before, and ``written_cells`` those that
    this run filled in.
    """

    content: bytes
    unmatched: list[str]
    without_submission: list[str]
    locked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    existing: list[ExistingMark] = field(default_factory=list)
    written_cells: list[WrittenCell] = field(default_factory=list)


def write(rows: Sequence[Row], path: Path) -> None:
    """Write ``gradebook.csv``, one line per row, in the order of ``rows``, and the same table as ``gradebook.xlsx``."""
    checks = list(dict.fromkeys(name for row in rows for name in row.checks))
    reserved_names = {*BEFORE_CHECKS, *OPTIONAL, *AFTER_CHECKS, *BY_HAND}
    optional_cells = [_optional(row) for row in rows]
    optional_columns = [column for column in OPTIONAL if any(cells[column] for cells in optional_cells)]
    has_marks = any(row.by_hand for row in rows)
    titles = [text_cell(f"check {name}" if name in reserved_names else name) for name in checks]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*BEFORE_CHECKS, *titles, *optional_columns, *AFTER_CHECKS, *(BY_HAND if has_marks else ())])
    for row, cells in zip(rows, optional_cells, strict=True):
        marks = [number_cell(row.automatic), text_cell(row.by_hand)] if has_marks else []
        writer.writerow([*_line(row, checks, [cells[column] for column in optional_columns]), *marks])
    write_whole(path, table.getvalue().encode())
    _write_spreadsheet(table.getvalue(), {*NUMBERS, *titles}, path.with_suffix(".xlsx"))


def _write_spreadsheet(table: str, numeric: Collection[str], path: Path) -> None:
    titles, *lines = csv.reader(io.StringIO(table, newline=""))
    write_whole(path, spreadsheet.workbook(titles, lines, numeric))


def ungraded(rows: Sequence[Row]) -> list[str]:
    """Return a sentence about the students without a score, whose grades stay as they are; [] if all have a score."""
    names = [clean(row.name) for row in rows if row.score is None and row.status != "excused"]
    return [f"Without a score, so their grades are unchanged: {', '.join(names)}."] if names else []


def _optional(row: Row) -> dict[str, str]:
    """Return the cells of the optional columns."""
    return {
        SECTION: row.section,
        GROUP: row.group,
        DUE: row.due,
        PROVISIONAL: "yes" if row.provisional else "",
        "attempt": row.attempt,
        "attempt_scores": row.attempt_scores,
    }


def _line(row: Row, checks: Sequence[str], optional_cells: Sequence[str]) -> list[str]:
    passed = ""
    if row.score is not None:
        passed = "yes" if row.passed else "no"
    return [
        text_cell(row.name),
        text_cell(row.identity),
        text_cell(row.status),
        number_cell(row.score),
        number_cell(row.max_score),
        passed,
        text_cell(row.late),
        number_cell(row.penalty),
        *(number_cell(row.checks.get(check)) for check in checks),
        *map(text_cell, optional_cells),
        text_cell(row.submission),
        text_cell("; ".join(row.attempts)),
        text_cell(row.comment),
        text_cell(row.file),
        text_cell(row.grader),
        text_cell(row.assignment_digest),
        text_cell(row.seed_fingerprint),
    ]
