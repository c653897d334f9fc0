"""Keeps the files of an output folder in step: a file that an earlier run wrote is renewed, or removed.

Every file that not each run writes goes through here: import files of course systems, pages of sections, feedback.
The store remembers their names and digests. The files of students (:mod:`grader.batch.pages`) have their own list.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
from collections.abc import Mapping
from pathlib import Path

from ..support.atomic_files import write_whole
from ..support.text import plural
from .store import Store

FEEDBACK = ("feedback/", "mail/", "moodle-feedback", "canvas-feedback", "ilias-feedback")
IMPORTS = ("canvas.csv", "moodle.csv", "status.csv", "nbgrader.csv")  # earlier versions did not remember all of them
SECTION = "section-"  # how the page of a section begins
WITHOUT_NOTE = "copies/"  # pages that nobody imports, and that no option asks for


class WrittenFiles:
    """The files that one run writes into its output folder."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._names: set[str] = set()
        self._notes: list[str] = []

    def write(self, files: Mapping[str, bytes], forced: bool = True) -> None:
        """Write files, {path in the output folder, with slashes: content}; raises UsageError if that is not possible.

        A file that somebody else wrote or changed gets another name. See :func:`write_whole` for ``forced``.
        """
        for name, content in files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._keep_changed(name, path, content)
            write_whole(path, content, forced)
        self._store.keep_written({name: _digest(content) for name, content in files.items()})
        self._names |= files.keys()

    def _keep_changed(self, name: str, path: Path, content: bytes) -> None:
        """Rename a file that differs from the one that the last run wrote: a person may have entered marks in it."""
        if path.is_file() and _digest(path.read_bytes()) not in (self._store.written(name), _digest(content)):
            numbers = (f"-{number}" if number > 1 else "" for number in itertools.count(1))
            places = (path.with_name(f"{path.stem}-changed{number}{path.suffix}") for number in numbers)
            place = next(place for place in places if not place.exists())
            path.rename(place)
            self._notes.append(f"{name} was changed since the grader wrote it: the changed file is now {place.name}.")

    def remove_others(self, place: str = "") -> list[str]:
        """Remove the files that earlier runs wrote and this run did not, and return sentences about them.

        Nobody should import or read an outdated mark. A file that was changed since then is kept. With ``place`` only files
        whose names begin with it are removed. The sentences about files that :meth:`write` renamed are returned as well.
        """
        notes, self._notes = self._notes, []
        removed_files: dict[str, int] = {}  # by file in the output folder, or by folder in it
        names = {*self._store.written_names(), *IMPORTS} - self._names
        for name in sorted(name for name in names if name.startswith(place)):
            path = self._folder / name
            if not path.is_file():
                self._store.forget_written(name)
            elif self._store.written(name) == _digest(path.read_bytes()):
                path.unlink()
                self._remove_empty_folders(name)
                self._store.forget_written(name)
                if not name.startswith(WITHOUT_NOTE):
                    top = "".join(name.partition("/")[:2])
                    removed_files[top] = removed_files.get(top, 0) + 1
            else:  # somebody changed it
                notes.append(
                    f"{path} is not from this run, and its scores may be outdated: remove it if you do not need it."
                )
        return [*(_sentence(top, count) for top, count in removed_files.items()), *notes]

    def _remove_empty_folders(self, name: str) -> None:
        """Remove the folders above a file, up to the output folder, if nothing else is in them."""
        with contextlib.suppress(OSError):
            for folder in [*Path(name).parents][:-1]:
                (self._folder / folder).rmdir()


def _sentence(top: str, count: int) -> str:
    """Return the sentence about a file, or about the files of a folder, that were removed."""
    is_feedback = top.startswith(FEEDBACK)
    remedy = "run 'grader feedback' again to get a new one" if is_feedback else "give its option again to get a new one"
    if top.startswith(SECTION):
        remedy = "a run without --section writes the pages of all sections"
    what = f"{top} ({plural(count, 'file')})" if top.endswith("/") else top
    return f"{what} from an earlier run was removed: {remedy}."


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
