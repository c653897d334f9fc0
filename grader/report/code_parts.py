"""The parts of a submission's code that a page shows one after the other: the cells of a notebook, and modules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ..submission import choice, encoding, notebook
from ..submission.problems import CannotRun, NothingToGrade
from ..submission.source_files import SourceFile
from ..support.text import LEFT_OUT
from . import anchors
from .code_lines import lines_of
from .evidence import Location
from .notebook_cells import joined

PICTURE = re.compile(r"(data:[\w/+.;-]{0,100}base64,)[A-Za-z0-9+/=]{100,}+")  # in a text cell


@dataclass(frozen=True)
class CodePart:
    """A cell or a module. ``anchor`` is the beginning of the ids of its lines.

    ``cell`` is the number of a code cell, None for a text cell and for a module. ``file`` is the name of its file.
    """

    kind: Literal["cell", "text", "module"]
    anchor: str
    file: str
    lines: list[str]
    cell: int | None = None

    def contains(self, location: Location) -> bool:
        """Return whether a line of a report is in this part."""
        is_same = self.cell == location.cell if self.kind == "cell" else self.file == location.file
        is_same &= self.kind == ("module" if location.cell is None else "cell")
        return is_same and 1 <= location.line <= len(self.lines)

    def line_anchor(self, line: int) -> str:
        """Return the id of a line, counted from 1."""
        return f"{self.anchor}line-{line}"


def of_files(files: Sequence[SourceFile]) -> list[CodePart]:
    """Return the parts of all files. The first one is the graded file, the others are modules that it uses."""
    parts: list[CodePart] = []
    graded_file = files[0].name if files else ""
    for number, file in enumerate(files):
        cells = _cells(file) if number == 0 else None
        if cells is not None:
            parts += _of_cells(file.name, cells)
        else:
            parts.append(
                CodePart(
                    "module",
                    anchors.before_line(None, file.name, graded_file),
                    file.name,
                    lines_of(_text(file).rstrip()),
                )
            )
    return parts


def of_notebook(document: Mapping[str, Any] | None) -> list[CodePart]:
    """Return the parts of an executed notebook, which contains everything, since student code wrote it."""
    cells = document.get("cells") if document is not None else None
    pairs = [(str(cell.get("cell_type")), joined(cell.get("source"))) for cell in cells or [] if isinstance(cell, dict)]
    return _of_cells("", pairs)


def _of_cells(file: str, cells: Sequence[tuple[str, str]]) -> list[CodePart]:
    parts, number = [], 0
    for place, (kind, source) in enumerate(cells, start=1):
        lines = lines_of(source.rstrip())
        if kind == "code":
            number += 1
            parts.append(CodePart("cell", anchors.before_line(number, file, file), file, lines, number))
        elif source.strip():
            parts.append(
                CodePart("text", f"text-{place}-", file, lines_of(PICTURE.sub(rf"\1{LEFT_OUT}", source.strip())))
            )
    return parts


def _cells(file: SourceFile) -> list[tuple[str, str]] | None:
    """Return (kind, text) of the cells of a notebook; None for a module, and for a notebook that cannot be read."""
    if choice.kind_of(file.name, file.content) != "notebook":
        return None
    try:
        return notebook.cells(file.name, file.content)
    except (CannotRun, NothingToGrade, UnicodeDecodeError):
        return None


def _text(file: SourceFile) -> str:
    """Return the text of a module, with replacements for bytes that cannot be decoded."""
    try:
        return encoding.decode(file.name, file.content)
    except (CannotRun, UnicodeDecodeError):
        return file.content.decode("utf-8", errors="replace")
