"""Finds the line of a submission for a finding: the line that failed, or the definition that a check is about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..assignment.check import Check
from ..checks.context import Context
from ..report.evidence import Location
from ..submission import Code, Submission
from ..submission import lines as file_lines
from ..submission.python_code import bound_names

Spot = tuple[str, int]  # the place of a piece of code, and a line in it


class Locator:
    """Finds lines of one submission."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission

    def of_error(self, place: tuple[int | None, int | None] | None) -> Location | None:
        """Return the location of the (cell, line) that a worker reported; None if the submission lacks that line.

        The numbers are not trusted, since student code runs in the worker.
        """
        if place is None:
            return None
        cell, line = place
        code_place = next((code.place for code in self._submission.code if code.cell == cell), "")
        return self.of_spot((code_place, line or 1))

    def of_spot(self, spot: Spot) -> Location | None:
        """Return the location of a line; None if the submission lacks that line."""
        place, line = spot
        code = next((code for code in self._submission.code if code.place == place), None)
        if code is None or not 1 <= line <= code.text.count("\n") + 1:
            return None
        if code.cell is None:
            return Location(file=_as_utf8(place or self._file), cell=None, line=line, file_line=line)
        numbers = self._file_lines[code.cell - 1] if code.cell <= len(self._file_lines) else []
        file_line = numbers[line - 1] if len(numbers) == code.text.count("\n") + 1 else None
        return Location(file=_as_utf8(self._file), cell=code.cell, line=line, file_line=file_line)

    def of_check(self, check: Check, context: Context) -> Location | None:
        """Return the definition of the first function or variable of ``check``, under the submission's name for it."""
        for name in check.functions():
            function = context.student.find(name)
            spot = function and (self._definitions.get(function.label) or self._definitions.get(function.owner))
            if spot:
                return self.of_spot(spot)
        for name, _ in check.variables():
            spot = self._definitions.get(context.student.find_variable(name) or "")
            if spot:
                return self.of_spot(spot)
        return None

    @property
    def _file(self) -> str:
        return self._submission.file or self._submission.entry

    @cached_property
    def _file_lines(self) -> list[list[int]]:
        """Line numbers in the file, for each code cell; empty if the text has other code cells than were executed."""
        numbers = file_lines.of_cells(self._submission.raw)
        cells = sum(code.cell is not None for code in self._submission.code)
        return numbers if len(numbers) == cells else []

    @cached_property
    def _definitions(self) -> dict[str, Spot]:
        return definitions(self._submission.code)


def _as_utf8(name: str) -> str:
    """Return a file name without characters that UTF-8 cannot encode."""
    return name.encode(errors="replace").decode()


def definitions(code: Sequence[Code]) -> dict[str, Spot]:
    """Return where each name of the top level is bound; a method is ``Class.method``.

    The last binding counts, as in Python. A binding in the executed file is preferred to one in its helper files.
    """
    spots: dict[str, Spot] = {}
    for part in code:
        is_helper = part.place.endswith(".py")
        for name, line in bound_names(part.source):
            if not (is_helper and name in spots):
                spots[name] = (part.place, line)
    return spots
