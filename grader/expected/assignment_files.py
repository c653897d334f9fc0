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


def pack(assignment: Assignment, besides: Sequence[Path]) -> dict[str, bytes]:
    """Return {name in the folder: content} of the files that grading reads, without the paths in ``besides``.

    ``besides`` are for example submissions and results inside the assignment's folder. Raises UsageError if a file is
    too large to be sent.
    """
    packed = {}
    for name, content in _members(assignment, besides):
        raw = content()
        if raw is None:
            large = assignment.folder / name
            raise UsageError(
                f"{large} is larger than {files.MAX_FILE >> 20} MB: keep data outside the assignment's folder."
            )
        packed[name] = raw
    return packed


def _members(assignment: Assignment, besides: Sequence[Path]) -> Iterator[files.Member]:
    """Yield the files of the folder without those in ``besides`` and without the solutions, which grading does not read."""
    left_out = assignment.content.only_to_validate()
    inside = [path for path in besides if assignment.folder in path.parents]
    for name, content in files.folder_members(assignment.folder):
        if name not in left_out and not any((assignment.folder / name).is_relative_to(other) for other in inside):
            yield name, content


def digest(assignment: Assignment, besides: Sequence[Path]) -> str:
    """Return a SHA-256 of the assignment's folder, without solutions and ``besides``, and of its reference.

    It is the same in a checkout and in an installation, which has no solutions.
    """
    sha256 = hashlib.sha256()
    for name, _content in sorted(_members(assignment, besides), key=lambda member: member[0]):
        with (assignment.folder / name).open("rb") as file:
            sha256.update(os.fsencode(f"{name}\0") + hashlib.file_digest(file, "sha256").digest())
    sha256.update(assignment.reference_digest().encode())
    return sha256.hexdigest()


def short_digest(assignment: Assignment, besides: Sequence[Path] = ()) -> str:
    """Return the first digits of :func:`digest`, which is computed once for each assignment and ``besides``."""
    inside = tuple(path for path in besides if assignment.folder in path.parents)
    known_digests = _DIGESTS.setdefault(assignment, {})
    if inside not in known_digests:
        known_digests[inside] = digest(assignment, inside)[:SHORT]
    return known_digests[inside]


_DIGESTS: WeakKeyDictionary[Assignment, dict[tuple[Path, ...], str]] = WeakKeyDictionary()
