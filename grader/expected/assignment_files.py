"""The files that grading with an assignment reads: packed to be sent to another machine, and as one digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from weakref import WeakKeyDictionary

from ..assignment import Assignment
from ..submission import files
from ..support.errors import UsageError

SHORT = 12  # hexadecimal digits of a digest in a report


def pack(assignment: Assignment, other_paths: Sequence[Path]) -> dict[str, bytes]:
    """Return {name in the folder: content} of the files that grading reads, without the paths in ``other_paths``.

    ``other_paths`` are for example submissions and results inside the assignment's folder. Raises UsageError if a file is
    too large to be sent.
    """
    contents = {}
    for name, content in _members(assignment, other_paths):
        raw = content()
        if raw is None:
            large = assignment.folder / name
            raise UsageError(
                f"{large} is larger than {files.MAX_FILE >> 20} MB: keep data outside the assignment's folder."
            )
        contents[name] = raw
    return contents


def _members(assignment: Assignment, other_paths: Sequence[Path]) -> Iterator[files.Member]:
    """Yield the files of the folder without those in ``other_paths`` and without the solutions, which grading does not read."""
    solution_files = assignment.content.only_to_validate(assignment.known_wrong())
    inside = [path for path in other_paths if assignment.folder in path.parents]
    for name, content in files.folder_members(assignment.folder):
        if name not in solution_files and not any((assignment.folder / name).is_relative_to(other) for other in inside):
            yield name, content


def digest(assignment: Assignment, other_paths: Sequence[Path]) -> str:
    """Return a SHA-256 of the assignment's folder, without solutions and ``other_paths``, of its reference and of what it includes.

    It is the same in a checkout and in an installation, which has no solutions.
    """
    sha256 = hashlib.sha256()
    for name, _content in sorted(_members(assignment, other_paths), key=lambda member: member[0]):
        with (assignment.folder / name).open("rb") as file:
            sha256.update(os.fsencode(f"{name}\0") + hashlib.file_digest(file, "sha256").digest())
    sha256.update(f"{assignment.reference_digest()}{assignment.included_digest()}".encode())
    return sha256.hexdigest()


def short_digest(assignment: Assignment, other_paths: Sequence[Path] = ()) -> str:
    """Return the first digits of :func:`digest`, which is computed once for each assignment and ``other_paths``."""
    inside = tuple(path for path in other_paths if assignment.folder in path.parents)
    known_digests = _DIGESTS.setdefault(assignment, {})
    if inside not in known_digests:
        known_digests[inside] = digest(assignment, inside)[:SHORT]
    return known_digests[inside]


_DIGESTS: WeakKeyDictionary[Assignment, dict[tuple[Path, ...], str]] = WeakKeyDictionary()
