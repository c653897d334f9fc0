"""Finds parts of a submission that a person reads: functions, cells of a notebook, and files.

Nothing is executed. A cell is found by a tag, or by a heading, which stands for everything below it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from . import python_code
from .model import Code, Submission

HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*)")  # nothing to try in several ways: the line is a student's
FENCE = re.compile(r" {0,3}(```|~~~)")
NUMBERING = re.compile(r"(?:\d+[.)])+\d*\s+")  # "2.", "3.1" or "1)" in front of a heading


@dataclass(frozen=True)
class Excerpt:
    """A part of a submission: its text, what it is, and where it begins.

    ``cell`` is the number of a code cell, None for a text cell. ``line`` is the first line in that cell, or in the file.
    """

    title: str
    file: str
    text: str
    cell: int | None = None
    line: int | None = None
    is_code: bool = False


@dataclass(frozen=True)
class _Cell:
    kind: str
    text: str
    tags: tuple[str, ...]
    number: int | None  # among the code cells


def of_functions(submission: Submission, names: Iterable[str]) -> list[Excerpt]:
    """Return the function or class with one of these names; a method is ``Class.method``. The last definition counts."""
    wanted_names = set(names)
    excerpt = None
    for code in submission.code:
        for name, node in python_code.bindings(code.source.tree):
            if name not in wanted_names or not hasattr(node, "body") or (excerpt and code.place.endswith(".py")):
                continue
            first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            text = "\n".join(code.text.split("\n")[first - 1 : node.end_lineno])
            excerpt = Excerpt(name, _file_of(submission, code), text, code.cell, first, is_code=True)
    return [excerpt] if excerpt else _unparsed(submission, wanted_names)


def _unparsed(submission: Submission, names: set[str]) -> list[Excerpt]:
    """Return the whole code that begins to define one of the functions, but is not valid Python."""
    return [
        Excerpt(name, _file_of(submission, code), code.text, code.cell, 1, is_code=True)
        for code in submission.code
        if code.source.tree is None
        for name in sorted(names & python_code.defined_names(code.source))
    ]


def of_cells(submission: Submission, name: str) -> list[Excerpt]:
    """Return the cells with the tag ``name``, else the text and the cells below the heading ``name``."""
    cells = _cells(submission)
    tagged = [cell for cell in cells if name in cell.tags]
    return [_excerpt(submission, name, cell, cell.text) for cell in tagged or _below(cells, _plain(name))]


def of_files(submission: Submission, pattern: str) -> list[Excerpt]:
    """Return the text files whose path or name matches ``pattern``, without the graded file itself."""
    return [
        Excerpt(name, name, content.decode(errors="replace"))
        for name, content in sorted(submission.files.items())
        if name != submission.entry
        and (fnmatchcase(name, pattern) or fnmatchcase(name.rpartition("/")[2], pattern))
        and b"\0" not in content
    ]


def _file_of(submission: Submission, code: Code) -> str:
    return code.place if code.cell is None and code.place else submission.file or submission.entry


def _excerpt(submission: Submission, title: str, cell: _Cell, text: str) -> Excerpt:
    line = None if cell.number is None else 1
    return Excerpt(title, submission.file or submission.entry, text, cell.number, line, is_code=cell.number is not None)


def _cells(submission: Submission) -> list[_Cell]:
    """Return the cells of a notebook; none for a module, or for a notebook that cannot be read."""
    if submission.kind != "notebook" or not submission.code:
        return []
    cells: list[_Cell] = []
    number = 0
    for cell in json.loads(submission.files[submission.entry])["cells"]:
        number += cell["cell_type"] == "code"
        cells.append(
            _Cell(cell["cell_type"], cell["source"], _tags(cell), number if cell["cell_type"] == "code" else None)
        )
    return cells


def _tags(cell: dict[str, Any]) -> tuple[str, ...]:
    return (*cell["metadata"].get("tags", []), cell["id"])


def _below(cells: Sequence[_Cell], name: str) -> Iterator[_Cell]:
    """Yield what follows a heading, up to the next heading that is not below it; a text cell may be cut."""
    level = 0  # of the heading; 0 before it
    for cell in cells:
        if cell.kind != "markdown":
            if level:
                yield cell
            continue
        lines: list[str] = []
        for depth, title, line in _lines(cell.text):
            if not level and depth and title == name:
                level = depth
            elif level and 0 < depth <= level:
                level = 0
                if title == name:
                    level = depth
            if level:
                lines.append(line)
        if "".join(lines).strip():
            yield _Cell(cell.kind, "\n".join(lines), cell.tags, None)


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    """Yield (level, title, line) for each line of Markdown; the level is 0 for a line that is not a heading."""
    is_fenced = False
    for line in text.split("\n"):
        is_fenced ^= FENCE.match(line) is not None
        match = None if is_fenced else HEADING.fullmatch(line)
        yield (len(match[1]), _plain(match[2].rstrip().rstrip("#")), line) if match else (0, "", line)


def _plain(heading: str) -> str:
    """Return a heading for comparisons: without numbering, emphasis, and case."""
    text = re.sub(r"[*_`]", "", heading).strip()
    numbering = NUMBERING.match(text)
    return " ".join(text[numbering.end() if numbering else 0 :].casefold().rstrip(" :").split())
