"""Keeps the files of an output folder in step: a file that an earlier run wrote is renewed, or removed.

Every file that not each run writes goes through here: import files of course systems, pages of sections, feedback.
The store remembers their names and digests. The files of students (:mod:`grader.batch.pages`) have their own list.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from pathlib import Path

from ..support.atomic_files import write_whole
from .store import Store

IMPORTS = ("canvas.csv", "moodle.csv", "status.csv", "nbgrader.csv")  # earlier versions did not remember all of them
WITHOUT_NOTE = "copies/"  # pages that nobody imports, and that no option asks for


class WrittenFiles:
    """The files that one run writes into its output folder."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._folder = folder
        self._store = store
        self._names: set[str] = set()

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, {path in the output folder, with slashes: content}; raises UsageError if that is not possible."""
        for name, content in files.items():
            path = self._folder / name
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(path, content)
        self._store.keep_written({name: _digest(content) for name, content in files.items()})
        self._names |= files.keys()

    def remove_others(self) -> list[str]:
        """Remove the files that earlier runs wrote and this run did not, and return a sentence about each.

        Nobody should import or read an outdated mark. A file that was changed since then is kept.
        """
        notes = []
        for name in sorted({*self._store.written_names(), *IMPORTS} - self._names):
            path = self._folder / name
            if not path.is_file():
                self._store.forget_written(name)
            elif self._store.written(name) == _digest(path.read_bytes()):
                path.unlink()
                with contextlib.suppress(OSError):  # other files are in its folder, or it is the output folder
                    path.parent.rmdir()
                self._store.forget_written(name)
                if not name.startswith(WITHOUT_NOTE):
                    notes.append(f"{name} from an earlier run was removed: give its option again to get a new one.")
            else:  # somebody changed it
                notes.append(
                    f"{path} is not from this run, and its scores may be outdated: remove it if you do not need it."
                )
        return notes


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
