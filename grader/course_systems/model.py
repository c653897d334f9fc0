"""The common model of both course systems: an assignment, its submissions with their people, and the marks that are there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ..batch.students import Person

Tell = Callable[[str], None]


@dataclass(frozen=True)
class CourseAssignment:
    """An assignment. ``points`` is its maximum, None without one.

    ``refusal`` says why no marks can be returned to it, "" if they can. ``notes`` are sentences for the instructor, for example on
    who sees returned marks. ``group_has_one_mark`` is true if all members of a group get the same mark.
    """

    title: str
    course: str
    points: float | None
    due: datetime | None = None
    refusal: str = ""
    notes: tuple[str, ...] = ()
    group_has_one_mark: bool = False


@dataclass(frozen=True)
class CourseFile:
    """A file of a submission: its id, the name that the student gave it, which may have folders, its size, and its address.

    ``size`` is 0 if it is not known. ``changed`` says when it was changed.
    """

    id: str
    name: str
    size: int
    url: str
    changed: str = ""


@dataclass(frozen=True)
class CourseMember:
    """A person of the class; ``logins`` are other ids in the course system, ``sortable_name`` has the last name first."""

    person: Person
    logins: tuple[str, ...] = ()
    section: str = ""
    sortable_name: str = ""


@dataclass(frozen=True)
class CourseSubmission:
    """The newest attempt of a student or a group; ``attempt`` is 0 if nothing was handed in.

    ``key`` is the id of the student or the group. ``text`` is what was typed as HTML, ``link`` a submitted address.
    """

    key: str
    members: tuple[CourseMember, ...]
    group: str = ""
    attempt: int = 0
    submitted: datetime | None = None
    late: bool = False
    due: datetime | None = None
    excused: bool = False
    files: tuple[CourseFile, ...] = ()
    text: str = ""
    link: str = ""


@dataclass(frozen=True)
class MarkPlace:
    """The place of a person's mark: the mark that is there, "" without one, and the comments, the oldest first.

    ``attempt`` and ``submitted`` are those of the newest submission, ``group`` the name of its group. ``refusal`` says why the
    mark cannot be changed. ``is_complete`` is false if the mark and the comments must still be read. ``deducted`` are the points
    that the course system itself takes off. ``attached`` are the names of the files of the comments.
    """

    member: CourseMember
    mark: str = ""
    comments: tuple[str, ...] = ()
    attempt: int = 0
    submitted: datetime | None = None
    group: str = ""
    refusal: str = ""
    is_complete: bool = True
    deducted: float = 0.0
    state: str = ""
    attached: tuple[str, ...] = ()


@dataclass(frozen=True)
class AttachedPage:
    """The page of a student, as a file of a comment; the name changes with the result that it shows.

    ``sentence`` is the comment if there is no other one.
    """

    name: str
    content: bytes
    sentence: str


@dataclass(frozen=True)
class MarkChange:
    """The change of a place: a ``mark``, a ``comment`` and a ``page``, each None if it stays as it is."""

    place: MarkPlace
    mark: str | None
    comment: str | None
    page: AttachedPage | None = None


class CourseSystem(Protocol):
    """One assignment of a course system, by its API. Every method raises :class:`CourseSystemFailure`."""

    name: str
    keeps_comments: bool
    """Whether a new comment is added to the others, instead of replacing them."""
    takes_pages: bool
    """Whether pages can be attached to comments."""

    def assignment(self) -> CourseAssignment:
        """Return the assignment."""

    def submissions(self) -> Sequence[CourseSubmission]:
        """Return the newest attempts of all students of the class, also of those who handed in nothing."""

    def download(self, file: CourseFile, target: Path, limit: int) -> int:
        """Write a file, and return its size; raises BrokenDownload for a file that is longer than ``limit``."""

    def places(self) -> Sequence[MarkPlace]:
        """Return the places of the marks of all students of the class."""

    def completed(self, place: MarkPlace) -> MarkPlace:
        """Return a place with its mark and comments; raises RequestRefused if the course system does not tell them."""

    def comment(self, text: str) -> str:
        """Return the comment on a submission in the form of the course system."""

    def send(self, new: MarkChange) -> None:
        """Write a mark and a comment."""


@dataclass
class CourseOutcome:
    """Sentences for the instructor, and whether everything worked."""

    lines: list[str] = field(default_factory=list)
    is_complete: bool = True
