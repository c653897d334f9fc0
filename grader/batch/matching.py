"""Matches the students of a batch with the lines of a course system's file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from ..support.text import clean


class Matchable(Protocol):
    """A student of the batch: a row of the gradebook, or a person without a row yet."""

    @property
    def name(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def email(self) -> str: ...
    @property
    def number(self) -> str: ...


Student = TypeVar("Student", bound=Matchable)
Line = TypeVar("Line")
Ways = Sequence[tuple[Callable[[Matchable], str], Callable[[Line], str]]]


def pair(students: Sequence[Student], lines: Sequence[Line], ways: Ways[Line]) -> dict[int, Student]:
    """Return {line index: student} for the lines that match a student.

    Each of ``ways`` is a pair of functions that compute a key of a student and of a line; earlier ways take precedence.
    A key that two students or two lines share is ignored: no grade is better than the grade of somebody else.
    """
    matches: dict[int, Student] = {}
    matched_indices: set[int] = set()
    for key_of_student, key_of_line in ways:
        student_keys = [key_of_student(student) for student in students]
        line_keys = [key_of_line(line) for line in lines]
        student_counts, line_counts = Counter(student_keys), Counter(line_keys)
        line_of_key = {key: index for index, key in enumerate(line_keys)}
        for index, (student, key) in enumerate(zip(students, student_keys, strict=True)):
            is_unique = bool(key) and student_counts[key] == line_counts[key] == 1
            if is_unique and index not in matched_indices and line_of_key[key] not in matches:
                matches[line_of_key[key]] = student
                matched_indices.add(index)
    return matches


def missing(rows: Sequence[Student], matches: dict[int, Student]) -> list[str]:
    """Return the students of the batch without a line, as "name (id)"."""
    matched_ids = {id(row) for row in matches.values()}
    names = [(row.name, row.identity) for row in rows if id(row) not in matched_ids]
    return [clean(name if name == identity else f"{name} ({identity})") for name, identity in names]


def folded(name: str) -> str:
    """Return the name as Canvas writes it in front of a file: lower case, letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).lower()


def natural(name: str) -> str:
    """Return ``Ada Lovelace`` for ``Lovelace, Ada``, and other names unchanged."""
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and "," not in first else name
