"""Chooses the files of a commit that are handed in: the file to grade, and the files that it uses. Nothing is unpacked to the disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from ..assignment import Assignment
from ..submission import files, python_code, reading

ARCHIVE = "commit.zip"


@dataclass(frozen=True)
class CommitFiles:
    """The files of a commit that are handed in. ``path`` is the file to grade in the repository; ``contents`` are in its folder if that is possible."""

    path: str
    contents: Mapping[str, bytes]


def of_archive(label: str, archive: bytes, assignment: Assignment, pattern: str) -> CommitFiles:
    """Return the files of a commit that are handed in, by its zip file from the host; raises UsageError if nothing can be chosen.

    ``label`` names the repository in messages. Without a ``pattern`` the file is found as in an archive that a student uploads.
    """
    contents = _without_top_folder(files.unpack(label, {ARCHIVE: archive}))
    submission = reading.read_contents(label, contents, assignment, pattern)
    folder = submission.file.rpartition("/")[0]
    words = {word for code in submission.code for word in python_code.used_files(code.source)}
    paths = [submission.file]
    for name, content in sorted(submission.files.items()):
        whole = f"{folder}/{name}" if folder and f"{folder}/{name}" in contents else name
        is_code = files.is_python(name, content)  # the reader has left out Python files that are not used
        if whole in contents and whole not in paths and (is_code or PurePosixPath(name).stem in words):
            paths.append(whole)
    is_in_folder = bool(folder) and all(path.startswith(f"{folder}/") for path in paths)
    return CommitFiles(
        submission.file, {path.removeprefix(f"{folder}/") if is_in_folder else path: contents[path] for path in paths}
    )


def _without_top_folder(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files with their paths in the repository: hosts pack a commit into one folder."""
    folders = {name.partition("/")[0] for name in contents}
    if len(folders) != 1 or not all("/" in name for name in contents):
        return contents
    return {name.partition("/")[2]: content for name, content in contents.items()}
