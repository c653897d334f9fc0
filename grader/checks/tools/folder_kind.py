"""Kinds of checks that an assignment brings in its own folder: ``checks/<kind>.py`` with a function ``check``.

The function gets the cases as arrays and returns a share of the points and a sentence. It runs in the author's worker. Here
its file is only read: the keys of the kind are the keyword-only parameters of ``check``.
"""

from __future__ import annotations

import ast
import math
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError, create_model

from ...assignment import is_bundled
from ...assignment.base import Scalar
from ...assignment.check import ProbedCheck
from ...expected import author
from ...expected.author import AuthorCodeError, Program
from ...judging.wrong_answer import WrongAnswer
from ...report.evidence import Evidence
from ...student.answers import PlannedCall
from ...support import arrays
from ...support.errors import InternalFailure
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome

FUNCTION = "check"
Value = Scalar | str | list[Scalar | str] | None
TYPES: dict[str, Any] = {"bool": bool, "int": int, "float": float, "str": str, "list": list[Scalar | str]}
MOST_EVIDENCE = 10_000  # characters


class FolderCheck(ProbedCheck):
    """A check that a function in the assignment's folder judges."""

    model_config = ConfigDict(protected_namespaces=())
    needs_reference = False

    file: ClassVar[Path]
    settings: ClassVar[tuple[str, ...]] = ()
    """The keys of this kind, which the function gets as keywords."""

    def run(self, context: Context) -> Outcome:
        """Call the submission on every case, and let the function of the folder judge the results."""
        cases = context.cases.draw(self.probes, self.given)
        arguments: dict[str, Any] = {name: getattr(self, name) for name in self.settings}
        arguments |= {"inputs": [dict(case.inputs) for case in cases], "results": []}
        notes: list[str] = []
        for case in cases:
            shapes = context.student.shapes(self.function, case.inputs) if self.needs_reference else {}
            answer = context.student.call(PlannedCall(self.function, case.inputs, shapes=shapes))
            notes += [note for note in answer.notes if note not in notes]
            arguments["results"].append({name: self._array(name, value) for name, value in answer.values.items()})
        if self.needs_reference:
            arguments["expected"] = [context.cases.expected(self.function, case.inputs) for case in cases]
        try:
            answer = self._program(context)(**arguments)
        except AuthorCodeError as error:
            where = f"{self._place}:{error.line}" if error.line is not None else self._place
            sentence = _("The check's own code fails ({where}, {error}): tell the assignment's author.")
            raise InternalFailure(sentence.format(where=where, error=author.type_and_message(error))) from error
        return self._outcome(answer, notes)

    @property
    def _place(self) -> str:
        return f"checks/{self.file.name}"

    def _program(self, context: Context) -> Program:
        program: Program | None
        if is_bundled(self.file):
            program = author.own_program(self.file, FUNCTION, {})
        else:
            program = author.author_of(context.assignment).program(self.file, FUNCTION)
        if program is None:
            sentence = _("{file} has no function '{name}' when it is executed: tell the assignment's author.")
            raise InternalFailure(sentence.format(file=self._place, name=FUNCTION))
        return program

    def _array(self, name: str, value: Any) -> np.ndarray[Any, Any]:
        """Return a result as an array: a submission's objects of other types do not reach the author's worker."""
        array = arrays.array(value)
        if array is None:
            sentence = _("`{function}` returns {value} for {name}; expected numbers.")
            raise WrongAnswer(sentence.format(function=self.function, name=name, value=arrays.describe(value)))
        return array

    def _outcome(self, answer: Any, notes: list[str]) -> Outcome:
        """Return the outcome that the function's answer stands for; raises InternalFailure for any other answer."""
        share, sentence, evidence = (
            (*answer, {})[:3] if isinstance(answer, tuple) and len(answer) in (2, 3) else [None] * 3
        )
        number = arrays.array(share)
        points = float(number.item()) if number is not None and number.size == 1 else math.nan
        details = _plain(evidence)
        if not 0 <= points <= 1 or not isinstance(sentence, str) or not sentence or not isinstance(details, dict):
            message = _(
                "The check's own code ({where}) returns something else than a share from 0 to 1, a sentence and, if needed, a dict of evidence: tell the assignment's author."
            )
            raise InternalFailure(message.format(where=self._place))
        all_evidence = Evidence(**({"details": details} if details else {})).with_notes(notes)
        return Outcome(points, " ".join([sentence, *notes]), all_evidence)


def _plain(evidence: Any) -> Any:
    """Return the evidence with lists instead of arrays; None if it cannot be written as JSON, or is too long."""

    def plain(value: Any) -> Any:
        if isinstance(value, np.ndarray | np.generic):
            return value.tolist()
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list | tuple) else value

    try:
        adapter: TypeAdapter[JsonValue] = TypeAdapter(JsonValue)
        checked = adapter.validate_python(plain(evidence))
        return checked if len(adapter.dump_json(checked)) <= MOST_EVIDENCE else None
    except ValidationError:
        return None


def model_of(file: Path) -> type[FolderCheck]:
    """Return the model of the kind in this file. Raises ValueError with a sentence if the file does not define one."""
    place = f"checks/{file.name}"
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError, MemoryError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise ValueError(f"{place}{line} is not valid Python; correct it.") from error
    function = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == FUNCTION), None)
    if function is None:
        raise ValueError(f"{place} has no function '{FUNCTION}'; add def {FUNCTION}(inputs, results).")
    names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if (
        names not in (["inputs", "results"], ["inputs", "results", "expected"])
        or function.args.vararg
        or function.args.kwarg
    ):
        raise ValueError(
            f"{place}:{function.lineno}: the arguments of '{FUNCTION}' must be inputs, results and at most expected, then keys after a *."
        )
    fields = {
        key.arg: _field(place, key, default)
        for key, default in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
    }
    reserved = fields.keys() & {*FolderCheck.model_fields, *dir(FolderCheck)}
    if reserved:
        raise ValueError(f"{place}:{function.lineno}: every check already has the key '{min(reserved)}'; rename it.")
    description = ast.get_docstring(function) or ast.get_docstring(tree) or FolderCheck.__doc__
    kind: Any = Literal[file.stem]
    model: type[FolderCheck] = create_model(
        f"{file.stem.title().replace('_', '')}Check",
        __base__=FolderCheck,
        __doc__=description,
        kind=(kind, ...),
        **fields,
    )
    model.file = file
    model.settings = tuple(fields)
    model.needs_reference = "expected" in names
    return model


def _field(place: str, key: ast.arg, default: ast.expr | None) -> Any:
    """Return the pydantic field of a keyword-only parameter: the type from its annotation, else from its default."""
    value: Any = ...
    if default is not None:
        try:
            value = ast.literal_eval(default)
        except ValueError as error:
            raise ValueError(
                f"{place}:{key.lineno}: the default of {key.arg} is not a plain value; write a number, a string or a list."
            ) from error
    annotation = key.annotation.id if isinstance(key.annotation, ast.Name) else ""
    return TYPES.get(annotation or type(value).__name__, Value), value
