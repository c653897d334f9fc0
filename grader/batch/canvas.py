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
from .existing_marks import ExistingMarks
from .gradebook import FilledFile, Row, ungraded
from .matching import Matchable, Student, folded, missing, natural, pair
from .roster import Roster, RosterEntry
from .sheet import BOM, CsvCell, CsvFile, quote, read

WHAT = "The Canvas gradebook"
LAST_STUDENT_COLUMN = "Section"
POINTS = "Points Possible"
EXCUSED = "EX"
KEPT = {EXCUSED: "Excused in Canvas.", "N/A": "Not assigned to this student in Canvas."}
# Canvas regards columns with such titles as its own totals, and does not import them.
IGNORED = re.compile(r"final|\bcurrent\b|override (?:score|grade|status)", re.IGNORECASE)
READ_ONLY = "(read only)"


def fill(rows: Sequence[Row], gradebook_csv: bytes, title: str, marks: ExistingMarks | None = None) -> FilledFile:
    """Return the import for the assignment with this title (``Title``, ``Title (id)``, or the id alone).

    Students keep the grade of the export if they are not in the batch, have no score, or are excused or not assigned in
    Canvas. Students whom the instructor excuses get ``EX``.
    ``marks`` decides about other grades of the export; without it they are kept.
    Scores are scaled if the maximum points in Canvas differ from those of the exercise. Raises UsageError for a file
    that is not a Canvas gradebook, and unless exactly one column matches the title.
    """
    marks = marks or ExistingMarks()
    sheet = read(gradebook_csv, WHAT)
    header, points, lines = _parts(sheet)
    front_columns = _student_columns(header)
    column = _column(header, points, title)
    students = _Students(header)
    matches = students.pair(rows, lines)
    decimal = "," if _decimal_commas([*points, *lines], front_columns) else "."
    possible = read_number(points[0][column].text) if points else None

    table = [[sheet.raw(cell) for cell in (*line[:front_columns], line[column])] for line in (header, *points, *lines)]
    locked_names, is_scaled = [], False
    for index, row in sorted(matches.items()):
        line, factor = lines[index], possible / row.max_score if possible and row.max_score else 1.0
        if line[column].text.strip().upper() in KEPT:
            locked_names.append(students.name(line))
        elif row.score is not None or row.status == "excused":
            is_scaled = is_scaled or (factor != 1.0 and row.score is not None)
            mark = EXCUSED if row.score is None else number_cell(row.score * factor, decimal)
            if marks.may_write(row, "mark", line[column].text, mark):
                table[1 + len(points) + index][-1] = quote(mark, sheet.delimiter)

    absent_names = [students.name(line) for index, line in enumerate(lines) if index not in matches]
    notes = ungraded(list(matches.values()))
    if is_scaled:
        notes.append(f"The scores are scaled to the {number_cell(possible)} points of {header[column].text} in Canvas.")
    if ignored_word := IGNORED.search(header[column].text):
        notes.append(
            f'Canvas may ignore the column, because its title contains "{ignored_word[0]}": if the import reports no '
            "changes, rename the assignment in Canvas, export the gradebook again and give it here."
        )
    bom = BOM if sheet.source.startswith(BOM) else ""
    content = bom + "".join(sheet.delimiter.join(cells) + "\n" for cells in table)
    unmatched = missing(rows, matches)
    return FilledFile(
        content.encode(), unmatched, absent_names, locked_names, notes, marks.entries, marks.written_cells
    )


def roster(gradebook_csv: bytes, title: str) -> Roster:
    """Return the students of the gradebook; raises UsageError as :func:`fill` does."""
    header, points, lines = _parts(read(gradebook_csv, WHAT))
    column = _column(header, points, title)
    students = _Students(header)
    entries = [
        RosterEntry(
            students.name(line),
            students.text_of("ID", line) or students.name(line),
            students.email(line),
            note=KEPT.get(line[column].text.strip().upper(), ""),
            section=students.text_of(LAST_STUDENT_COLUMN, line),
            excused=line[column].text.strip().upper() == EXCUSED,
        )
        for line in lines
    ]
    return Roster(entries, lambda people: students.pair(people, lines))


def _parts(sheet: CsvFile) -> tuple[list[CsvCell], list[list[CsvCell]], list[list[CsvCell]]]:
    """Return the header, the row of points (zero or one), and the rows of students; the row about posting is left out."""
    if not sheet.rows or not any(title.text.strip() == LAST_STUDENT_COLUMN for title in sheet.rows[0]):
        raise UsageError(
            f'{WHAT} has no column "{LAST_STUDENT_COLUMN}" in its first line: export it again from Canvas, as CSV.'
        )
    header, *rows = sheet.rows
    points = [row for row in rows if POINTS in row[0].text][:1]
    name_columns = [index for index, title in enumerate(header) if title.text.strip() in ("ID", "Student", "LastName")]
    students = [row for row in rows if POINTS not in row[0].text and any(row[i].text.strip() for i in name_columns)]
    return header, points, students


def _student_columns(header: Sequence[CsvCell]) -> int:
    return next(i for i, title in enumerate(header) if title.text.strip() == LAST_STUDENT_COLUMN) + 1


def _column(header: Sequence[CsvCell], points: Sequence[Sequence[CsvCell]], title: str) -> int:
    """Return the index of the assignment's column: by its whole title, its title without the id, or its id.

    Without a title it is the only column.
    """
    columns = {
        index: cell.text.strip()
        for index, cell in enumerate(header)
        if index >= _student_columns(header) and not any(READ_ONLY in line[index].text for line in points)
    }
    title = title.strip()
    if not title:
        return _only_column(columns)
    column_id = _title_and_id(title)[1] or title
    ranked_matches = (
        [index for index, text in columns.items() if text == title],
        [index for index, text in columns.items() if _title_and_id(text)[0] == title],
        [index for index, text in columns.items() if _title_and_id(text)[1] == column_id],
    )
    indices = next((some for some in ranked_matches if some), [])
    if len(indices) == 1:
        return indices[0]
    candidates = ", ".join(f'"{columns[index]}"' for index in indices or columns)
    if not candidates:
        raise UsageError(f"{WHAT} has no column for an assignment: export it again from Canvas.")
    how_many = "Several columns" if indices else "No column"
    verb = "match" if indices else "matches"
    raise UsageError(f'{how_many} of the Canvas gradebook {verb} the assignment "{title}": give one of {candidates}.')


def _only_column(columns: dict[int, str]) -> int:
    if len(columns) == 1:
        return next(iter(columns))
    candidates = ", ".join(f'"{title}"' for title in columns.values())
    if not candidates:
        raise UsageError(f"{WHAT} has no column for an assignment: export it again from Canvas.")
    raise UsageError(f"{WHAT} has several columns for assignments: give the title of one of {candidates}.")


def _title_and_id(text: str) -> tuple[str, str | None]:
    match = re.fullmatch(r"(.*?)\s*\((\d+)\)", text, re.DOTALL)
    return (match[1], match[2]) if match else (text, None)


class _Students:
    """Reads the columns that identify a student."""

    def __init__(self, header: Sequence[CsvCell]) -> None:
        self.columns = {title.text.strip(): index for index, title in enumerate(header)}

    def text_of(self, title: str, line: Sequence[CsvCell]) -> str:
        return line[self.columns[title]].text.strip() if title in self.columns else ""

    def name(self, line: Sequence[CsvCell]) -> str:
        if "Student" in self.columns:
            return self.text_of("Student", line)
        return f"{self.text_of('LastName', line)}, {self.text_of('FirstName', line)}"

    def email(self, line: Sequence[CsvCell]) -> str:
        """Return the login if it is an e-mail address, else ""."""
        login = self.text_of("SIS Login ID", line)
        return login if "@" in login else ""

    def pair(self, students: Sequence[Student], lines: Sequence[Sequence[CsvCell]]) -> dict[int, Student]:
        def login(line: Sequence[CsvCell]) -> str:
            return self.text_of("SIS Login ID", line).casefold()

        def identity(student: Matchable) -> str:
            return student.identity

        return pair(
            students,
            lines,
            [
                (identity, lambda line: self.text_of("ID", line)),
                (identity, lambda line: self.text_of("SIS User ID", line)),
                (identity, lambda line: self.text_of("SIS Login ID", line)),
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


def _decimal_commas(sheet_rows: Sequence[Sequence[CsvCell]], first: int) -> bool:
    return any(writes_decimal_commas(cell.text) for row in sheet_rows for cell in row[first:])
