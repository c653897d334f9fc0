"""Finds a student's attempts: several uploads of a file with the same name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..submission.files import ARCHIVES, PYTHON
from .students import Student, SubmittedFile

ATTEMPT = "\x1fattempt "  # between the id of a student and the number of an attempt; no id contains this character
NUMBERED = re.compile(r"(?P<base>.+)-(?P<number>\d+)(?P<suffix>(?:\.tar)?\.[^.]+)")


def keep_last(student: Student) -> None:
    """Keep the last attempt at each file name in ``files``, and move the others to ``earlier_files``."""
    last_files: dict[str, SubmittedFile] = {}
    for file in student.files:
        if file.name not in last_files or file.attempt > last_files[file.name].attempt:
            last_files[file.name] = file
    student.earlier_files.extend(file for file in student.files if file is not last_files[file.name])
    student.files[:] = list(last_files.values())


def versions(student: Student) -> list[Student]:
    """Return the submission as it was after each attempt, the oldest first; the last is ``student``.

    An attempt begins when the student uploads another file of the same name; files that are not uploaded again stay as
    they are. The results of earlier attempts have separate ids.
    """
    states: list[dict[str, SubmittedFile]] = [{}]
    uploaded_names: set[str] = set()  # in the current attempt
    for file in sorted([*student.files, *student.earlier_files], key=lambda file: (file.attempt, file.path)):
        if file.name in uploaded_names:
            states.append(dict(states[-1]))
            uploaded_names.clear()
        states[-1][file.name] = file
        uploaded_names.add(file.name)
    earlier_versions = [
        replace(
            student,
            name=f"{student.name} (attempt {number})",
            stored_as=f"{student.record_id}{ATTEMPT}{number}",
            files=list(files.values()),
            earlier_files=[],
        )
        for number, files in enumerate(states[:-1], start=1)
    ]
    return [*earlier_versions, student]


def drop_numbers_of_canvas(students: Sequence[Student], assignment: str) -> None:
    """Remove the numbers that Canvas adds to file names, so that these files count as attempts at one file.

    Canvas names the second attempt at ``answer.py`` ``answer-1.py``. A student's own files ``week-3.py`` and
    ``week-4.py`` stay two files. Data files keep their names: their authors may have numbered them.
    """
    names = Counter(name for student in students for name in {file.name for file in student.files})
    for student in students:
        numbered_files: dict[str, list[SubmittedFile]] = {}
        for file in student.files:
            match = NUMBERED.fullmatch(file.name)
            if match and file.name.lower().endswith((*PYTHON, *ARCHIVES)):
                numbered_files.setdefault(match["base"] + match["suffix"], []).append(file)
        for name, files in numbered_files.items():
            plain_files = [file for file in student.files if file.name == name]
            stem = name.partition(".")[0]
            is_usual_name = names[name] > 1 or _alike(stem) == _alike(assignment)
            is_common_name = len(files) == 1 and names[files[0].name] > 1 and not names[name]
            if not is_common_name and _are_attempts(plain_files, files, is_usual_name):
                renamed_files = {file.path: replace(file, name=name) for file in files}
                student.files[:] = [renamed_files.get(file.path, file) for file in student.files]


def _are_attempts(
    plain_files: Sequence[SubmittedFile], numbered_files: Sequence[SubmittedFile], is_usual_name: bool
) -> bool:
    """True if Canvas added the numbers: ``plain_files`` have no number, ``numbered_files`` have one.

    ``is_usual_name``: other students hand in files with the plain name, or it is the name of the assignment. In Canvas every
    upload gets a larger id, and files that are uploaded together have consecutive ids.
    """
    ordered_files = sorted(numbered_files, key=_number)
    ids = [*sorted(file.attempt for file in plain_files), *(file.attempt for file in ordered_files)]
    if ids != sorted(ids):
        return False
    if plain_files or is_usual_name or len(numbered_files) == 1 or len({file.late for file in numbered_files}) > 1:
        return True
    starts_at_one = [_number(file) for file in ordered_files] == [*range(1, len(numbered_files) + 1)]
    return starts_at_one and ids[-1] - ids[0] >= len(ids)


def _number(file: SubmittedFile) -> int:
    match = NUMBERED.fullmatch(file.name)
    return int(match["number"]) if match else 0


def _alike(name: str) -> str:
    return name.casefold().replace("_", "-")
