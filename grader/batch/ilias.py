"""Writes the scores as the status file of ILIAS, which the plugin ExerciseStatusFile imports.

The columns, their order, the values of ``status`` and the meaning of ``update`` (1: import this line) come from the
plugin's source (``class.ilPluginExAssignmentStatusFile.php``); an import into a running ILIAS has not been tested. The
plugin finds a student by ``usr_id`` only, and reads columns by position. ILIAS without the plugin imports feedback
files but no marks.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from ..support.errors import UsageError
from .cells import number_cell, text_cell
from .existing_marks import ExistingMarks, same
from .gradebook import FilledFile, Row, ungraded
from .matching import Student, missing, pair
from .roster import Roster, RosterEntry
from .sheet import CsvCell, CsvFile, read

WHAT = "The ILIAS status file"
COLUMNS = (
    "update",
    "usr_id",
    "login",
    "lastname",
    "firstname",
    "status",
    "mark",
    "notice",
    "comment",
    "plagiarism",
    "plag_comment",
)
DECIDED = ("passed", "failed")  # other values of ``status`` mean that nobody has marked the student


def fill(rows: Sequence[Row], status: bytes, marks: ExistingMarks | None = None) -> FilledFile:
    """Return the ``status.csv`` of the plugin's download with the scores of the batch; students are found by login.

    ``marks`` decides about lines with a mark or a comment; without it they are kept.
    Raises UsageError for any other file, including the one of a team exercise.
    """
    marks = marks or ExistingMarks()
    sheet = read(status, WHAT)
    lines = _lines(sheet)
    matches = _pair(rows, lines)
    changes = {
        _cell(title, lines[index]): text
        for index, row in sorted(matches.items())
        if row.score is not None
        for title, text in _changes(row, lines[index], marks).items()
    }
    absent_names = [_name(line) for index, line in enumerate(lines) if index not in matches]
    return FilledFile(
        sheet.changed(changes),
        missing(rows, matches),
        absent_names,
        notes=ungraded(list(matches.values())),
        existing=marks.entries,
        written_cells=marks.written_cells,
    )


def _changes(row: Row, line: Sequence[CsvCell], marks: ExistingMarks) -> dict[str, str]:
    """Return the new texts of a student's line by column: mark and status together, and the comment."""
    ours = _marks(row)
    changes: dict[str, str] = {}
    mark, status = (_cell(title, line).text.strip() for title in ("mark", "status"))
    existing = mark or (status if status in DECIDED else "")
    is_same = same("mark", mark, ours["mark"]) and status == ours["status"]
    if marks.may_write(row, "mark", existing, ours["mark"], is_same):
        changes |= {title: ours[title] for title in ("mark", "status")}
    if ours["comment"] and marks.may_write(row, "comment", _cell("comment", line).text, ours["comment"]):
        changes["comment"] = ours["comment"]
    return changes | {"update": ours["update"]} if changes else {}


def roster(status: bytes) -> Roster:
    """Return the students of the status file; raises UsageError as :func:`fill` does."""
    lines = _lines(read(status, WHAT))
    entries = [RosterEntry(_name(line), _cell("login", line).text) for line in lines]
    return Roster(entries, lambda people: _pair(people, lines))


def _lines(sheet: CsvFile) -> list[list[CsvCell]]:
    titles = [cell.text for cell in sheet.rows[0]] if sheet.rows else []
    if tuple(titles) != COLUMNS:
        raise UsageError(
            f"{WHAT} must have the columns {', '.join(COLUMNS)}: use status.csv from the multi-feedback download. "
            "Enter the marks of a team exercise by hand."
        )
    return sheet.rows[1:]


def _cell(title: str, line: Sequence[CsvCell]) -> CsvCell:
    return line[COLUMNS.index(title)]


def _name(line: Sequence[CsvCell]) -> str:
    return f"{_cell('firstname', line).text} {_cell('lastname', line).text}"


def _pair(students: Sequence[Student], lines: Sequence[Sequence[CsvCell]]) -> dict[int, Student]:
    """Match by login, else by number, which is right even if a login with ``_`` was read wrong."""
    return pair(
        students,
        lines,
        [
            (lambda student: student.identity, lambda line: _cell("login", line).text),
            (lambda student: student.number, lambda line: _cell("usr_id", line).text),
        ],
    )


def status_file(rows: Sequence[Row]) -> bytes:
    """Return a new ``status.csv`` for the students whose ``usr_id`` is part of their folder's name.

    The plugin skips the lines of the other students. First and last names stay empty: the plugin does not read them.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        match = re.search(rf"_{re.escape(row.identity)}_(\d+)(?:/|$)", row.submission)
        number = row.number or (match[1] if match else "")
        line = {"update": "0", "usr_id": number, "login": text_cell(row.identity)}
        if row.score is not None:
            line |= _marks(row) | {"update": "1" if number else "0"}
        writer.writerow([line.get(title, "") for title in COLUMNS])
    return table.getvalue().encode()


def _marks(row: Row) -> dict[str, str]:
    return {
        "update": "1",
        "status": "passed" if row.passed else "failed",
        "mark": number_cell(row.score),
        "comment": text_cell(row.comment),
    }
