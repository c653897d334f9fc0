"""Changes single cells of a CSV file from a course system; all other bytes stay the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ..support.errors import UsageError

DELIMITERS = (",", ";", "\t")
BOM = "\ufeff"


@dataclass(frozen=True)
class CsvCell:
    """The text of a cell, and its position in the file, including its quotes."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class CsvFile:
    """The rows of a file; empty lines are skipped."""

    source: str
    delimiter: str
    rows: list[list[CsvCell]]

    def changed(self, texts: Mapping[CsvCell, str]) -> bytes:
        """Return the file with new texts in some cells. A cell keeps its quotes, and gets quotes if its text needs them."""
        parts, at = [], 0
        for cell in sorted(texts, key=lambda cell: cell.start):
            is_quoted = self.source.startswith('"', cell.start)
            parts += [self.source[at : cell.start], quote(texts[cell], self.delimiter, always=is_quoted)]
            at = cell.end
        return "".join([*parts, self.source[at:]]).encode()

    def raw(self, cell: CsvCell) -> str:
        """Return the cell as it is in the file, including its quotes."""
        return self.source[cell.start : cell.end]


def quote(text: str, delimiter: str, always: bool = False) -> str:
    """Return the text as a cell of a CSV file."""
    if always or text != text.strip() or any(sign in text for sign in (delimiter, '"', "\r", "\n")):
        return '"' + text.replace('"', '""') + '"'
    return text


def read(content: bytes, description: str) -> CsvFile:
    """Parse a file. Raises UsageError if it is not a CSV file; ``description`` names it in the message."""
    try:
        source = content.decode()
    except UnicodeDecodeError as error:
        raise UsageError(f"{description} is not UTF-8 text: use the file exactly as downloaded.") from error
    try:
        best_delimiter = max(DELIMITERS, key=lambda delimiter: len(_row(source, _begin(source), delimiter)[0]))
        return CsvFile(source, best_delimiter, _rows(source, best_delimiter))
    except ValueError as error:
        raise UsageError(
            f"{description} is not a valid CSV file ({error}): use the file exactly as downloaded."
        ) from error


def _begin(source: str) -> int:
    return len(BOM) if source.startswith(BOM) else 0


def _rows(source: str, delimiter: str) -> list[list[CsvCell]]:
    rows, at = [], _begin(source)
    while at < len(source):
        cells, at = _row(source, at, delimiter)
        if len(cells) > 1 or cells[0].text:
            rows.append(cells)
        if rows and len(rows[-1]) != len(rows[0]):
            line = _line(source, cells[0].start)
            raise ValueError(f"line {line} has {len(cells)} cells, but the first line has {len(rows[0])}")
    return rows


def _row(source: str, at: int, delimiter: str) -> tuple[list[CsvCell], int]:
    """Return the cells of the row that begins at ``at``, and the start of the next row."""
    plain_text = re.compile(rf"[^{delimiter}\r\n]*")
    cells = []
    while True:
        quoted_text = re.compile(r'"([^"]*(?:""[^"]*)*)"').match(source, at)
        if quoted_text is None and source.startswith('"', at):
            raise ValueError(f"a quote in line {_line(source, at)} is not closed")
        remainder = plain_text.match(source, quoted_text.end() if quoted_text else at)
        assert remainder is not None  # the pattern also matches an empty string
        text = (quoted_text[1].replace('""', '"') if quoted_text else "") + remainder[0]
        cells.append(CsvCell(text, at, remainder.end()))
        at = remainder.end()
        if source.startswith(delimiter, at):
            at += 1
            continue
        return cells, at + 1  # after \r\n, the \n is read as an empty line


def _line(source: str, at: int) -> int:
    return len(re.findall(r"\r\n|\r|\n", source[:at])) + 1
