"""Whose line it is: the students of a batch, and the lines of a course system's file."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from ..text import clean
from .gradebook import Row

Line = TypeVar("Line")


def pair(
    rows: Sequence[Row],
    lines: Sequence[Line],
    ways: Sequence[tuple[Callable[[Row], str], Callable[[Line], str]]],
) -> dict[int, Row]:
    """The row for each line that has one, by the line's number.

    A way gives a row and a line a key; the first ways go first. A key that two rows or two lines share says nothing:
    no grade is better than somebody else's.
    """
    found: dict[int, Row] = {}
    placed: set[int] = set()
    for key_of_row, key_of_line in ways:
        of_rows, of_lines = [key_of_row(row) for row in rows], [key_of_line(line) for line in lines]
        seen, there = Counter(of_rows), Counter(of_lines)
        number = {key: index for index, key in enumerate(of_lines)}
        for index, (row, key) in enumerate(zip(rows, of_rows, strict=True)):
            alone = bool(key) and seen[key] == there[key] == 1
            if alone and index not in placed and number[key] not in found:
                found[number[key]] = row
                placed.add(index)
    return found


def missing(rows: Sequence[Row], found: dict[int, Row]) -> list[str]:
    """Who of the batch has no line; the course system's id tells two of one name apart."""
    matched = {id(row) for row in found.values()}
    names = [(row.name, row.identity) for row in rows if id(row) not in matched]
    return [clean(name if name == identity else f"{name} ({identity})") for name, identity in names]


def folded(name: str) -> str:
    """The name as Canvas writes it in front of a file: lower case, letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFC", name)).lower()
