"""A recorded proof that the NumPy steps of an assignment compute the same as its reference.

With it, expected answers for any seed come from the steps, without TensorFlow. A proof is valid for one version of the
reference, of the steps and of the probes; after a change of any of them it is not valid any more.
:mod:`grader.diagnosis.agreement` creates it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from ..assignment import Assignment
from ..assignment.probes import Probe
from ..support.places import REFERENCE


class ProvenFunction(BaseModel):
    """A function whose steps agree with the reference in all cases."""

    cases: int
    difference: float
    """The largest difference of an entry, relative to the largest entry of that result."""
    central_differences: float | None = None
    """The largest difference between the steps' derivatives and central differences; None without derivatives."""
    dtypes: dict[str, str]
    """The reference's dtype of each result, as NumPy names it."""


class Proof(BaseModel):
    """The versions that were compared, and the functions for which steps and reference agree."""

    schema_: Literal["grader.proof/1"] = Field("grader.proof/1", alias="schema")
    reference: str
    """The SHA-256 of the reference's code."""
    steps: str
    """The SHA-256 of the steps and probes: see :func:`digest_of_steps`."""
    tensorflow: str | None
    seeds: int
    functions: dict[str, ProvenFunction]


def folders(assignment: Assignment) -> list[Path]:
    """Return the folders that may contain the recorded answers and the proof; the first is the one for writing.

    It is a folder in the assignment, or for a bundled assignment the folder of the bundled references. The latter is
    also searched for a copy of a bundled assignment.
    """
    bundled, own = REFERENCE / "answers", assignment.folder / "answers"
    if assignment.is_bundled:
        return [bundled]
    return [own, bundled] if assignment.has_bundled_reference else [own]


def file_of(assignment: Assignment) -> Path:
    """Return the file to which the proof of an assignment is written."""
    return folders(assignment)[0] / _file_name(assignment)


def _file_name(assignment: Assignment) -> str:
    return f"{assignment.name}.proof.json"


def read(assignment: Assignment) -> Proof | None:
    """Return the proof recorded for this reference and these steps, or None.

    The proof of a bundled assignment is also valid for a copy with another name and the same steps.
    """
    current = (assignment.reference_digest(), digest_of_steps(assignment))
    files = [folder / _file_name(assignment) for folder in folders(assignment)]
    for file in [*files, *sorted(files[-1].parent.glob("*.proof.json"))]:
        try:
            proof = Proof.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):
            continue
        if (proof.reference, proof.steps) == current:
            return proof
    return None


def write(assignment: Assignment, proof: Proof) -> Path:
    """Write a proof and return its file. Raises OSError."""
    file = file_of(assignment)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(proof.model_dump_json(by_alias=True, indent=1) + "\n")
    return file


def digest_of_steps(assignment: Assignment) -> str:
    """Return a SHA-256 of the steps, of the Python files that they name, of the functions' signatures, and of all probes."""
    content = assignment.content
    signatures = {name: [spec.written, spec.returns] for name, spec in content.functions.items()}
    probes = {name: _declared(probe) for name, probe in content.probes.items()}
    sha256 = hashlib.sha256(json.dumps([content.steps, signatures, probes]).encode())
    for path in content.steps.values():
        if isinstance(path, str) and (file := program_file(assignment, path)) is not None:
            sha256.update(file.read_bytes())
    return sha256.hexdigest()


def _declared(probe: Probe) -> Any:
    """Return a probe as data; ``passed_as`` is left out unless it is set, since older digests do not contain it."""
    data = probe.model_dump(mode="json", exclude={"each"})
    for value in data["inputs"].values():
        if isinstance(value, dict) and value["passed_as"] == "array":
            del value["passed_as"]
    return data


def program_file(assignment: Assignment, path: str) -> Path | None:
    """Return the Python file of ``module.function`` in the assignment's folder or next to the bundled references, or None."""
    return assignment.python_file("/".join(path.split(".")[:-1]) + ".py")
