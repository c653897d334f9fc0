"""Reads the small tables that an instructor writes for a class, such as ``files.csv``, and finds them.

They come from a text editor or a spreadsheet: separated by commas, semicolons or tabs, with any line ends, with or
without a byte-order mark.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import UsageError

DELIMITERS = (",", ";", "\t")
EVERYBODY = "*"  # in the column ``student``


@dataclass(frozen=True)
class TableRow:
    """A row: its first line in the file, and the text of each column, "" for a column or a cell that is missing."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


@dataclass(frozen=True)
class RawRow:
    """A row as it is in the file: its first line, its ``cells``, and its ``text`` with the line end."""

    line: int
    cells: list[str]
    text: str


@dataclass(frozen=True)
class RawTable:
    """A file as it is: the first row, all rows below it, and the sign between two cells."""

    first: RawRow
    rows: list[RawRow]
    delimiter: str

    @property
    def newline(self) -> str:
        """The line end of the file."""
        return "\r\n" if self.first.text.endswith("\r\n") else "\n"

    def text_of(self, cells: Sequence[str]) -> str:
        """Return the text of a row with these cells, with the separator and the line end of the file."""
        stream = io.StringIO()
        csv.writer(stream, delimiter=self.delimiter, lineterminator=self.newline).writerow(cells)
        return stream.getvalue()

    def places(self) -> dict[str, int]:
        """Return {title of a column in small letters: its place}, the first place of a title that occurs twice."""
        titles = [title.strip().lower() for title in self.first.cells]
        return {title: titles.index(title) for title in titles}


def find(name: str, out: Path | None, submissions: Path) -> Path | None:
    """Return the path of the table with this name in the output folder, else next to the class, or None.

    ``submissions`` is the archive or folder of the class. The class itself is not searched: a student could hand in a
    file of that name.
    """
    return find_in(name, [*([] if out is None else [out]), submissions.resolve().parent])


def find_in(name: str, folders: Sequence[Path]) -> Path | None:
    """Return the path of the table with this name in the first of these folders that has it, or None."""
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def read(
    path: Path, columns: Sequence[str], optional: Sequence[str] = (), filled: Collection[str] | None = None
) -> list[TableRow]:
    """Return the rows of a table, without empty rows; other columns are ignored.

    The table must have all ``columns``, and each row must have a text in the columns of ``filled``, by default in all
    ``columns``. Raises UsageError, with file and line, if it does not.
    """
    return rows_of(read_raw(path), str(path), columns, optional, filled)


def rows_of(
    table: RawTable,
    path: str,
    columns: Sequence[str],
    optional: Sequence[str] = (),
    filled: Collection[str] | None = None,
) -> list[TableRow]:
    """Return the rows of a table from the file at ``path``, as :func:`read` does."""
    must_be_filled = columns if filled is None else filled
    places = table.places()
    missing_columns = [column for column in columns if column not in places]
    if missing_columns:
        raise UsageError(
            f"{path}:1: column '{missing_columns[0]}' is missing: the first line must be {','.join(columns)}."
        )
    rows = []
    for row in table.rows:
        if not any(cell.strip() for cell in row.cells):
            continue
        if any(cell.strip() for cell in row.cells[len(table.first.cells) :]):
            raise UsageError(
                f"{path}:{row.line}: there are more cells than columns: put a cell that contains the sign "
                f"'{table.delimiter}' in quotation marks."
            )
        texts = {
            column: row.cells[places[column]].strip() if places.get(column, len(row.cells)) < len(row.cells) else ""
            for column in (*columns, *optional)
        }
        for column in columns:
            if column in must_be_filled and not texts[column]:
                raise UsageError(f"{path}:{row.line}: the cell '{column}' is empty: fill it in.")
        rows.append(TableRow(row.line, texts))
    return rows


def read_raw(path: Path) -> RawTable:
    """Return a table as it is in the file; raises UsageError if it cannot be read or is not a valid CSV file."""
    return parse(_text(path), str(path))


def parse(text: str, path: str) -> RawTable:
    """Return the table in a text; raises UsageError, with ``path`` and the line, if it is not valid."""
    lines = [*io.StringIO(text, newline="")]
    delimiter = max(DELIMITERS, key=(lines[0] if lines else "").count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows, end = [], 0
    try:
        for cells in reader:
            rows.append(RawRow(end + 1, cells, "".join(lines[end : reader.line_num])))
            end = reader.line_num
    except csv.Error as error:
        raise UsageError(
            f"{path}:{end + 1}: not a valid line of a CSV file ({error}): check its quotation marks."
        ) from error
    first, *others = rows or [RawRow(1, [], "")]
    return RawTable(first, others, delimiter)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: save it as CSV in UTF-8.") from error
