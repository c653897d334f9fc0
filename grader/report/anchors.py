"""The ids of checks, cells and lines on the page of a submission, to which other pages can link."""

from __future__ import annotations

from urllib.parse import quote

from .evidence import Location

SHARED = "message"  # the id of a message that all checks share


def of_check(name: str) -> str:
    """Return the id of the card of a check."""
    return f"check-{name}"


def of_bug(name: str) -> str:
    """Return the id of the first place where a bug is named."""
    return f"bug-{name}"


def of_cell(number: int) -> str:
    """Return the id of a code cell."""
    return f"cell-{number}"


def of_line(location: Location, graded_file: str) -> str:
    """Return the id of a line: ``line-12`` in the graded module, ``cell-3-line-2``, ``file-helper.py-line-5`` in a helper."""
    return f"{before_line(location.cell, location.file, graded_file)}line-{location.line}"


def before_line(cell: int | None, file: str, graded_file: str) -> str:
    """Return the beginning of the ids of all lines in a code cell or a module."""
    if cell is not None:
        return f"{of_cell(cell)}-"
    return "" if file == graded_file else f"file-{quote(file, safe='')}-"
