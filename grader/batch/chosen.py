"""``files.csv`` and ``--file``: which file of a student is graded, where an instructor says so; and ``--list``."""

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
    """The file of that name in the output folder, else next to the class; never in it, where a student could put one."""
    places = [*([] if out is None else [out / NAME]), submissions.resolve().parent / NAME]
    return next((place for place in places if place.is_file()), None)


def read(path: Path) -> list[tuple[int, str, str]]:
    """(line, student, file) of each row; raises UsageError for what is no such table."""
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
            raise UsageError(f"{path}:1: has no column '{missing[0]}': the first line has to be {','.join(COLUMNS)}.")
        at = [titles.index(column) for column in COLUMNS]
        found = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            student, file = (cells[index].strip() if index < len(cells) else "" for index in at)
            if not student or not file:
                raise UsageError(f"{path}:{reader.line_num}: has no {'file' if student else 'student'}: fill it in.")
            found.append((reader.line_num, student, file))
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: is no line of a CSV file ({error}).") from error
    return found


def patterns(
    path: Path,
    students: Sequence[Student],
    called: Callable[[str], list[Student]],
    hand_in: Callable[[Student], HandedIn],
) -> dict[str, str]:
    """The file of each student that the table names, by identity.

    ``called`` gives the students of a name or id. Raises UsageError, with the line, for a student or a file that does
    not exist, and for a second row of a student.
    """
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, name, file in read(path):
        known = called(name.removeprefix("'")) or called(name)
        if len(known) != 1:
            what = (
                f"'{clean(name)}' is no student of this class: give a name or id as in gradebook.csv."
                if not known
                else f"{len(known)} students are called '{clean(name)}': give the id of gradebook.csv."
            )
            raise UsageError(f"{path}:{line}: {what}")
        identity = known[0].identity
        if identity in found:
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' is also in line {lines[identity]}: keep one line for each student."
            )
        contents = _unpacked(hand_in(known[0]))
        if not choice.matching([*contents], file):
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' has handed in no {clean(file)} "
                f"(there are: {choice.some([*contents]) or 'none'})."
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
    """Print for each student which file is graded, why, and what is left out, with the reasons; nothing is run."""
    wanted = choice.expected(assignment)
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
