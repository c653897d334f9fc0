"""Finds the line of a submission for a finding: the line that failed, or the definition that a check is about."""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from functools import cached_property

from ..assignment.check import Check
from ..assignment.sequences import methods_of
from ..assignment.spec import AssignmentSpec
from ..checks.context import Context
from ..diagnosis import Findings
from ..diagnosis.findings import JudgedResults
from ..report.evidence import Location
from ..student import signatures
from ..submission import Code, Submission
from ..submission import lines as file_lines
from ..submission.dataflow import may_change_arguments
from ..submission.python_code import bindings, nodes_below
from . import first_wrong

Spot = tuple[str, int]  # the place of a piece of code, and a line in it


class Locator:
    """Finds lines of one submission."""

    def __init__(self, submission: Submission) -> None:
        self._submission = submission
        self._wrong_lines: dict[str, Location] = {}  # inside the functions of the assignment

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

    def text_of(self, location: Location) -> str:
        """Return the text of a line of the submission, without its indentation."""
        codes = (code for code in self._submission.code if code.cell == location.cell)
        if location.cell is None:
            codes = (code for code in codes if _as_utf8(code.place or self._file) == location.file)
        lines = next((code.text.split("\n") for code in codes), [])
        return lines[location.line - 1].strip() if location.line <= len(lines) else ""

    def of_check(self, check: Check, context: Context, where: str | None = None) -> Location | None:
        """Return the definition of the first function or variable of ``check``, under the submission's name for it.

        In a sequence of calls it is the method that returns the result ``where``. None if the submission lacks all of them,
        or the check judges something else.
        """
        if not check.judges_definitions:
            return None
        for name in check.functions():
            function = context.student.find(name)
            spot = self._in_sequence(name, where, context)
            if spot is None and function:
                spot = (
                    self._of_method(check.called(name), function.label, context.content)
                    or self._definitions.get(function.label)
                    or self._definitions.get(function.owner)
                )
            if spot:
                return self.of_spot(spot)
        for name, _ in check.variables():
            spot = self._definitions.get(context.student.find_variable(name) or "")
            if spot:
                return self.of_spot(spot)
        return None

    def _in_sequence(self, name: str, where: str | None, context: Context) -> Spot | None:
        """Return the definition of the method, or else of the class, that returns the result ``where`` of a sequence of calls."""
        sequence = context.content.sequences.get(name)
        if sequence is None or where is None or where not in sequence.returns:
            return None
        method = sequence.method_of(where)
        label = context.student.required_class(method.partition(".")[0]).constructor.name
        return self._of_method(method, label, context.content) or self._definitions.get(label)

    def of_variable(self, name: str, context: Context) -> Location | None:
        """Return where a variable gets its value, by its name in the assignment or in the submission; None without it."""
        own_name = context.student.find_variable(name) if name in context.content.variables else name
        spot = self._definitions.get(own_name or "")
        return self.of_spot(spot) if spot else None

    def _of_method(self, name: str, label: str, content: AssignmentSpec) -> Spot | None:
        """Return the definition of the method with the ``name`` CLASS.METHOD in the submission's class ``label``, or None."""
        class_name, _dot, method = name.rpartition(".")
        if class_name not in content.classes:
            return None
        own = {
            key.removeprefix(f"{label}."): spot
            for key, spot in self._definitions.items()
            if key.startswith(f"{label}.")
        }
        bound = signatures.match(own, [method], {method: methods_of(content.classes, class_name)[method].aliases})
        return next((own[name] for name in bound), None)

    def of_wrong_result(
        self, judged: JudgedResults | None, bugs: Findings | None, context: Context, trusted: Collection[str]
    ) -> Location | None:
        """Return the line inside a function where the first wrong quantity gets its value; None if the code does not show it.

        A bug that comes from another function is at the line that was found for that function. ``judged`` is None if
        the results are not those of a single function. ``trusted`` are functions of the assignment that contain no mistake.
        """
        function = bugs.bugs[0].function if bugs is not None else ""
        if judged is None or function not in ("", judged.function):
            return self._wrong_lines.get(function)
        function = judged.function
        target = context.student.find(function)
        place, node = self._nodes.get(target.label, ("", None)) if target is not None else ("", None)
        if not isinstance(node, ast.FunctionDef):
            return None
        functions = {
            own.name: name for name in context.content.functions if (own := context.student.find(name)) is not None
        }
        untrusted = {name.rpartition(".")[2] for name in self._nodes}
        untrusted -= {own for own, name in functions.items() if name in trusted}
        results = context.student.result_places(function)
        code = first_wrong.SubmittedCode(node, results, functions, untrusted, self._changing)
        line = first_wrong.line(context.content, code, judged, bugs)
        location = self.of_spot((place, line)) if line is not None else None
        if location is not None:
            self._wrong_lines.setdefault(function, location)
        return location

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
    def _nodes(self) -> dict[str, tuple[str, ast.stmt | ast.expr]]:
        return definitions(self._submission.code)

    @cached_property
    def _changing(self) -> set[str]:
        """The functions, by their last names, that may change an argument, or that call one that may."""
        calls: dict[str, set[str]] = {}
        changing = set()
        for label, (_place, node) in self._nodes.items():
            name = label.rpartition(".")[2]
            if isinstance(node, ast.FunctionDef) and name != "__init__":
                callees = (call.func for call in nodes_below(node) if isinstance(call, ast.Call))
                calls[name] = {getattr(callee, "attr", getattr(callee, "id", "")) for callee in callees}
                changing |= {name} if may_change_arguments(node) else set()
        while further := {name for name, callees in calls.items() if callees & changing} - changing:
            changing |= further
        return changing

    @cached_property
    def _definitions(self) -> dict[str, Spot]:
        return {name: (place, node.lineno) for name, (place, node) in self._nodes.items()}


def _as_utf8(name: str) -> str:
    """Return a file name without characters that UTF-8 cannot encode."""
    return name.encode(errors="replace").decode()


def definitions(code: Sequence[Code]) -> dict[str, tuple[str, ast.stmt | ast.expr]]:
    """Return where each name of the top level is bound: the place of the code, and the node; a method is ``Class.method``.

    The last binding counts, as in Python. A binding in the executed file is preferred to one in its helper files.
    """
    nodes: dict[str, tuple[str, ast.stmt | ast.expr]] = {}
    for part in code:
        is_helper = part.place.endswith(".py")
        for name, node in bindings(part.source.tree):
            if not (is_helper and name in nodes):
                nodes[name] = (part.place, node)
    return nodes
