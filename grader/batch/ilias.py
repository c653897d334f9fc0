"""The scores as the status file of ILIAS, which the plugin ExerciseStatusFile takes back.

The columns, their order, the values of ``status`` and that a line counts where ``update`` is 1 were read in the plugin's
source (``class.ilPluginExAssignmentStatusFile.php``); an import into a running ILIAS has not been tried. The plugin finds
a student by ``usr_id`` alone, and reads by position. ILIAS itself, without the plugin, takes feedback files but no marks.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from ..errors import UsageError
from .cells import number_cell, text_cell
from .gradebook import Filled, Row, ungraded
from .matching import missing, pair
from .sheet import Cell, read

WHAT = "The ILIAS status file"
COLUMNS = (
    "update",
    "usr_id",
    "login",
    "lastname",
    "firstname",
    "status",
    "mark",
    "notice",
    "comment",
    "plagiarism",
    "plag_comment",
)


def fill(rows: Sequence[Row], status: bytes) -> Filled:
    """The ``status.csv`` of the plugin's download, with the scores of the batch; students are found by their login.

    Raises UsageError for another file, that of a team exercise included.
    """
    sheet = read(status, WHAT)
    titles = [cell.text for cell in sheet.rows[0]] if sheet.rows else []
    if tuple(titles) != COLUMNS:
        raise UsageError(
            f"{WHAT} has other columns than {', '.join(COLUMNS)}: take status.csv from the multi-feedback download, "
            "and enter the marks of a team exercise by hand."
        )
    lines = sheet.rows[1:]

    def cell(title: str, line: Sequence[Cell]) -> Cell:
        return line[COLUMNS.index(title)]

    found = pair(rows, lines, [(lambda row: row.identity, lambda line: cell("login", line).text)])
    changes = {
        cell(title, lines[index]): text
        for index, row in found.items()
        if row.score is not None
        for title, text in _marks(row).items()
    }
    without = [
        f"{cell('firstname', line).text} {cell('lastname', line).text}"
        for index, line in enumerate(lines)
        if index not in found
    ]
    return Filled(sheet.changed(changes), missing(rows, found), without, notes=ungraded(list(found.values())))


def status_file(rows: Sequence[Row]) -> bytes:
    """A ``status.csv`` from nothing, for the students whose ``usr_id`` stands in the path of their submission.

    The others have a line that the plugin passes over. First and last names are the plugin's to know.
    """
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        found = re.search(rf"_{re.escape(row.identity)}_(\d+)(?:/|$)", row.submission)
        line = {"update": "0", "usr_id": found[1] if found else "", "login": text_cell(row.identity)}
        if row.score is not None:
            line |= _marks(row) | {"update": "1" if found else "0"}
        writer.writerow([line.get(title, "") for title in COLUMNS])
    return table.getvalue().encode()


def _marks(row: Row) -> dict[str, str]:
    return {
        "update": "1",
        "status": "passed" if row.passed else "failed",
        "mark": number_cell(row.score),
        "comment": text_cell(row.comment),
    }
