"""``files.csv``, ``--file`` and ``--list``: the instructor chooses which file of a student is graded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console

from .. import submission
from ..assignment import Assignment
from ..submission import choice, files
from ..support import tables
from ..support.errors import UsageError
from ..support.text import clean
from .collect import ClassFolder, StudentFiles
from .people import only_one
from .students import Student, display_name

NAME = "files.csv"
COLUMNS = ("student", "file")


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
    for row in tables.read(path, COLUMNS):
        line, name, file = row.line, row["student"], row["file"]
        student = only_one(find_students(name), name, f"{path}:{line}")
        identity = student.identity
        if identity in patterns_by_identity:
            raise UsageError(
                f"{path}:{line}: '{clean(name)}' is also in line {lines[identity]}: keep one line per student."
            )
        contents = _unpacked(read_files(student))
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
