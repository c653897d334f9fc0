"""Decides which marks and comments of a course system's file are replaced: those of a person are kept, and listed."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from .cells import read_number
from .matching import Matchable

Kind = Literal["mark", "comment"]
WrittenCell = tuple[str, str, str]  # the identity of a student, the kind of cell, and its text

NOTHING = ("", "-")  # Moodle writes a hyphen for a missing mark
DECIMALS = 2  # that course systems keep; a mark that differs only behind them is the same
BREAK = re.compile(r"</?(?:br|p|div|li|ul|ol|h\d|tr|td|pre)\b[^<>]*>", re.IGNORECASE)
TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class ExistingMark:
    """A mark or comment that was already in the file, the one of this run, and which of the two is in the new file."""

    student: str
    id: str
    cell: Kind
    existing: str
    new: str
    kept: bool


class ExistingMarks:
    """Remembers which cells of one file are written, and lists those that had another content.

    ``earlier`` are the cells that earlier runs wrote: the course system may have imported them, so they may be replaced.
    """

    def __init__(self, earlier: Collection[WrittenCell] = (), overwrite: bool = False) -> None:
        self._earlier_texts: dict[tuple[str, str], list[str]] = {}
        for identity, kind, text in earlier:
            self._earlier_texts.setdefault((identity, kind), []).append(text)
        self._overwrite = overwrite
        self.entries: list[ExistingMark] = []
        self.written_cells: list[WrittenCell] = []

    def may_write(self, student: Matchable, cell: Kind, existing: str, new: str, is_same: bool | None = None) -> bool:
        """Return whether the cell of a student gets the text ``new``; ``existing`` is its text in the file.

        A cell with the same mark or comment keeps its text. ``is_same`` says so for cells that this class cannot compare.
        """
        existing = existing.strip()
        if is_same is None:
            is_same = same(cell, existing, new)
        if is_same and existing not in NOTHING:
            return False
        is_replaceable = existing in NOTHING or self._is_earlier(student.identity, cell, existing)
        if not is_replaceable:
            entry = ExistingMark(
                student.name, student.identity, cell, _shown(existing), _shown(new), not self._overwrite
            )
            self.entries.append(entry)
        if is_replaceable or self._overwrite:
            self.written_cells.append((student.identity, cell, new))
            return True
        return False

    def _is_earlier(self, identity: str, cell: Kind, existing: str) -> bool:
        return any(same(cell, existing, text) for text in self._earlier_texts.get((identity, cell), []))


def same(cell: Kind, first: str, second: str) -> bool:
    """Return whether two cells contain the same mark (``7,50`` and ``7.5``), or the same words as comments."""
    if cell == "comment":
        return _words(first) == _words(second)
    numbers = read_number(first), read_number(second)
    if numbers[0] is None or numbers[1] is None:
        return first.strip().casefold() == second.strip().casefold()
    decimals = max(DECIMALS, _decimals(first))
    return abs(numbers[0] - numbers[1]) <= 0.5 * math.pow(10, -decimals) + 1e-9


def _decimals(text: str) -> int:
    return len(re.split("[.,]", text.strip(), maxsplit=1)[-1]) if re.search("[.,]", text) else 0


def _words(comment: str) -> list[str]:
    """Return the words of a comment, which may be HTML: editors of course systems add paragraphs to it."""
    return html.unescape(TAG.sub("", BREAK.sub(" ", comment))).split()


def _shown(text: str) -> str:
    """Return a comment without HTML."""
    return " ".join(_words(text))
