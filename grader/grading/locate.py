"""Where in a submission a finding belongs: the failing line, or the definition that a check asks about."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from ..assignment.check import Check
from ..checks.context import Context
from ..report.model import Location
from ..submission import Code, Submission
from ..submission import lines as file_lines
from ..submission.python_code import bound_names

Spot = tuple[str, int]  # the place of a piece of code, and a line in it


class Places:
    """Finds lines of one submission."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission

    def of_error(self, place: tuple[int | None, int | None] | None) -> Location | None:
        """The line that a worker has told, as (cell, line), if there is one; student code runs beside the worker."""
        if place is None:
            return None
        cell, line = place
        executed = next((code.place for code in self._submission.code if code.cell == cell), "")
        return self.of_spot((executed, line or 1))

    def of_spot(self, spot: Spot) -> Location | None:
        """The location of a line, None where the submission has no such line."""
        place, line = spot
        code = next((code for code in self._submission.code if code.place == place), None)
        if code is None or not 1 <= line <= code.text.count("\n") + 1:
            return None
        if code.cell is None:
            return Location(file=_shown(place or self._file), cell=None, line=line, file_line=line)
        known = self._file_lines[code.cell - 1] if code.cell <= len(self._file_lines) else []
        file_line = known[line - 1] if len(known) == code.text.count("\n") + 1 else None
        return Location(file=_shown(self._file), cell=code.cell, line=line, file_line=file_line)

    def of_check(self, check: Check, context: Context) -> Location | None:
        """Where the first function or variable that ``check`` asks about is defined, by the submission's own name."""
        for name in check.functions():
            found = context.student.find(name)
            spot = found and (self._defined.get(found.label) or self._defined.get(found.owner))
            if spot:
                return self.of_spot(spot)
        for name, _ in check.variables():
            spot = self._defined.get(context.student.find_variable(name) or "")
            if spot:
                return self.of_spot(spot)
        return None

    @property
    def _file(self) -> str:
        return self._submission.file or self._submission.entry

    @cached_property
    def _file_lines(self) -> list[list[int]]:
        """None of them where the file as text has other code cells than those that were executed."""
        found = file_lines.of_cells(self._submission.raw)
        cells = sum(code.cell is not None for code in self._submission.code)
        return found if len(found) == cells else []

    @cached_property
    def _defined(self) -> dict[str, Spot]:
        return definitions(self._submission.code)


def _shown(name: str) -> str:
    """A file's name as UTF-8 can say it."""
    return name.encode(errors="replace").decode()


def definitions(code: Sequence[Code]) -> dict[str, Spot]:
    """Where each name is bound that can be used from outside, a method as ``Class.method``.

    The last place counts, as it does in Python; what is executed goes before what lies beside it.
    """
    found: dict[str, Spot] = {}
    for part in code:
        beside = part.place.endswith(".py")
        for name, line in bound_names(part.text):
            if not (beside and name in found):
                found[name] = (part.place, line)
    return found
