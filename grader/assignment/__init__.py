"""An assignment: a folder with an ``assignment.yaml``, found by the name of a bundled one or by its path.

The models of the file are in :mod:`parts`, :mod:`checks` and :mod:`content`; all mistakes in it are
reported with file and line (:mod:`grader.support.yaml_model`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ..support import similar_names, yaml_model
from ..support.errors import UsageError
from ..support.i18n import _
from .spec import AssignmentFile

if TYPE_CHECKING:
    from ..expected.author import Author

PACKAGE = Path(__file__).resolve().parent.parent
# Installed, the two folders lie inside the package; in a checkout, beside it.
BUNDLED = PACKAGE / "bundled" if (PACKAGE / "bundled").is_dir() else PACKAGE.parent
ASSIGNMENTS = BUNDLED / "assignments"
REFERENCE = BUNDLED / "reference"
DIGESTS = REFERENCE / "digests.json"  # {module: SHA-256}; an installation has no other trace of the bundled references


class Assignment:
    """A folder with its ``assignment.yaml``, ready to grade by."""

    def __init__(self, folder: Path, content: AssignmentFile) -> None:
        self.folder = folder
        self.content = content
        self._digests: dict[tuple[Path, ...], str] = {}

    @property
    def name(self) -> str:
        return self.content.name

    @property
    def is_bundled(self) -> bool:
        """Whether every installation of the grader has it."""
        return self.folder.parent == ASSIGNMENTS

    @cached_property
    def author(self) -> Author:
        """The worker for Python of its folder, which starts when it is needed."""
        from ..expected.author import Author

        return Author(self.folder)

    def python_file(self, name: str) -> Path | None:
        """The file of that name in the folder, else among the bundled references; None where there is none.

        Raises UsageError for a file that leads out of the folder.
        """
        for root in (self.folder, REFERENCE):
            file = root / name
            if file.is_file():
                if not is_bundled(file) and not file.resolve().is_relative_to(self.folder):
                    where = self.folder / "assignment.yaml"
                    raise UsageError(f"{where}: '{name}' leads out of the folder; put the file itself there.")
                return file
        return None

    def digest(self, besides: Sequence[Path] = ()) -> str:
        """The first digits of the SHA-256 of all files that it grades by, but for those ``besides``."""
        from ..expected.assignment_files import SHORT, digest

        inside = tuple(path for path in besides if self.folder in path.parents)
        if inside not in self._digests:
            self._digests[inside] = digest(self, inside)[:SHORT]
        return self._digests[inside]

    def file(self, name: str) -> Path:
        """Return a file of the folder; raises UsageError if it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise UsageError(f"{self.folder / 'assignment.yaml'}: names '{name}', which is not in the folder.")
        return path

    @property
    def lacks_solution(self) -> bool:
        """Whether it is a bundled one of an installation, which has no solutions."""
        return self.is_bundled and not (self.folder / self.content.solution).is_file()

    @property
    def lacks_reference(self) -> bool:
        """Whether its reference is a bundled one, of which an installation has the digest alone."""
        return self.content.reference is not None and self.reference_file() is None

    @property
    def has_bundled_reference(self) -> bool:
        """Whether its reference is not a file of its own folder."""
        return self.content.reference is not None and not (self.folder / self.content.reference).is_file()

    def reference_file(self) -> Path | None:
        """Return the reference module, one of the folder, else a bundled one of that name; None if there is none, or if it
        is a bundled one and the grader is installed. Raises UsageError if the name is not known.
        """
        if self.content.reference is None:
            return None
        if not self.has_bundled_reference:
            return self.python_file(self.content.reference)
        bundled = REFERENCE / f"{self.content.reference}.py"
        if bundled.is_file():
            return bundled
        if self.content.reference in recorded_digests():
            return None
        raise UsageError(
            f"{self.folder / 'assignment.yaml'}: the reference '{self.content.reference}' is neither a file of "
            f"the folder nor a bundled one; allowed are {', '.join(recorded_digests())}."
        )

    def reference_digest(self) -> str:
        """The SHA-256 of the reference's code, of a bundled one that is not installed the recorded one; "" without a reference."""
        file = self.reference_file()
        if file is not None:
            return _digest(file)
        return "" if self.content.reference is None else recorded_digests()[self.content.reference]


def digests_of_references() -> dict[str, str]:
    """The SHA-256 of each bundled reference of a checkout, by the module's name: what has to be recorded."""
    return {path.stem: _digest(path) for path in sorted(REFERENCE.glob("[a-z]*.py"))}


@cache
def recorded_digests() -> dict[str, str]:
    """The SHA-256 of each bundled reference, by the module's name, as recorded."""
    recorded: dict[str, str] = json.loads(DIGESTS.read_text())
    return recorded


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def is_bundled(file: Path) -> bool:
    """Whether a file is the grader's own, so that its code may run in the grader's process."""
    return any(file.resolve().is_relative_to(folder.resolve()) for folder in (ASSIGNMENTS, REFERENCE))


def bundled_names() -> list[str]:
    """The names of the assignments that come with the grader."""
    return sorted(path.parent.name for path in ASSIGNMENTS.glob("*/assignment.yaml"))


class NoAssignment(UsageError):
    """Nothing is there under the name; ``meant`` is the name or path of the assignment that was probably meant, or None."""

    def __init__(self, name: str) -> None:
        self.meant = meant(name)
        if self.meant is not None:
            message = _("There is no assignment '{name}': did you mean '{meant}'?")
            super().__init__(message.format(name=name, meant=self.meant))
            return
        message = _("There is no assignment '{name}': use one of {names}, or a folder with an assignment.yaml.")
        super().__init__(message.format(name=name, names=", ".join(bundled_names())))


def meant(name: str) -> str | None:
    """The assignment that ``name`` probably means: a folder next to the one named, else a bundled one, else None."""
    path = Path(name)
    with contextlib.suppress(OSError, ValueError):  # a folder that cannot be read, or no path at all
        if path.parent != Path():
            found = similar_names.nearest(
                path.name, [file.parent.name for file in path.parent.glob("*/assignment.yaml")]
            )
            if found is not None:
                return str(path.parent / found)
    return similar_names.nearest(name, bundled_names())


def load(name_or_folder: str) -> Assignment:
    """Return the bundled assignment of that name, or the one in that folder; raises UsageError."""
    bundled = ASSIGNMENTS / name_or_folder
    if name_or_folder in bundled_names():
        here = Path(name_or_folder, "assignment.yaml")
        if here.is_file() and here.resolve() != (bundled / "assignment.yaml").resolve():
            raise UsageError(
                _(
                    "'{name}' is a bundled assignment and a folder here: write ./{name} for the folder, or run the command elsewhere."
                ).format(name=name_or_folder)
            )
        folder = bundled
    else:
        folder = Path(name_or_folder)
        if folder.name == "assignment.yaml":
            folder = folder.parent
        if not (folder / "assignment.yaml").is_file():
            raise NoAssignment(name_or_folder)
    return Assignment(folder.resolve(), yaml_model.load(folder / "assignment.yaml", AssignmentFile))
