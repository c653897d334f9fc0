"""A recorded proof that the NumPy steps of an assignment compute what its reference computes.

With it, expected answers for any seed come from the steps, and nobody has to import TensorFlow. It holds for one
reference, one set of steps and the probes that both were asked on; when any of them changes, it counts no more.
:mod:`grader.diagnosis.agreement` makes it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from ..assignment import REFERENCE, Assignment


class ProvenFunction(BaseModel):
    """One function whose steps agree with the reference in all cases."""

    cases: int
    difference: float
    """The largest difference of an entry, relative to the largest entry of that result."""
    central_differences: float | None = None
    """The same between the steps' derivatives and central differences of the reference's objective, if they are some."""
    dtypes: dict[str, str]
    """The reference's dtype of each result, as NumPy names it."""


class Proof(BaseModel):
    """What was compared, and for which functions the steps and the reference agreed."""

    schema_: Literal["grader.proof/1"] = Field("grader.proof/1", alias="schema")
    reference: str
    """The SHA-256 of the reference's code."""
    steps: str
    """The SHA-256 of the steps and of what they were asked: see :func:`digest_of_steps`."""
    tensorflow: str | None
    seeds: int
    functions: dict[str, ProvenFunction]


def folders(assignment: Assignment) -> list[Path]:
    """Where the recorded answers and the proof of an assignment may lie; the first is where they are written.

    That is its own folder, or for a bundled one that of the bundled references, where those of a copy are found, too.
    """
    bundled, own = REFERENCE / "answers", assignment.folder / "answers"
    if assignment.is_bundled:
        return [bundled]
    return [own, bundled] if assignment.has_bundled_reference else [own]


def file_of(assignment: Assignment) -> Path:
    """The file that a proof of an assignment is written to."""
    return folders(assignment)[0] / _file_name(assignment)


def _file_name(assignment: Assignment) -> str:
    return f"{assignment.name}.proof.json"


def read(assignment: Assignment) -> Proof | None:
    """The proof that was recorded for this reference and these steps; None where there is none.

    That of a bundled assignment also counts for a copy with another name, whose steps are the same.
    """
    current = (assignment.reference_digest(), digest_of_steps(assignment))
    files = [folder / _file_name(assignment) for folder in folders(assignment)]
    for file in [*files, *sorted(files[-1].parent.glob("*.proof.json"))]:
        try:
            recorded = Proof.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            continue
        if (recorded.reference, recorded.steps) == current:
            return recorded
    return None


def write(assignment: Assignment, proof: Proof) -> Path:
    """Record a proof and return the file; raises OSError."""
    file = file_of(assignment)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(proof.model_dump_json(by_alias=True, indent=1) + "\n")
    return file


def digest_of_steps(assignment: Assignment) -> str:
    """A SHA-256 of the steps, of the Python files that they name, of the functions' signatures, and of all probes."""
    content = assignment.content
    signatures = {name: [declared.signature, declared.returns] for name, declared in content.functions.items()}
    probes = {name: probe.model_dump(mode="json") for name, probe in content.probes.items()}
    found = hashlib.sha256(json.dumps([content.steps, signatures, probes]).encode())
    for path in content.steps.values():
        if isinstance(path, str) and (file := program_file(assignment, path)) is not None:
            found.update(file.read_bytes())
    return found.hexdigest()


def program_file(assignment: Assignment, path: str) -> Path | None:
    """The Python file of ``module.function``, in the assignment's folder or beside the bundled references, or None."""
    return assignment.python_file("/".join(path.split(".")[:-1]) + ".py")
