"""A class whose results are in the store: what all its output files are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from ..assignment import Assignment
from ..assignment.policy import Policy
from ..executor.work import Work
from ..marking import mark
from ..marking.applying import applied
from ..marking.blank import blank_report
from ..marking.class_marks import ClassMarks, PersonMarks
from ..report import by_hand
from ..report.evidence import ByHand
from ..report.model import AssignmentName, Report
from ..report.wording import FAULT, LONGEST
from ..support.choices import Level
from ..support.i18n import _
from ..support.text import clean
from . import counting, pages
from .collect import StudentFiles
from .counting import Attempt, CountedAttempt
from .course_files import CourseFiles
from .extensions import Extensions
from .policy import Final, final_score
from .roster import RosterEntry
from .store import ListedPerson, Page, Record, Store
from .students import Person, Student, display_name


@dataclass(frozen=True)
class PersonResult:
    """The result of a person: the marks by hand, the ``automatic`` report, and the ``report`` with the marks.

    ``blank`` is the report to which the marks are applied without an automatic one. ``policy`` has the due date of this
    person, and ``due`` is that date if it is an extension. An ``excused`` person has no score. ``sha256`` is that of the
    submission, which marks by hand keep.
    """

    person: Person
    marks: PersonMarks
    automatic: Report | None = None
    report: Report | None = None
    blank: Report | None = None
    policy: Policy = field(default_factory=Policy)
    due: datetime | None = None
    excused: bool = False
    sha256: str = ""

    def final_score(self, submission_files: StudentFiles) -> Final | None:
        """Return the score after lateness and rounding, None without a score."""
        return self._final(submission_files, self.report)

    def automatic_score(self, submission_files: StudentFiles) -> Final | None:
        """Return the same without marks by hand."""
        return self._final(submission_files, self.automatic)

    def _final(self, submission_files: StudentFiles, report: Report | None) -> Final | None:
        if self.excused:
            return None
        return final_score(submission_files, report, self.policy, extended=self.due is not None)

    def by_hand(self) -> list[tuple[str, ByHand]]:
        """Return the marks and comments in the report, each with the name of its check, "" for the total."""
        return by_hand.marks_of(self.report) if self.report is not None else []

    def words(self) -> str:
        """Return the marks and comments in a few words, "" without any."""
        if self.report is None:
            return _("comment") if self.comments() else ""
        return "; ".join(by_hand.words(name, mark) for name, mark in self.by_hand())

    def comments(self) -> list[str]:
        """Return the comment on the whole submission, [] without one; a person without a report still gets it."""
        return [mark.comment for mark in self.marks.marks if mark.check == by_hand.TOTAL and mark.comment]


class Listing(Protocol):
    """The words of the output files about the place of a class: the layout, and the files that were not graded, with reasons."""

    @property
    def layout(self) -> str:
        """The layout of the files, a name of :data:`layouts.NAMES`."""

    @property
    def encoding(self) -> str:
        """The encoding of the file names if it had to be guessed, else ""."""

    @property
    def left_over(self) -> list[str]:
        """The files that belong to no student."""

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """The files that are not graded, each with the reason."""


@dataclass(frozen=True)
class GradedClass:
    """The students of a class, their stored results, and where and how to write these.

    ``submissions`` are the files of each submission without their contents, by the ids of the results; ``names`` are the
    names of people's output files. ``attempts`` are the submissions of the students with several attempts that may count.
    ``sections`` are those of people; ``is_one_section`` if ``students`` and ``absent`` are the people of one.
    If ``is_anonymous``, the output folder must not contain the names of files that may name a student.
    ``absent`` are the people of a roster who handed in nothing. ``settings`` are those of the latest run. ``marks`` are the
    marks by hand, ``extensions`` the due dates of single people. ``origin`` is what ``grader fetch`` wrote about the class.
    """

    assignment: Assignment
    folder: Listing
    students: Sequence[Student]
    absent: Sequence[RosterEntry]
    submissions: Mapping[str, StudentFiles]
    names: Mapping[str, str]
    store: Store
    out: Path
    policy: Policy
    settings: Work
    course_files: CourseFiles
    marks: ClassMarks = field(default_factory=ClassMarks)
    extensions: Extensions = field(default_factory=Extensions)
    attempts: Mapping[str, Sequence[Student]] = field(default_factory=dict)
    is_anonymous: bool = False
    sections: Mapping[str, str] = field(default_factory=dict)
    is_one_section: bool = False
    origin: bytes = b""

    def submissions_to_grade(self, student: Student) -> list[Student]:
        """Return the attempts of a student that count, or that must have a score before one of them is chosen."""
        attempts = self.attempts.get(student.identity, [student])
        if self.policy.attempts == "best":
            return [*attempts]
        counted_ids = {self.counted(student, person, {}).attempt.files.student.record_id for person in student.people}
        return [each for each in attempts if each.record_id in counted_ids]

    def counted(self, student: Student, person: Person, records: Mapping[str, Record | None]) -> CountedAttempt:
        """Return the attempt of a student that counts for a person; ``records`` are the results of all attempts."""
        attempts = [
            Attempt(number, self.submissions[each.record_id], records.get(each.record_id))
            for number, each in enumerate(self.attempts.get(student.identity, [student]), start=1)
        ]
        policy = self.extensions.policy(self.policy, person.identity)
        return counting.counted(attempts, policy, self.extensions.due(person.identity) is not None)

    def expected_places(self) -> list[ListedPerson]:
        """Return the people whose submissions can be read, in the order of the class."""
        return [
            ListedPerson(self.names[person.identity], clean(display_name(person), LONGEST))
            for student in self.students
            if student.files and not self.submissions[student.record_id].problem
            for person in student.people
        ]

    def results_of(self, student: Student, record: Record | None) -> list[PersonResult]:
        """Return the result of each person who gets the score of a submission, with the marks by hand."""
        return [self.result_of(person, record, self.submissions[student.record_id].path) for person in student.people]

    def result_of(self, person: Person, record: Record | None, path: str = "", excused: bool = False) -> PersonResult:
        """Return the result of a person whose submission is at ``path``, with the marks by hand.

        A person who has points by hand gets a report even without a result. ``excused`` is true if the course system
        excuses the person.
        """
        return person_result(
            person,
            record,
            self.assignment,
            self.policy,
            self.marks,
            self.extensions,
            path=path,
            level=self.settings.isolation or "strong",
            excused=excused,
        )

    def pages_of(self, record: Record) -> list[Page]:
        """Return the pages that show the report of a record: one for each person who gets the score.

        If several attempts may count, they are known only when all are graded.
        """
        student = self.submissions[record.identity].student
        if len(self.attempts.get(student.identity, [])) > 1:
            return []
        return [page for result in self.results_of(student, record) for page in self.pages_for(result, record.identity)]

    def pages_for(self, result: PersonResult, identity: str, note_on_attempt: str = "") -> list[Page]:
        """Return the page of a person, [] without a report; ``identity`` is that of the stored result."""
        if result.report is None:
            return []
        person, submission_files = result.person, self.submissions.get(identity)
        note = " ".join(filter(None, [note_on_attempt, note_on_score(result, submission_files)]))
        name, who = self.names[person.identity], clean(display_name(person), LONGEST)
        blank = result.blank.model_dump_json(by_alias=True) if result.blank is not None else ""
        return [Page(name, identity, who, note, mark.to_json(result.marks.marks), blank)]


def digest_of_submission(record: Record | None) -> str:
    """Return the SHA-256 that a mark by hand keeps: that of the report, or of unreadable files."""
    if record is None:
        return ""
    return record.report.submission.sha256 if record.report is not None else record.sha256


def person_result(
    person: Person,
    record: Record | None,
    assignment: Assignment,
    policy: Policy,
    class_marks: ClassMarks,
    extensions: Extensions,
    path: str = "",
    level: Level = "strong",
    excused: bool = False,
) -> PersonResult:
    """Return the result of a person, with the marks by hand: see :meth:`GradedClass.result_of`.

    ``policy`` is that of the class. ``level`` is the isolation level of a report that is made only for marks by hand.
    """
    is_excused = excused or extensions.is_excused(person.identity)
    sha256 = digest_of_submission(record)
    result = PersonResult(
        person,
        class_marks.of(person.identity, sha256),
        policy=extensions.policy(policy, person.identity),
        due=extensions.due(person.identity),
        excused=is_excused,
        sha256=sha256,
    )
    content = assignment.content
    automatic = record.report if record is not None else None
    marks, report = result.marks, automatic
    if report is None and marks.gives_points and not is_excused:
        name = AssignmentName(name=assignment.name, version=content.version)
        reason = (record.problem or _(FAULT)) if record is not None else _("Nothing was handed in.")
        report = blank_report(name, content.checks, path, reason, level)
    if report is None:
        return result
    marked = applied(report, marks.marks, content.pass_mark)
    return replace(result, automatic=automatic, report=marked, blank=report if automatic is None else None)


def note_on_score(result: PersonResult, submission_files: StudentFiles | None) -> str:
    """Return the sentence of a page about points that lateness costs, or about a person who is excused; "" without either."""
    if result.excused:
        return _("Excused: this submission does not count.")
    final = result.final_score(submission_files) if submission_files is not None else None
    return pages.note(final.late, final.penalty, final.score) if final is not None else ""
