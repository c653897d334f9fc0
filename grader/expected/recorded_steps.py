"""The steps that were taken from a solution, stored next to the recorded answers.

The diagnosis computes with them where an assignment declares no steps, so that no solution has to be installed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from ..assignment import Assignment
from ..assignment.expressions import Refused, examine
from ..assignment.statements import CompiledProgram
from . import proof
from .taken_apart import Steps


class RecordedSteps(BaseModel):
    """The steps of some functions, and the solution and signatures that they were taken from."""

    schema_: Literal["grader.steps/1"] = Field("grader.steps/1", alias="schema")
    solution: str
    """The SHA-256 of the solution."""
    functions: str
    """The SHA-256 of the signatures and results of all functions."""
    steps: dict[str, dict[str, str] | str]
    """{function: its quantities, or its source}."""


def file_of(assignment: Assignment) -> Path:
    """Return the file to which the steps of a solution are written."""
    return proof.folders(assignment)[0] / f"{assignment.name}.steps.json"


def read(assignment: Assignment) -> dict[str, Steps]:
    """Return {function: steps} that were recorded for these signatures; without the functions with declared steps."""
    record = _recorded(assignment)
    if record is None or record.functions != _digest_of_functions(assignment):
        return {}
    others = {*assignment.content.functions}
    return {
        function: steps
        for function, steps in record.steps.items()
        if function in others and function not in assignment.content.steps and _is_allowed(function, steps, others)
    }


def is_outdated(assignment: Assignment) -> bool:
    """True if recorded steps belong to another solution, or to other signatures."""
    record = _recorded(assignment)
    return record is not None and (record.solution, record.functions) != _digests(assignment)


def write(assignment: Assignment, steps: Mapping[str, Steps]) -> Path:
    """Write the steps of a solution and return their file; without steps an earlier file is removed. Raises OSError."""
    file = file_of(assignment)
    if not steps:
        file.unlink(missing_ok=True)
        return file
    solution, functions = _digests(assignment)
    record = RecordedSteps(schema="grader.steps/1", solution=solution, functions=functions, steps=dict(steps))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(record.model_dump_json(by_alias=True, indent=1) + "\n")
    return file


def _recorded(assignment: Assignment) -> RecordedSteps | None:
    try:
        return RecordedSteps.model_validate_json(file_of(assignment).read_bytes())
    except (OSError, ValidationError):
        return None


def _is_allowed(function: str, steps: Steps, others: set[str]) -> bool:
    """True if steps that anybody may have written into the file may be computed here."""
    try:
        if isinstance(steps, str):
            CompiledProgram(steps, function, others)
        else:
            for text in steps.values():
                examine(text)
    except Refused:
        return False
    return True


def _digests(assignment: Assignment) -> tuple[str, str]:
    solution = assignment.file(assignment.content.solution).read_bytes()
    return hashlib.sha256(solution).hexdigest(), _digest_of_functions(assignment)


def _digest_of_functions(assignment: Assignment) -> str:
    functions = {name: [spec.written, spec.returns] for name, spec in assignment.content.functions.items()}
    return hashlib.sha256(json.dumps(functions, sort_keys=True).encode()).hexdigest()
