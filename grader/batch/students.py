"""The students of a class and the files that they handed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class SubmittedFile:
    """One file: its ``path`` in the class, and the ``name`` that the student gave it."""

    path: str
    name: str
    late: bool = False
    attempt: int = 0
    submitted: datetime | None = None


@dataclass(frozen=True)
class Person:
    """A person who gets a score: the name, and the course system's id as ``identity``.

    Some layouts also have an ``email`` address, or a ``number`` in addition to a login as the id.
    """

    name: str
    identity: str
    email: str = ""
    number: str = ""


@dataclass(frozen=True)
class Student:
    """The submission of one student or one group.

    ``identity`` is the course system's id, which distinguishes two students with the same ``name``. ``files`` belong
    to the last attempt, ``earlier_files`` to the attempts before it. ``submitted`` is the time of submission if the layout
    has it. ``members`` are the members of a group, if known. ``folder`` contains all the files.
    ``stored_as`` is the id of the stored result if it is not ``identity``. ``email`` and ``number``
    are those of a single student (see :class:`Person`). ``problem`` is a sentence if something was handed in
    that is not here.
    """

    name: str
    identity: str
    files: list[SubmittedFile] = field(default_factory=list)
    earlier_files: list[SubmittedFile] = field(default_factory=list)
    submitted: datetime | None = None
    members: tuple[Person, ...] = ()
    folder: str = ""
    number: str = ""
    stored_as: str = ""
    email: str = ""
    problem: str = ""

    @property
    def record_id(self) -> str:
        """The id under which the store keeps the result."""
        return self.stored_as or self.identity

    @property
    def late(self) -> bool:
        """True if any file of the last attempt was late."""
        return any(file.late for file in self.files)

    @property
    def people(self) -> tuple[Person, ...]:
        """The people who get the score."""
        return self.members or (Person(self.name, self.identity, self.email, self.number),)


def display_name(student: Student | Person) -> str:
    """Return "name (id)", or the name alone if both are the same."""
    return student.name if student.name == student.identity else f"{student.name} ({student.identity})"
