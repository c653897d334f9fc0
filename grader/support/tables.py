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
    """A row: its last line in the file, and the text of each column, "" for a column or a cell that is missing."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def find(name: str, out: Path | None, submissions: Path) -> Path | None:
    """Return the path of the table with this name in the output folder, else next to the class, or None.

    ``submissions`` is the archive or folder of the class. The class itself is not searched: a student could hand in a
    file of that name.
    """
    places = [*([] if out is None else [out / name]), submissions.resolve().parent / name]
    return next((place for place in places if place.is_file()), None)


def read(
    path: Path, columns: Sequence[str], optional: Sequence[str] = (), filled: Collection[str] | None = None
) -> list[TableRow]:
    """Return the rows of a table, without empty rows; other columns are ignored.

    The table must have all ``columns``, and each row must have a text in the columns of ``filled``, by default in all
    ``columns``. Raises UsageError, with file and line, if it does not.
    """
    must_be_filled = columns if filled is None else filled
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        titles = [title.strip().lower() for title in next(reader, [])]
        missing_columns = [column for column in columns if column not in titles]
        if missing_columns:
            raise UsageError(
                f"{path}:1: column '{missing_columns[0]}' is missing: the first line must be {','.join(columns)}."
            )
        places = {column: titles.index(column) for column in (*columns, *optional) if column in titles}
        rows = []
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            texts = {
                column: cells[places[column]].strip() if column in places and places[column] < len(cells) else ""
                for column in (*columns, *optional)
            }
            for column in columns:
                if column in must_be_filled and not texts[column]:
                    raise UsageError(f"{path}:{reader.line_num}: the cell '{column}' is empty: fill it in.")
            rows.append(TableRow(reader.line_num, texts))
    except csv.Error as error:
        raise UsageError(f"{path}:{reader.line_num}: not a valid line of a CSV file ({error}).") from error
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: save it as CSV in UTF-8.") from error


def _delimiter(text: str) -> str:
    first_line = text.split("\n", 1)[0]
    return max(DELIMITERS, key=first_line.count)
