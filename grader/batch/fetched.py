"""The file ``fetched.json`` of a class that ``grader fetch`` has fetched: where the submissions come from, and who is in the class.

It lies at the top of the folder of the class, next to one folder for each submission. The course system knows the times, the groups
and the people who handed in nothing, which the archives that it offers do not contain.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..submission.files import too_large
from ..support.i18n import _
from ..support.text import clean
from .gradescope import ExportedSubmission
from .matching import pair
from .roster import Roster, RosterEntry
from .students import Person

NAME = "fetched.json"


class FetchedModel(BaseModel):
    """Base of all parts of the file; a newer version may have more of them."""

    model_config = ConfigDict(extra="ignore")


class FetchedFile(FetchedModel):
    """A file: its ``path`` in the folder of the submission, and the id, name and size that the course system gave it.

    ``changed`` is when it was changed in the course system, "" if that is not known.
    """

    path: str
    id: str
    name: str
    size: int
    changed: str = ""


class FetchedPerson(FetchedModel):
    """A person of the class, with the id in the course system; ``section`` names the part of the class."""

    id: str
    name: str
    email: str = ""
    section: str = ""


class FetchedSubmission(FetchedModel):
    """The newest attempt of one student or one group, or the people of whom nothing was handed in if ``attempt`` is 0.

    ``folder`` contains the files. ``submitted`` is the time of handing in, ``late`` the course system's mark, ``due`` another due date
    than that of the assignment. ``missing`` is the name of a file because of which nothing is here: it is too large if ``is_too_large``, else it could
    not be fetched. ``key`` is the id of the student or the group.
    """

    key: str
    folder: str = ""
    people: list[FetchedPerson]
    group: str = ""
    attempt: int = 0
    submitted: datetime | None = None
    late: bool = False
    due: datetime | None = None
    excused: bool = False
    missing: str = ""
    is_too_large: bool = False
    files: list[FetchedFile] = []


class FetchedClass(FetchedModel):
    """The whole file. ``complete`` is false while a fetch runs, or after one was stopped."""

    schema_: Literal["grader.fetched/1"] = Field("grader.fetched/1", alias="schema")
    system: Literal["canvas", "moodle"]
    server: str
    course: str
    assignment: str
    title: str
    points: float | None = None
    due: datetime | None = None
    fetched: datetime
    complete: bool
    submissions: list[FetchedSubmission] = []

    def text(self) -> bytes:
        """Return the content of the file."""
        return (self.model_dump_json(by_alias=True, indent=1) + "\n").encode()

    def of_person(self, identity: str) -> FetchedSubmission | None:
        """Return the submission of the person with this id, None if the person was not in the class."""
        for submission in self.submissions:
            if any(person.id == identity for person in submission.people):
                return submission
        return None


def read(text: bytes | str) -> FetchedClass:
    """Return the content of a file; raises ValueError if it is not such a file."""
    try:
        return FetchedClass.model_validate_json(text)
    except ValidationError as error:
        raise ValueError(f"{NAME} is damaged: fetch the submissions again into another folder") from error


def exported(text: str) -> dict[str, ExportedSubmission]:
    """Return {folder: submission} of everything that was handed in.

    Raises ValueError as :func:`read`, and for a class whose fetch was stopped before its end.
    """
    fetched_class = read(text)
    if not fetched_class.complete:
        raise ValueError("the fetch was stopped before its end: run the same 'grader fetch' command again")
    return {
        submission.folder: ExportedSubmission(
            [(person.name, person.id, person.email) for person in submission.people],
            submission.submitted,
            submission.late,
            _problem(submission),
        )
        for submission in fetched_class.submissions
        if submission.folder
    }


def _problem(submission: FetchedSubmission) -> str:
    """Return the sentence for a student whose submission is not here."""
    if not submission.missing:
        return ""
    if submission.is_too_large:
        return too_large(submission.missing)
    return _("{file} could not be fetched from the course system.").format(file=clean(submission.missing))


def roster(text: str) -> Roster:
    """Return all people of the class, also those who handed in nothing; raises ValueError as :func:`read`."""
    entries = [
        RosterEntry(person.name, person.id, person.email, excused=submission.excused, section=person.section)
        for submission in read(text).submissions
        for person in submission.people
    ]

    def pair_by_id(people: Sequence[Person]) -> dict[int, Person]:
        return pair(people, entries, [(lambda person: person.identity, lambda entry: entry.identity)])

    return Roster(entries, pair_by_id)
