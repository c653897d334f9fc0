"""An assignment is a folder with an ``assignment.yaml``. It is found by its path or, if bundled, by its name.

The models of the file are in :mod:`base`, :mod:`checks` and :mod:`spec`. Every mistake in the file is
reported with file and line (:mod:`grader.support.yaml_model`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from functools import cache
from pathlib import Path

from ..support import similar_names, yaml_model
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.places import ASSIGNMENTS, DIGESTS, REFERENCE
from . import including, known_wrong
from .known_wrong import KnownWrong
from .spec import AssignmentSpec


class Assignment:
    """A folder with its ``assignment.yaml``, ready for grading."""

    def __init__(self, folder: Path, content: AssignmentSpec) -> None:
        self.folder = folder
        self.content = content

    @property
    def name(self) -> str:
        return self.content.name

    @property
    def is_bundled(self) -> bool:
        """True if the assignment is part of the grader, so that every installation has it."""
        return self.folder.parent == ASSIGNMENTS

    def python_file(self, name: str) -> Path | None:
        """Return the file of that name in the folder, else among the bundled references; None if neither exists.

        Raises UsageError if the file is a link that leads out of the folder.
        """
        for root in (self.folder, REFERENCE):
            file = root / name
            if file.is_file():
                if not is_bundled(file) and not file.resolve().is_relative_to(self.folder):
                    where = self.folder / "assignment.yaml"
                    raise UsageError(
                        f"{where}: '{name}' is a link that leads out of the folder; put the file itself there."
                    )
                return file
        return None

    def file(self, name: str) -> Path:
        """Return the path of a file of the folder. Raises UsageError if it is missing."""
        path = self.folder / name
        if not path.is_file():
            raise UsageError(f"{self.folder}: {name} is missing. Add it, or name another file in assignment.yaml.")
        return path

    def task_file(self, language: str) -> Path:
        """Return the file with the task: ``task.de.md`` in German if it exists, else ``task.md``. It may be missing."""
        file = self.folder / self.content.task
        translation = file.with_suffix(f".{language}{file.suffix}")
        return translation if translation.is_file() else file

    def known_wrong(self) -> list[KnownWrong]:
        """Return the declared known-wrong solutions; none if they are in a file that is missing, as in an installation.

        Raises UsageError for every mistake in this file.
        """
        content = self.content
        if not isinstance(content.known_wrong, str):
            return content.known_wrong
        file = self.folder / content.known_wrong
        checks = [check.name for check in content.checks if not check.needs_person]
        return known_wrong.read(file, checks, content.files) if file.is_file() else []

    @property
    def lacks_solution(self) -> bool:
        """True for a bundled assignment in an installation, which does not contain the solutions."""
        return self.is_bundled and not (self.folder / self.content.solution).is_file()

    @property
    def lacks_reference(self) -> bool:
        """True if the reference is bundled and not installed: an installation has only its digest."""
        return self.content.reference is not None and self.reference_file() is None

    @property
    def has_bundled_reference(self) -> bool:
        """True if the reference is a bundled one and not a file of the assignment's folder."""
        return self.content.reference is not None and not (self.folder / self.content.reference).is_file()

    def reference_file(self) -> Path | None:
        """Return the file of the reference, in the folder or among the bundled references.

        Returns None if the assignment has no reference, or if the reference is bundled and not installed. Raises
        UsageError for an unknown name.
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
            f"the folder nor a bundled reference; the bundled references are {', '.join(recorded_digests())}."
        )

    def reference_digest(self) -> str:
        """Return the SHA-256 of the reference's code, "" without a reference.

        For a bundled reference that is not installed, it is the recorded digest.
        """
        file = self.reference_file()
        if file is not None:
            return _digest(file)
        return "" if self.content.reference is None else recorded_digests()[self.content.reference]

    def included_digest(self) -> str:
        """Return the SHA-256 of each included file that is not in the folder, "" without any."""
        return "".join(map(_digest, including.bundled_files(self.content.include)))


def digests_of_references() -> dict[str, str]:
    """Return {module: SHA-256} of the bundled references in a checkout, which ``digests.json`` must contain."""
    return {path.stem: _digest(path) for path in sorted(REFERENCE.glob("[a-z]*.py"))}


@cache
def recorded_digests() -> dict[str, str]:
    """Return the recorded {module: SHA-256} of the bundled references."""
    digests: dict[str, str] = json.loads(DIGESTS.read_text())
    return digests


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def is_bundled(file: Path) -> bool:
    """True if a file is part of the grader, so that its code may run in the grader's process."""
    return any(file.resolve().is_relative_to(folder.resolve()) for folder in (ASSIGNMENTS, REFERENCE))


def bundled_names() -> list[str]:
    """Return the names of the assignments that are part of the grader."""
    return sorted(path.parent.name for path in ASSIGNMENTS.glob("*/assignment.yaml"))


class NoAssignment(UsageError):
    """The assignment does not exist. ``suggestion`` is the most similar name or path, or None."""

    def __init__(self, name: str) -> None:
        self.suggestion = most_similar(name)
        if self.suggestion is not None:
            message = _("There is no assignment '{name}': did you mean '{meant}'?")
            super().__init__(message.format(name=name, meant=self.suggestion))
            return
        message = _("There is no assignment '{name}': use one of {names}, or a folder with an assignment.yaml.")
        super().__init__(message.format(name=name, names=", ".join(bundled_names())))


def most_similar(name: str) -> str | None:
    """Return the existing assignment whose name is most similar to ``name``; None without a similar one.

    It is a folder next to the missing one, else a bundled assignment.
    """
    path = Path(name)
    with contextlib.suppress(OSError, ValueError):  # a folder that cannot be read, or a name that is not a path
        if path.parent != Path():
            match = similar_names.nearest(
                path.name, [file.parent.name for file in path.parent.glob("*/assignment.yaml")]
            )
            if match is not None:
                return str(path.parent / match)
    return similar_names.nearest(name, bundled_names())


def load(name_or_folder: str, outline: bool = False) -> Assignment:
    """Return the bundled assignment of that name or the assignment in that folder. Raises UsageError.

    With ``outline`` the checks of a bundled assignment have only the keys that all kinds share. This is for commands that
    do not run them, since importing the kinds takes time.
    """
    bundled = ASSIGNMENTS / name_or_folder
    if name_or_folder in bundled_names():
        here = Path(name_or_folder, "assignment.yaml")
        if here.is_file() and here.resolve() != (bundled / "assignment.yaml").resolve():
            raise UsageError(
                _(
                    "'{name}' is both a bundled assignment and a folder here: write ./{name} for the folder, or run the command in another folder."
                ).format(name=name_or_folder)
            )
        folder = bundled
    else:
        folder = Path(name_or_folder)
        if folder.name == "assignment.yaml":
            folder = folder.parent
        if not (folder / "assignment.yaml").is_file():
            raise NoAssignment(name_or_folder)
    return Assignment(
        folder.resolve(),
        yaml_model.load(folder / "assignment.yaml", AssignmentSpec, outline=outline and folder == bundled),
    )
