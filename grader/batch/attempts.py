"""Finds a student's attempts at the same file, and keeps the last one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..submission.files import ARCHIVES, PYTHON

if TYPE_CHECKING:
    from .layouts import Handed, Student

NUMBERED = re.compile(r"(?P<base>.+)-(?P<number>\d+)(?P<suffix>(?:\.tar)?\.[^.]+)")


def keep_last(student: Student) -> None:
    """Keep the last attempt at each file name in ``files``, and move the others to ``earlier``."""
    last: dict[str, Handed] = {}
    for file in student.files:
        if file.name not in last or file.attempt > last[file.name].attempt:
            last[file.name] = file
    student.earlier.extend(file for file in student.files if file is not last[file.name])
    student.files[:] = list(last.values())


def drop_numbers_of_canvas(students: Sequence[Student], assignment: str) -> None:
    """Remove the numbers that Canvas adds to file names, so that these files count as attempts at one file.

    Canvas names the second attempt at ``answer.py`` ``answer-1.py``. A student's own files ``week-3.py`` and
    ``week-4.py`` stay two files. Data files keep their names: their authors may have numbered them.
    """
    names = Counter(name for student in students for name in {file.name for file in student.files})
    for student in students:
        numbered: dict[str, list[Handed]] = {}
        for file in student.files:
            found = NUMBERED.fullmatch(file.name)
            if found and file.name.lower().endswith((*PYTHON, *ARCHIVES)):
                numbered.setdefault(found["base"] + found["suffix"], []).append(file)
        for name, files in numbered.items():
            plain = [file for file in student.files if file.name == name]
            stem = name.partition(".")[0]
            usual = names[name] > 1 or _alike(stem) == _alike(assignment)
            called_so_by_all = len(files) == 1 and names[files[0].name] > 1 and not names[name]
            if not called_so_by_all and _are_attempts(plain, files, usual):
                own = {file.path: replace(file, name=name) for file in files}
                student.files[:] = [own.get(file.path, file) for file in student.files]


def _are_attempts(plain: Sequence[Handed], numbered: Sequence[Handed], usual: bool) -> bool:
    """True if Canvas added the numbers: ``plain`` are the files without a number, ``numbered`` the others.

    ``usual``: other students hand in files with the plain name, or it is the name of the assignment. In Canvas every
    upload gets a larger id, and files that are uploaded together have consecutive ids.
    """
    in_order = sorted(numbered, key=_number)
    ids = [*sorted(file.attempt for file in plain), *(file.attempt for file in in_order)]
    if ids != sorted(ids):
        return False
    if plain or usual or len(numbered) == 1 or len({file.late for file in numbered}) > 1:
        return True
    from_one = [_number(file) for file in in_order] == [*range(1, len(numbered) + 1)]
    return from_one and ids[-1] - ids[0] >= len(ids)


def _number(file: Handed) -> int:
    found = NUMBERED.fullmatch(file.name)
    return int(found["number"]) if found else 0


def _alike(name: str) -> str:
    return name.casefold().replace("_", "-")
