"""Writes the scores as a file for Canvas's gradebook import, from the gradebook that the instructor exported.

Canvas creates a new assignment for a column that it does not know, so the column must be one of the export. The import
contains the students' columns and this one only, so that it cannot change anything else.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ..support.errors import UsageError
from .cells import number_cell, read_number, writes_decimal_commas
from .gradebook import Filled, Row, ungraded
from .matching import Known, Student, folded, missing, natural, pair
from .roster import Listed, Roster
from .sheet import BOM, Cell, Sheet, quote, read

WHAT = "The Canvas gradebook"
LAST_STUDENT_COLUMN = "Section"
POINTS = "Points Possible"
KEPT = {"EX": "Excused in Canvas.", "N/A": "Not assigned to this student in Canvas."}
# Canvas regards columns with such titles as its own totals, and does not import them.
IGNORED = re.compile(r"final|\bcurrent\b|override (?:score|grade|status)", re.IGNORECASE)
READ_ONLY = "(read only)"


def fill(rows: Sequence[Row], gradebook_csv: bytes, title: str) -> Filled:
    """Return the import for the assignment with this title (``Title``, ``Title (id)``, or the id alone).

    Students keep the grade of the export if they are not in the batch, have no score, or are excused or not assigned.
    Scores are scaled if the maximum points in Canvas differ from those of the exercise. Raises UsageError for a file
    that is not a Canvas gradebook, and unless exactly one column matches the title.
    """
    sheet = read(gradebook_csv, WHAT)
    header, points, lines = _parts(sheet)
    front = _student_columns(header)
    column = _column(header, points, title)
    students = _Students(header)
    found = students.pair(rows, lines)
    decimal = "," if _decimal_commas([*points, *lines], front) else "."
    possible = read_number(points[0][column].text) if points else None

    written = [[sheet.raw(cell) for cell in (*line[:front], line[column])] for line in (header, *points, *lines)]
    locked, scaled = [], False
    for index, row in sorted(found.items()):
        line, factor = lines[index], possible / row.max_score if possible and row.max_score else 1.0
        if line[column].text.strip().upper() in KEPT:
            locked.append(students.name(line))
        elif row.score is not None:
            scaled = scaled or factor != 1.0
            written[1 + len(points) + index][-1] = quote(number_cell(row.score * factor, decimal), sheet.delimiter)

    without = [students.name(line) for index, line in enumerate(lines) if index not in found]
    notes = ungraded(list(found.values()))
    if scaled:
        notes.append(f"The scores are scaled to the {number_cell(possible)} points of {header[column].text} in Canvas.")
    if ignored := IGNORED.search(header[column].text):
        notes.append(
            f'Canvas may ignore the column, because its title contains "{ignored[0]}": if the import reports no '
            "changes, rename the assignment in Canvas, export the gradebook again and give it here."
        )
    bom = BOM if sheet.source.startswith(BOM) else ""
    content = bom + "".join(sheet.delimiter.join(cells) + "\n" for cells in written)
    return Filled(content.encode(), missing(rows, found), without, locked, notes)


def roster(gradebook_csv: bytes, title: str) -> Roster:
    """Return the students of the gradebook; raises UsageError as :func:`fill` does."""
    header, points, lines = _parts(read(gradebook_csv, WHAT))
    column = _column(header, points, title)
    students = _Students(header)
    listed = [
        Listed(
            students.name(line),
            students.says("ID", line) or students.name(line),
            note=KEPT.get(line[column].text.strip().upper(), ""),
        )
        for line in lines
    ]
    return Roster(listed, lambda people: students.pair(people, lines))


def _parts(sheet: Sheet) -> tuple[list[Cell], list[list[Cell]], list[list[Cell]]]:
    """Return the header, the row of points (zero or one), and the rows of students; the row about posting is left out."""
    if not sheet.rows or not any(title.text.strip() == LAST_STUDENT_COLUMN for title in sheet.rows[0]):
        raise UsageError(
            f'{WHAT} has no column "{LAST_STUDENT_COLUMN}" in its first line: export it again from Canvas, as CSV.'
        )
    header, *others = sheet.rows
    points = [row for row in others if POINTS in row[0].text][:1]
    known = [index for index, title in enumerate(header) if title.text.strip() in ("ID", "Student", "LastName")]
    students = [row for row in others if POINTS not in row[0].text and any(row[i].text.strip() for i in known)]
    return header, points, students


def _student_columns(header: Sequence[Cell]) -> int:
    return next(i for i, title in enumerate(header) if title.text.strip() == LAST_STUDENT_COLUMN) + 1


def _column(header: Sequence[Cell], points: Sequence[Sequence[Cell]], title: str) -> int:
    """Return the index of the assignment's column: by its whole title, its title without the id, or its id."""
    columns = {
        index: cell.text.strip()
        for index, cell in enumerate(header)
        if index >= _student_columns(header) and not any(READ_ONLY in line[index].text for line in points)
    }
    wanted = title.strip()
    id_wanted = _title_and_id(wanted)[1] or wanted
    fits = (
        [index for index, text in columns.items() if text == wanted],
        [index for index, text in columns.items() if _title_and_id(text)[0] == wanted],
        [index for index, text in columns.items() if _title_and_id(text)[1] == id_wanted],
    )
    fitting = next((some for some in fits if some), [])
    if len(fitting) == 1:
        return fitting[0]
    candidates = ", ".join(f'"{columns[index]}"' for index in fitting or columns)
    if not candidates:
        raise UsageError(f"{WHAT} has no column for an assignment: export it again from Canvas.")
    how_many = "Several columns" if fitting else "No column"
    match = "match" if fitting else "matches"
    raise UsageError(f'{how_many} of the Canvas gradebook {match} the assignment "{wanted}": give one of {candidates}.')


def _title_and_id(text: str) -> tuple[str, str | None]:
    found = re.fullmatch(r"(.*?)\s*\((\d+)\)", text, re.DOTALL)
    return (found[1], found[2]) if found else (text, None)


class _Students:
    """Reads the columns that identify a student."""

    def __init__(self, header: Sequence[Cell]) -> None:
        self.columns = {title.text.strip(): index for index, title in enumerate(header)}

    def says(self, title: str, line: Sequence[Cell]) -> str:
        return line[self.columns[title]].text.strip() if title in self.columns else ""

    def name(self, line: Sequence[Cell]) -> str:
        if "Student" in self.columns:
            return self.says("Student", line)
        return f"{self.says('LastName', line)}, {self.says('FirstName', line)}"

    def pair(self, known: Sequence[Student], lines: Sequence[Sequence[Cell]]) -> dict[int, Student]:
        def login(line: Sequence[Cell]) -> str:
            return self.says("SIS Login ID", line).casefold()

        def identity(student: Known) -> str:
            return student.identity

        return pair(
            known,
            lines,
            [
                (identity, lambda line: self.says("ID", line)),
                (identity, lambda line: self.says("SIS User ID", line)),
                (identity, lambda line: self.says("SIS Login ID", line)),
                (lambda student: student.email.casefold(), login),
                (
                    lambda student: student.email.casefold().partition("@")[0],
                    lambda line: login(line).partition("@")[0],
                ),
                (lambda student: _composed(student.name), lambda line: _composed(self.name(line))),
                (lambda student: folded(student.name), lambda line: folded(self.name(line))),
                (lambda student: folded(natural(student.name)), lambda line: folded(natural(self.name(line)))),
            ],
        )


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _decimal_commas(sheet_rows: Sequence[Sequence[Cell]], first: int) -> bool:
    return any(writes_decimal_commas(cell.text) for row in sheet_rows for cell in row[first:])
