"""The people who get feedback, as the store keeps them: it can be given back without the submissions of the class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from .gradebook import Row
from .students import Student


class HandedInFile(BaseModel):
    """A file: its ``path`` in the class folder or archive, and the ``name`` that the student gave it."""

    path: str
    name: str


class Recipient(BaseModel):
    """A person of the class, as the course system knows them, and the page that they get.

    ``page`` is the name of the person's files without an ending, "" without a report; ``reason`` then says why. ``files``
    are those of the submission, ``file`` is the graded one as its report names it. ``group`` is the name of the group with
    which the person handed in, "" for a single student, and ``group_id`` its id.
    """

    name: str
    identity: str
    email: str = ""
    number: str = ""
    page: str = ""
    reason: str = ""
    files: list[HandedInFile] = []
    file: str = ""
    group: str = ""
    group_id: str = ""

    def graded_path(self) -> str:
        """Return the path of the graded file, of the archive with it, or of the first file; "" if there are no files."""
        for file in self.files:
            if self.file == file.name or self.file.startswith(f"{file.name}/"):
                return file.path
        return self.files[0].path if self.files else ""


class Recipients(BaseModel):
    """All people of a class, its layout, and the name of the assignment."""

    layout: str
    assignment: str
    people: list[Recipient]


def of_student(student: Student, rows: Sequence[Row], pages: Mapping[str, str], reason: str) -> list[Recipient]:
    """Return the people who get the score of a submission, with the ``rows`` of their group.

    ``pages`` are {identity: name of the page} of those with a report; the others get the ``reason``.
    """
    files = [HandedInFile(path=file.path, name=file.name) for file in student.files]
    return [
        Recipient(
            name=row.name,
            identity=row.identity,
            email=row.email,
            number=row.number,
            page=pages.get(row.identity, ""),
            reason=reason,
            files=files,
            file=row.file,
            group=row.group,
            group_id=student.identity if row.group else "",
        )
        for row in rows
    ]


def without_submission(row: Row, page: str) -> Recipient:
    """Return a person who handed in nothing; ``page`` is "" unless a person marked them."""
    return Recipient(
        name=row.name, identity=row.identity, email=row.email, number=row.number, page=page, reason=row.comment
    )
