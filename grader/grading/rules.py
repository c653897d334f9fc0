"""The digests of all that decides a verdict: machines with the same rules give the same grades."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .. import datasets
from ..assignment import Assignment
from ..expected import assignment_files
from ..support.places import PACKAGE
from ..version import __version__

SHORT = 8  # hexadecimal digits of a digest in a sentence
DECIDING = (".py", ".yaml")  # files of the package that decide verdicts; the others are translations and pages


@dataclass(frozen=True)
class DataVersion:
    """A digest of the images and labels of a dataset, and the name of its source."""

    digest: str
    source: str


@dataclass(frozen=True)
class Rules:
    """The version of the grader, digests of its code and of an assignment, and the versions of the assignment's datasets."""

    grader: str
    code: str
    assignment: str
    data: dict[str, DataVersion]


def rules_here(assignment: Assignment, data: Path | None, other_paths: Sequence[Path] = ()) -> Rules:
    """Return the rules of this machine.

    ``data`` is the folder of ``--data``; ``other_paths`` are no part of the assignment. Raises NotGradable or UsageError
    for a dataset that cannot be read.
    """
    return Rules(
        __version__,
        code_digest(),
        assignment_files.short_digest(assignment, other_paths),
        {name: _data_version(name, data) for name in assignment.content.datasets},
    )


def difference(expected: Rules, own: Rules) -> str | None:
    """Return the difference between ``expected`` and a machine's ``own`` rules, and the remedy; None if nothing differs."""
    if (own.grader, own.code) != (expected.grader, expected.code):
        return (
            f"Its grader is another one (there version {own.grader}, code {own.code[:SHORT]}; here version {expected.grader}, "
            f"code {expected.code[:SHORT]}): install the same grader on all machines, and restart the Dask workers."
        )
    if own.assignment != expected.assignment:
        return (
            f"Its version of the assignment is another one (there {own.assignment[:SHORT]}; here {expected.assignment[:SHORT]}): "
            "install the same grader on all machines, and restart the Dask workers."
        )
    for name, version in expected.data.items():
        if own.data[name].digest != version.digest:
            return (
                f"Its dataset {name} is another one (there {_called(own.data[name])}; here {_called(version)}): give all "
                "machines the same file, at the same path with --data."
            )
    return None


def _called(version: DataVersion) -> str:
    return f"{version.source}, {version.digest[:SHORT]}"


@cache
def code_digest(package: Path = PACKAGE) -> str:
    """Return a SHA-256 of the files of the package that decide verdicts; a checkout and an installation have the same."""
    sha256 = hashlib.sha256()
    for file in sorted(package.rglob("*")):
        if file.suffix in DECIDING and not file.is_relative_to(package / "bundled"):
            sha256.update(f"{file.relative_to(package).as_posix()}\0".encode())
            sha256.update(hashlib.sha256(file.read_bytes()).digest())
    return sha256.hexdigest()


def _data_version(name: str, folder: Path | None) -> DataVersion:
    dataset = datasets.load(name, folder)
    return DataVersion(datasets.digest(dataset), dataset.source)
