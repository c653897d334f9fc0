"""A class whose results are in the store: what all its output files are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..assignment import Assignment
from ..assignment.base import Policy
from ..executor.work import Work
from ..report.wording import LONGEST
from ..support.text import clean
from . import pages, policy
from .collect import ClassFolder, StudentFiles
from .course_files import CourseFiles
from .roster import RosterEntry
from .store import ListedPerson, Page, Record, Store
from .students import Student, display_name


@dataclass(frozen=True)
class GradedClass:
    """The students of a class, their stored results, and where and how to write these.

    ``submissions`` are the files of each student without their contents, ``names`` are the names of their output files.
    ``absent`` are the people of a roster who handed in nothing. ``settings`` are those of the latest run.
    """

    assignment: Assignment
    folder: ClassFolder
    students: Sequence[Student]
    absent: Sequence[RosterEntry]
    submissions: Mapping[str, StudentFiles]
    names: Mapping[str, str]
    store: Store
    out: Path
    policy: Policy
    settings: Work
    course_files: CourseFiles

    def expected_places(self) -> list[ListedPerson]:
        """Return the people whose submissions can be read, in the order of the class."""
        return [
            ListedPerson(self.names[person.identity], clean(display_name(person), LONGEST))
            for student in self.students
            if student.files and not self.submissions[student.identity].problem
            for person in student.people
        ]

    def pages_of(self, record: Record | None) -> list[Page]:
        """Return the pages that show the report of a record: one for each person who gets the score."""
        if record is None or record.report is None:
            return []
        submission_files = self.submissions[record.identity]
        final_score = policy.final_score(submission_files, record.report, self.policy)
        note = pages.note(final_score.late, final_score.penalty, final_score.score) if final_score else ""
        people = submission_files.student.people
        return [
            Page(self.names[person.identity], record.identity, clean(display_name(person), LONGEST), note)
            for person in people
        ]
