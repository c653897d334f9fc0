"""The files of course systems that an instructor gives: the rosters in them, and the files with the scores entered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..support.errors import UsageError
from .gradebook import FilledFile, Row
from .roster import Roster


@dataclass(frozen=True)
class CourseFiles:
    """The files of course systems to fill in, and the title of the Canvas column."""

    canvas: Path | None = None
    column: str = ""
    moodle: Path | None = None
    ilias: Path | None = None

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


def fill(rows: Sequence[Row], course_files: CourseFiles) -> list[tuple[str, FilledFile]]:
    """Return (name of the output file, filled file) for each file in ``course_files``; raises UsageError as :func:`rosters`."""
    if course_files.is_empty():
        return []
    from . import canvas, ilias, moodle

    fillers: list[tuple[str, Path | None, Callable[[bytes], FilledFile]]] = [
        ("canvas.csv", course_files.canvas, lambda raw: canvas.fill(rows, raw, course_files.column)),
        ("moodle.csv", course_files.moodle, lambda raw: moodle.fill(rows, raw)),
        ("status.csv", course_files.ilias, lambda raw: ilias.fill(rows, raw)),
    ]
    return [(name, filler(_content(path))) for name, path, filler in fillers if path is not None]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror}): check the path.") from error
