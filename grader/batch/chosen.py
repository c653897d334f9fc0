"""``files.csv``, ``--file`` and ``--list``: the instructor chooses which file of a student is graded."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from .. import submission
from ..assignment import Assignment
from ..submission import choice, files
from ..support.errors import UsageError
from ..support.text import clean
from .collect import Class, HandedIn
from .layouts import Student, known_as

NAME = "files.csv"
COLUMNS = ("student", "file")
DELIMITERS = (",", ";", "\t")


def find(out: Path | None, submissions: Path) -> Path | None:
    """Return the path of ``files.csv`` in the output folder or next to the class; None if there is no such file.

    The class itself is not searched: a student could hand in a ``files.csv``.
    """
    places = [*([] if out is None else [out / NAME]), submissions.resolve().parent / NAME]
    return next((place for place in places if place.is_file()), None)


def read(path: Path) -> list[tuple[int, str, str]]:
    """Return (line, student, file) of each row; raises UsageError if the file is not such a table."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: save it as CSV in UTF-8.") from error
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=first.count))
    try:
        titles = [title.strip().lower() for title in next(reader, [])]
        missing = [column for column in COLUMNS if column not in titles]
        if missing:
            raise UsageError(f"{path}:1: column '{missing[0]}' is missing: the first line must be {','.join(COLUMNS)}.")
        at = [titles.index(column) for column in COLUMNS]
        found = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            student, file = (cells[index].strip() if index < len(cells) else "" for index in at)
            if not student or not file:
                empty = "file" if student else "student"
                raise UsageError(f"{path}:{reader.line_num}: the cell '{empty}' is empty: fill it in.")
            found.append((reader.line_num, student, file))
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not a valid line of a CSV file ({error}).") from error
    return found


def patterns(
    path: Path,
    students: Sequence[Student],
    called: Callable[[str], list[Student]],
    hand_in: Callable[[Student], HandedIn],
) -> dict[str, str]:
    """Return {identity: file} for the students in the table.

    ``called`` returns the students with a name or id. Raises UsageError, with the line, for a student or a file that
    does not exist, and for a second row of the same student.
    """
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, name, file in read(path):
        known = called(name.removeprefix("'")) or called(name)
        if len(known) != 1:
            problem = (
                f"there is no student '{clean(name)}' in this class: give a name or an id from gradebook.csv."
                if not known
                else f"{len(known)} students have the name '{clean(name)}': give the id from gradebook.csv."
            )
            raise UsageError(f"{path}:{line}: {problem}")
        identity = known[0].identity
        if identity in found:
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' is also in line {lines[identity]}: keep one line per student."
            )
        contents = _unpacked(hand_in(known[0]))
        if not choice.matching([*contents], file):
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' did not hand in {clean(file)} "
                f"(handed in: {choice.some([*contents]) or 'nothing'})."
            )
        found[identity], lines[identity] = file, line
    return found


def _unpacked(handed: HandedIn) -> dict[str, bytes]:
    try:
        return files.unpack_inner(handed.shown, files.unpack(handed.shown, handed.contents))
    except UsageError:
        return handed.contents


def show(
    assignment: Assignment,
    found: Class,
    students: Sequence[Student],
    chosen: Mapping[str, str],
    console: Console,
) -> None:
    """Print for each student which file is graded and which files are left out, with the reasons; runs nothing."""
    wanted = choice.expected_file(assignment)
    for student in students:
        who = clean(known_as(student))
        handed = found.handed_in(student)
        try:
            if handed.problem:
                raise UsageError(handed.problem)
            picked, _unpacked_files = submission.choose(
                handed.shown, handed.contents, wanted, chosen.get(student.identity, "")
            )
        except UsageError as error:
            console.print(f"{who}: no file. {clean(error, 600)}", soft_wrap=True)
            continue
        console.print(f"{who}: {clean(picked.file)} ({picked.reason})", soft_wrap=True)
        for name, reason in picked.left_out:
            console.print(f"    left out: {clean(name)} ({reason})", soft_wrap=True)
        for file in student.earlier:
            console.print(f"    left out: {clean(file.path)} (an earlier attempt)", soft_wrap=True)
