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
from .collect import ClassFolder, StudentFiles
from .students import Student, display_name

NAME = "files.csv"
COLUMNS = ("student", "file")
DELIMITERS = (",", ";", "\t")


def find(out: Path | None, submissions: Path) -> Path | None:
    """Return the path of ``files.csv`` in the output folder or next to the class, or None.

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
        missing_columns = [column for column in COLUMNS if column not in titles]
        if missing_columns:
            raise UsageError(
                f"{path}:1: column '{missing_columns[0]}' is missing: the first line must be {','.join(COLUMNS)}."
            )
        columns = [titles.index(column) for column in COLUMNS]
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            student, file = (cells[index].strip() if index < len(cells) else "" for index in columns)
            if not student or not file:
                empty = "file" if student else "student"
                raise UsageError(f"{path}:{reader.line_num}: the cell '{empty}' is empty: fill it in.")
            rows.append((reader.line_num, student, file))
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not a valid line of a CSV file ({error}).") from error
    return rows


def patterns(
    path: Path,
    students: Sequence[Student],
    find_students: Callable[[str], list[Student]],
    read_files: Callable[[Student], StudentFiles],
) -> dict[str, str]:
    """Return {identity: file} for the students in the table.

    ``find_students`` returns the students with a name or id. Raises UsageError, with the line, for a student or a file that
    does not exist, and for a second row of the same student.
    """
    patterns_by_identity: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line, name, file in read(path):
        matches = find_students(name.removeprefix("'")) or find_students(name)
        if len(matches) != 1:
            problem = (
                f"there is no student '{clean(name)}' in this class: give a name or an id from gradebook.csv."
                if not matches
                else f"{len(matches)} students have the name '{clean(name)}': give the id from gradebook.csv."
            )
            raise UsageError(f"{path}:{line}: {problem}")
        identity = matches[0].identity
        if identity in patterns_by_identity:
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' is also in line {lines[identity]}: keep one line per student."
            )
        contents = _unpacked(read_files(matches[0]))
        if not choice.matching([*contents], file):
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' did not hand in {clean(file)} "
                f"(handed in: {choice.some([*contents]) or 'nothing'})."
            )
        patterns_by_identity[identity], lines[identity] = file, line
    return patterns_by_identity


def _unpacked(submission_files: StudentFiles) -> dict[str, bytes]:
    try:
        return files.unpack_inner(submission_files.path, files.unpack(submission_files.path, submission_files.contents))
    except UsageError:
        return submission_files.contents


def show(
    assignment: Assignment,
    class_folder: ClassFolder,
    students: Sequence[Student],
    patterns_by_identity: Mapping[str, str],
    console: Console,
) -> None:
    """Print for each student which file is graded and which files are left out, with the reasons; runs nothing."""
    expected_file = choice.expected_file(assignment)
    for student in students:
        student_name = clean(display_name(student))
        submission_files = class_folder.files_of(student)
        try:
            if submission_files.problem:
                raise UsageError(submission_files.problem)
            file_choice, _unpacked_files = submission.choose(
                submission_files.path,
                submission_files.contents,
                expected_file,
                patterns_by_identity.get(student.identity, ""),
            )
        except UsageError as error:
            console.print(f"{student_name}: no file. {clean(error, 600)}", soft_wrap=True)
            continue
        console.print(f"{student_name}: {clean(file_choice.file)} ({file_choice.reason})", soft_wrap=True)
        for name, reason in file_choice.left_out:
            console.print(f"    left out: {clean(name)} ({reason})", soft_wrap=True)
        for file in student.earlier_files:
            console.print(f"    left out: {clean(file.path)} (an earlier attempt)", soft_wrap=True)
