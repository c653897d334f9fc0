"""Fills grades and comments into Moodle's offline grading worksheet, which the teacher downloaded.

Moodle finds columns by their titles, in the language of the teacher, and students by the number in the first column.
Only the cells of grades and comments change; all other bytes stay the same.

``TITLES`` has the column titles from Moodle's language packs. To support another language, add its word to each line.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from ..support.errors import UsageError
from ..support.text import clean
from .cells import FORMULA, number_cell, read_number, writes_decimal_commas
from .existing_marks import ExistingMarks
from .gradebook import FilledFile, Row, ungraded
from .matching import Student, folded, missing, natural, pair
from .roster import Roster, RosterEntry
from .sheet import CsvCell, CsvFile, read

WHAT = "The Moodle worksheet"
# English, German, Spanish (of Spain and of Mexico), French, Catalan.
TITLES = {
    "identifier": ("Identifier", "ID", "Identificador", "Identifiant"),
    "name": ("Full name", "Vollständiger Name", "Nombre completo", "Nom complet"),
    "email": ("Email address", "E-Mail-Adresse", "Dirección de correo", "Adresse de courriel", "Adreça electrònica"),
    "group": ("Group", "Gruppe", "Grupo", "Groupe", "Grup"),
    "grade": ("Grade", "Bewertung", "Calificación", "Note", "Qualificació"),
    "maximum": ("Maximum grade", "Bestwertung", "Calificación máxima", "Note maximale", "Qualificació màxima"),
    "scale": ("Scale", "Skala", "Escala", "Barème"),
    "changeable": (
        "Grade can be changed",
        "Bewertung kann geändert werden",
        "La calificación puede ser cambiada",
        "La calificación puede cambiarse",
        "La note peut être modifiée",
        "La qualificació es pot canviar",
    ),
    "comment": (
        "Feedback comments",
        "Feedback als Kommentar",
        "Comentarios de retroalimentación",
        "Comentarios de retroacción",
        "Feedback par commentaires",
        "Comentaris de retroacció",
    ),
}
NO = ("no", "nein", "non")
LOST = re.compile(r"([_?\ufffd]+)")
HIDDEN = ("participant", "participante", "teilnehmer/in")  # instead of a name, in blind marking


def fill(rows: Sequence[Row], worksheet: bytes, marks: ExistingMarks | None = None) -> FilledFile:
    """Return the worksheet with the scores of the batch.

    Rows without a score and rows whose grade is locked are not changed. ``marks`` decides about cells with a mark or a
    comment; without it they are kept. Scores are scaled if the maximum grade of the
    worksheet differs from the maximum points of the exercise. A student is not matched if the worksheet has another
    name for the number, as may happen with the number of a group. Raises UsageError for a file that is not a worksheet
    or that grades with a scale.
    """
    marks = marks or ExistingMarks()
    sheet = read(worksheet, WHAT)
    lines = _Lines(sheet)
    columns, text_of = lines.columns, lines.text_of
    matches, strangers = lines.pair(rows)
    numbers = (text_of(title, line) for title in ("maximum", "grade") for line in lines.rows)
    decimal = "," if any(writes_decimal_commas(number) for number in numbers) else "."

    changes: dict[CsvCell, str] = {}
    locked_names, maxima = [], set()
    for index, row in sorted(matches.items()):
        line = lines.rows[index]
        if text_of("changeable", line).casefold() in NO:
            locked_names.append(text_of("name", line) or text_of("identifier", line))
        elif row.score is not None:
            maximum = read_number(text_of("maximum", line))
            factor = maximum / row.max_score if maximum and row.max_score else 1.0
            if factor != 1.0:
                maxima.add(number_cell(maximum))
            mark = number_cell(row.score * factor, decimal)
            if marks.may_write(row, "mark", text_of("grade", line), mark):
                changes[line[columns["grade"]]] = mark
            comment = as_html(row.comment)
            if comment and "comment" in columns and marks.may_write(row, "comment", text_of("comment", line), comment):
                changes[line[columns["comment"]]] = comment

    notes = ungraded(list(matches.values()))
    notes += [
        f"In the worksheet, the number of {clean(row.name)} belongs to {text_of('name', lines.rows[index])}: "
        "enter the grade by hand."
        for index, row in sorted(strangers.items())
    ]
    if maxima:
        notes.append(f"The scores are scaled to the maximum grade of the worksheet, {', '.join(sorted(maxima))}.")
    if "comment" not in columns:
        notes.append("The worksheet has no column for comments, so comments are left out.")
    absent_names = [
        text_of("name", line) or text_of("identifier", line)
        for index, line in enumerate(lines.rows)
        if index not in matches
    ]
    return FilledFile(
        sheet.changed(changes),
        missing(rows, matches),
        absent_names,
        locked_names,
        notes,
        marks.entries,
        marks.written_cells,
    )


def roster(worksheet: bytes) -> Roster:
    """Return the students of the worksheet with their groups; raises UsageError as :func:`fill` does."""
    lines = _Lines(read(worksheet, WHAT))
    entries = [
        RosterEntry(
            lines.text_of("name", line) or lines.text_of("identifier", line),
            _number(lines.text_of("identifier", line)),
            lines.text_of("email", line),
            lines.text_of("group", line),
        )
        for line in lines.rows
    ]
    return Roster(entries, lambda people: lines.pair(people)[0])


class _Lines:
    """Reads the students' rows of a worksheet."""

    def __init__(self, sheet: CsvFile) -> None:
        self.columns = _columns(sheet)
        self.rows = [row for row in sheet.rows[1:] if self.text_of("identifier", row)]

    def text_of(self, kind: str, line: Sequence[CsvCell]) -> str:
        return line[self.columns[kind]].text.strip() if kind in self.columns else ""

    def pair(self, students: Sequence[Student]) -> tuple[dict[int, Student], dict[int, Student]]:
        """Match rows and students, by number, else by e-mail address or name.

        Returns {row index: student} of the matches, and the same for numbers that belong to another name.
        """
        number_matches = pair(students, self.rows, [(lambda student: student.identity, self._number)])
        matches = {
            i: student
            for i, student in number_matches.items()
            if same_name(student.name, self.text_of("name", self.rows[i]))
        }
        strangers = {index: student for index, student in number_matches.items() if index not in matches}
        matched_ids = {id(student) for student in number_matches.values()}
        other_students = [student for student in students if id(student) not in matched_ids]
        other_matches = pair(
            other_students,
            self.rows,
            [
                (lambda student: student.email.casefold(), lambda line: self.text_of("email", line).casefold()),
                (
                    lambda student: folded(natural(student.name)),
                    lambda line: folded(natural(self.text_of("name", line))),
                ),
            ],
        )
        return {
            index: student for index, student in other_matches.items() if index not in number_matches
        } | matches, strangers

    def _number(self, line: Sequence[CsvCell]) -> str:
        return _number(self.text_of("identifier", line))


def as_html(comment: str) -> str:
    """Return a comment as HTML, as Moodle expects it, in a form that all CSV readers read in the same way.

    Markup is escaped. Quotes and backslashes are written as entities, because PHP reads a backslash in front of a quote
    as part of the text. A character that would begin a formula becomes an entity as well.
    """
    lines = ["".join(sign if sign.isprintable() else "?" for sign in line) for line in comment.strip().splitlines()]
    text = "<br>".join(html.escape(line.strip()).replace("\\", _entity("\\")) for line in lines)
    return FORMULA.sub(lambda match: match["before"] + "".join(map(_entity, match["signs"])), text)


def _entity(sign: str) -> str:
    return sign if sign.isspace() else f"&#{ord(sign)};"


def _columns(sheet: CsvFile) -> dict[str, int]:
    """Return {kind of column: index}; raises UsageError if a required column is missing."""
    titles = [cell.text.strip().rstrip(".").casefold() for cell in sheet.rows[0]] if sheet.rows else []
    columns = {
        kind: titles.index(matches[0])
        for kind, words in TITLES.items()
        if (matches := [word.casefold() for word in words if word.casefold() in titles])
    }
    for kind in ("identifier", "grade"):
        if kind not in columns:
            raise UsageError(
                f'{WHAT} has no column "{TITLES[kind][0]}" (or {", ".join(TITLES[kind][1:])}) in its first line: '
                "download the grading worksheet from the assignment again, in one of these languages."
            )
    if "scale" in columns and "maximum" not in columns:
        raise UsageError(f"{WHAT} grades with a scale: set the assignment's grade to points in Moodle.")
    return columns


def _number(identifier: str) -> str:
    """Return ``4711`` for ``Participant 4711``, ``Teilnehmer/in4711`` or ``Participante 4711``."""
    match = re.search(r"\d+$", identifier)
    return match[0] if match else ""


def same_name(in_batch: str, in_sheet: str) -> bool:
    """True if both may be names of the same person; a hidden name may belong to anybody."""
    hidden = folded(re.sub(r"\d+$", "", in_batch)) in {folded(word) for word in HIDDEN}
    if hidden or not in_sheet or folded(in_batch) == folded(in_sheet):
        return True
    # Moodle writes no underscore in a name, so these signs are letters that an archive program could not write.
    parts = LOST.split(in_batch)
    pattern = "".join(
        f".{{0,{len(part)}}}" if place % 2 else re.escape(folded(part)) for place, part in enumerate(parts)
    )
    return len(parts) > 1 and re.fullmatch(pattern, folded(in_sheet)) is not None
