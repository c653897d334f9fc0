"""The files of course systems that an instructor gives: the rosters in them, and the files with the scores entered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..support.errors import UsageError
from .gradebook import FilledFile, Row
from .roster import Roster

if TYPE_CHECKING:
    from .existing_marks import ExistingMarks, WrittenCell


@dataclass(frozen=True)
class CourseFiles:
    """The files of course systems to fill in, the title of the Canvas column, and whether marks in them are replaced."""

    canvas: Path | None = None
    column: str = ""
    moodle: Path | None = None
    ilias: Path | None = None
    overwrite_marks: bool = False

    def is_empty(self) -> bool:
        """Return whether the instructor gave no file."""
        return self.canvas is None and self.moodle is None and self.ilias is None


def rosters(course_files: CourseFiles) -> list[Roster]:
    """Return the roster of each file in ``course_files``; raises UsageError for a file that cannot be filled in."""
    if course_files.is_empty():
        return []
    from . import canvas, ilias, moodle  # most classes need none of them

    readers: list[tuple[Path | None, Callable[[bytes], Roster]]] = [
        (course_files.canvas, lambda raw: canvas.roster(raw, course_files.column)),
        (course_files.moodle, moodle.roster),
        (course_files.ilias, ilias.roster),
    ]
    return [read(_content(path)) for path, read in readers if path is not None]


def fill(
    rows: Sequence[Row],
    course_files: CourseFiles,
    earlier_cells: Callable[[str], Collection[WrittenCell]] = lambda name: (),
) -> list[tuple[str, FilledFile]]:
    """Return (name of the output file, filled file) for each file in ``course_files``.

    ``earlier_cells`` returns the cells that earlier runs filled in an output file. Raises UsageError as :func:`rosters`.
    """
    if course_files.is_empty():
        return []
    from . import canvas, ilias, moodle
    from .existing_marks import ExistingMarks

    fillers: list[tuple[str, Path | None, Callable[[bytes, ExistingMarks], FilledFile]]] = [
        ("canvas.csv", course_files.canvas, lambda raw, marks: canvas.fill(rows, raw, course_files.column, marks)),
        ("moodle.csv", course_files.moodle, lambda raw, marks: moodle.fill(rows, raw, marks)),
        ("status.csv", course_files.ilias, lambda raw, marks: ilias.fill(rows, raw, marks)),
    ]
    return [
        (name, filler(_content(path), ExistingMarks(earlier_cells(name), course_files.overwrite_marks)))
        for name, path, filler in fillers
        if path is not None
    ]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error
