"""Matches the students of a batch with the lines of a course system's file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from ..support.text import clean


class Known(Protocol):
    """A student of the batch: a row of the gradebook, or a person without a row yet."""

    @property
    def name(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def number(self) -> str: ...


Student = TypeVar("Student", bound=Known)
Line = TypeVar("Line")
Ways = Sequence[tuple[Callable[[Known], str], Callable[[Line], str]]]


def pair(students: Sequence[Student], lines: Sequence[Line], ways: Ways[Line]) -> dict[int, Student]:
    """Return {line index: student} for the lines that match a student.

    Each of ``ways`` is a pair of functions that compute a key of a student and of a line; earlier ways take precedence.
    A key that two students or two lines share is ignored: no grade is better than the grade of somebody else.
    """
    found: dict[int, Student] = {}
    placed: set[int] = set()
    for key_of_student, key_of_line in ways:
        of_students = [key_of_student(student) for student in students]
        of_lines = [key_of_line(line) for line in lines]
        seen, there = Counter(of_students), Counter(of_lines)
        number = {key: index for index, key in enumerate(of_lines)}
        for index, (student, key) in enumerate(zip(students, of_students, strict=True)):
            alone = bool(key) and seen[key] == there[key] == 1
            if alone and index not in placed and number[key] not in found:
                found[number[key]] = student
                placed.add(index)
    return found


def missing(rows: Sequence[Student], found: dict[int, Student]) -> list[str]:
    """Return the students of the batch without a line, as "name (id)"."""
    matched = {id(row) for row in found.values()}
    names = [(row.name, row.identity) for row in rows if id(row) not in matched]
    return [clean(name if name == identity else f"{name} ({identity})") for name, identity in names]


def folded(name: str) -> str:
    """Return the name as Canvas writes it in front of a file: lower case, letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).lower()


def natural(name: str) -> str:
    """Return ``Ada Lovelace`` for ``Lovelace, Ada``, and other names unchanged."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name
