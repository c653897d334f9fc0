"""Which files an assignment grades by: packed, to be sent around, and as one digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..assignment import Assignment
from ..submission import files
from ..support.errors import UsageError

SHORT = 12  # hexadecimal digits of a digest in a report


def pack(assignment: Assignment, besides: Sequence[Path]) -> dict[str, bytes]:
    """The files that an assignment grades by, {name in the folder: content}, without those ``besides``, such as a class
    and its results, that may lie in its folder.

    Raises UsageError for one that is too large to be sent around.
    """
    packed = {}
    for name, content in _members(assignment, besides):
        raw = content()
        if raw is None:
            large = assignment.folder / name
            raise UsageError(f"{large} has more than {files.MAX_FILE >> 20} MB: keep data outside of the assignment.")
        packed[name] = raw
    return packed


def _members(assignment: Assignment, besides: Sequence[Path]) -> Iterator[files.Member]:
    """The files of the folder but for those ``besides`` and for solutions, which no grading looks at."""
    left_out = assignment.content.only_to_validate()
    inside = [path for path in besides if assignment.folder in path.parents]
    for name, content in files.folder_members(assignment.folder):
        if name not in left_out and not any((assignment.folder / name).is_relative_to(other) for other in inside):
            yield name, content


def digest(assignment: Assignment, besides: Sequence[Path]) -> str:
    """A SHA-256 of all that an assignment grades by: its folder, without solutions and those ``besides``, and its reference.

    In an installation, which has no solutions, it is the same as in a checkout.
    """
    found = hashlib.sha256()
    for name, _content in sorted(_members(assignment, besides), key=lambda member: member[0]):
        with (assignment.folder / name).open("rb") as file:
            found.update(os.fsencode(f"{name}\0") + hashlib.file_digest(file, "sha256").digest())
    found.update(assignment.reference_digest().encode())
    return found.hexdigest()
