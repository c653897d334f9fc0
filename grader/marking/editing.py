"""Changes single lines of ``overrides.csv``. All other lines stay as they are, byte for byte, and so do further columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..support import tables
from ..support.errors import UsageError
from ..support.tables import RawRow, RawTable
from .overrides import COLUMNS

MARKER = "\ufeff"  # a spreadsheet begins a file in UTF-8 with it


@dataclass(frozen=True)
class EditedTable:
    """A table that can be changed; ``marker`` is the byte-order mark of the file, or ""."""

    table: RawTable
    marker: str = ""

    def text(self) -> str:
        """Return the text of the file."""
        return self.marker + self.table.first.text + "".join(row.text for row in self.table.rows)

    def with_values(self, line: int | None, values: Mapping[str, str]) -> EditedTable:
        """Return the table with these values, {column: text}, in the row that begins at ``line``, or in a new row.

        The other cells of the row stay. Columns that the table lacks are added for values that are not empty.
        """
        table = self._with_columns([column for column, text in values.items() if text])
        row = next((row for row in table.rows if row.line == line), None)
        cells = list(row.cells) if row is not None else []
        cells += [""] * (len(table.first.cells) - len(cells))
        for column, place in table.places().items():
            if column in values:
                cells[place] = values[column]
        text = table.text_of(cells)
        if row is not None:
            rows = [replace(row, cells=cells, text=text) if each is row else each for each in table.rows]
        else:
            rows = [*_with_line_ends(table), RawRow(0, cells, text)]
        return replace(self, table=replace(table, rows=rows))

    def without(self, line: int) -> EditedTable:
        """Return the table without the row that begins at ``line``."""
        rows = [row for row in self.table.rows if row.line != line]
        return replace(self, table=replace(self.table, rows=rows))

    def _with_columns(self, columns: list[str]) -> RawTable:
        """Return the table with these columns at the end, if it lacks them."""
        table = self.table
        new_columns = [column for column in columns if column not in table.places()]
        if not new_columns:
            return replace(table, first=_with_line_end(table.first, table.newline))
        cells = [*table.first.cells, *new_columns]
        return replace(table, first=replace(table.first, cells=cells, text=table.text_of(cells)))


def read(path: Path) -> EditedTable:
    """Return the table of a file, or an empty one if it does not exist; raises UsageError if it cannot be read."""
    if not path.exists():
        return EditedTable(tables.parse(f"{','.join(COLUMNS)}\n", str(path)))
    table = tables.read_raw(path)
    try:
        marker = MARKER if path.read_bytes().startswith(MARKER.encode()) else ""
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error
    return EditedTable(table, marker)


def _with_line_ends(table: RawTable) -> list[RawRow]:
    """Return the rows; the last one ends with a line end."""
    return [*table.rows[:-1], *(_with_line_end(row, table.newline) for row in table.rows[-1:])]


def _with_line_end(row: RawRow, newline: str) -> RawRow:
    return row if row.text.endswith(("\n", "\r")) else replace(row, text=row.text + newline)
