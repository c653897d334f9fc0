"""The folder of a desk: the output files of the class of one exercise in one language, and files of course systems to fill in."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from ..batch.course_files import CourseFiles
from ..support.atomic_files import write_whole
from .configuration import Configuration
from .identifiers import digest_of

SYSTEMS = ("canvas", "moodle", "ilias")
FILLED = {"canvas": "canvas.csv", "moodle": "moodle.csv", "ilias": "status.csv"}
"""The names of the filled files in the output folder."""
STATE = "desk.json"
FEEDBACK = "feedback.zip"
REQUESTS = "given"  # the folder with files of course systems


class FilledSheet(BaseModel):
    """The remarks for an instructor on a file of a course system that was filled in: names of people, and sentences."""

    unmatched: list[str] = []
    without_submission: list[str] = []
    locked: list[str] = []
    notes: list[str] = []
    existing: list[dict[str, Any]] = []


class ClassLine(BaseModel):
    """A student in the gradebook: ``identity`` is the login name, ``page`` the name of the files, "" without a report."""

    name: str
    identity: str
    section: str = ""
    status: str
    score: float | None = None
    max_score: float = 0.0
    late: str = ""
    is_provisional: bool = False
    by_hand: str = ""
    page: str = ""


class DeskState(BaseModel):
    """The content of the files of the last run: ``digest`` is that of everything that the files are made from.

    ``lines`` are the students in the order of the gradebook, ``notes`` are sentences for the instructor, and ``filled`` are the
    files of course systems by their names in :data:`SYSTEMS`.
    """

    digest: str = ""
    written: datetime | None = None
    lines: list[ClassLine] = []
    notes: list[str] = []
    filled: dict[str, FilledSheet] = {}

    def count(self, status: str) -> int:
        """Return the number of students with a status of the gradebook."""
        return sum(line.status == status for line in self.lines)

    def unmarked(self) -> list[ClassLine]:
        """Return the students with a part that a person has to mark."""
        return [line for line in self.lines if line.is_provisional]


class FillRequest(BaseModel):
    """How a file of a course system is filled in: the title of the column, and whether existing marks are replaced."""

    name: str
    column: str = ""
    overwrite_marks: bool = False


@dataclass(frozen=True)
class DeskFolder:
    """The folder of an exercise's desk."""

    path: Path
    language: str

    @property
    def out(self) -> Path:
        """The output folder, as ``grader grade`` makes one."""
        return self.path / self.language

    @property
    def _requests(self) -> Path:
        return self.path / REQUESTS

    def state(self) -> DeskState:
        """Return what the last run wrote; an empty state before the first run."""
        try:
            return DeskState.model_validate_json((self.out / STATE).read_bytes())
        except (OSError, ValidationError):
            return DeskState()

    def keep_state(self, state: DeskState) -> None:
        """Store what a run wrote, after everything else."""
        write_whole(self.out / STATE, state.model_dump_json().encode())

    def give(self, system: str, content: bytes, request: FillRequest) -> None:
        """Keep a file of a course system, which each run fills in from now on."""
        self._requests.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(self._requests / f"{system}.csv", content)
        write_whole(self._requests / f"{system}.json", request.model_dump_json().encode())

    def given(self, system: str) -> tuple[bytes, FillRequest] | None:
        """Return the file of a course system that is kept, None without one."""
        request = self.requests().get(system)
        return None if request is None else ((self._requests / f"{system}.csv").read_bytes(), request)

    def take_back(self, system: str) -> None:
        """Delete a file of a course system."""
        for suffix in (".csv", ".json"):
            (self._requests / f"{system}{suffix}").unlink(missing_ok=True)

    def requests(self) -> dict[str, FillRequest]:
        """Return the files of course systems that are kept, by their names in :data:`SYSTEMS`."""
        requests = {}
        for system in SYSTEMS:
            path = self._requests / f"{system}.json"
            if path.is_file() and (self._requests / f"{system}.csv").is_file():
                requests[system] = FillRequest.model_validate_json(path.read_bytes())
        return requests

    def course_files(self) -> CourseFiles:
        """Return the kept files for a run."""
        requests = self.requests()
        paths = {system: self._requests / f"{system}.csv" for system in requests}
        return CourseFiles(
            canvas=paths.get("canvas"),
            column=requests["canvas"].column if "canvas" in requests else "",
            moodle=paths.get("moodle"),
            ilias=paths.get("ilias"),
            overwrite_marks=any(request.overwrite_marks for request in requests.values()),
        )

    def digest_of_requests(self) -> str:
        """Return a digest of the kept files."""
        parts = []
        for system, request in self.requests().items():
            content = (self._requests / f"{system}.csv").read_bytes()
            parts.append(f"{system} {request.model_dump_json()} {digest_of(content.hex())}")
        return digest_of("\n".join(parts))


def of_exercise(configuration: Configuration, exercise_id: str, language: str) -> DeskFolder:
    """Return the folder of an exercise's desk in a language; it need not exist."""
    return DeskFolder(_path(configuration, exercise_id), language)


def delete(configuration: Configuration, exercise_id: str) -> None:
    """Delete all files of an exercise's desk, which can be written again from the database."""
    shutil.rmtree(_path(configuration, exercise_id), ignore_errors=True)


def delete_pages(configuration: Configuration, exercise_id: str) -> None:
    """Delete what runs have written, but not the files of course systems to fill in."""
    for path in _path(configuration, exercise_id).glob("*"):
        if path.name != REQUESTS:
            shutil.rmtree(path, ignore_errors=True)


def _path(configuration: Configuration, exercise_id: str) -> Path:
    return configuration.data_dir / "desks" / exercise_id
