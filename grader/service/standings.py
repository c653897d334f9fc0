"""The standing of a student in an exercise: the attempt that counts, its report with the marks by hand, and the score after lateness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from ..assignment import Assignment
from ..batch import counting, outputs
from ..batch.collect import StudentFiles
from ..batch.counting import Attempt, CountedAttempt
from ..batch.extensions import Extensions
from ..batch.gradebook import Row
from ..batch.graded_class import PersonResult, note_on_score, person_result
from ..batch.roster import RosterEntry
from ..batch.students import Person
from ..report.model import Report
from ..support.i18n import _
from . import assignments, boards, class_rows, kept_results, served_class
from .class_rows import ClassRows
from .errors import NotFound
from .service import Service
from .tables import Exercise, Kind, Submission


@dataclass(frozen=True)
class Standing:
    """The attempt and the score that count for a student. ``report`` has the marks by hand, and is complete: a student must not see all of it.

    ``submission`` is the attempt that counts, None if the student handed in nothing; ``report`` is None without a result and
    without points by hand. ``score`` is that of the gradebook, None without one. ``attempt`` is a sentence about the attempt that
    counts, "" if there is only one, and ``lateness`` one about lost points. ``comments`` are those of a person if no report has
    them.
    """

    submission: Submission | None
    report: Report | None
    score: float | None
    attempt: str = ""
    lateness: str = ""
    comments: tuple[str, ...] = ()


def standing(service: Service, exercise: Exercise, user_id: str) -> Standing:
    """Return what counts for a student in an exercise."""
    with service.database.reading() as session:
        return standing_of(service, session, exercise, user_id)


def standing_of(service: Service, session: Session, exercise: Exercise, user_id: str) -> Standing:
    """Return what counts for a student in an exercise, in a transaction."""
    parts = _parts_of(service, session, exercise, user_id)
    if parts is None:
        return Standing(None, None, None)
    result, files = parts.result, parts.files
    if parts.counted is None or files is None:
        report = result.report
        score = report.score if report is not None else None
        return Standing(None, report, score, "", note_on_score(result, None), tuple(result.comments()))
    final = result.final_score(files)
    return Standing(
        parts.submission,
        result.report,
        final.score if final is not None else None,
        counting.note(parts.counted),
        note_on_score(result, files),
        tuple(result.comments() if result.report is None else ()),
    )


@dataclass(frozen=True)
class GradebookLine:
    """The row of a student in the gradebook, and the attempt that counts, None if nothing was handed in."""

    row: Row
    submission: Submission | None


def gradebook_line(service: Service, session: Session, exercise: Exercise, user_id: str) -> GradebookLine | None:
    """Return the row of a student in the gradebook of an exercise, with a comment that the student may read; None for strangers.

    The comment is in the language of the caller. As long as a leaderboard runs, it does not have the accuracy on the private half.
    """
    parts = _parts_of(service, session, exercise, user_id)
    if parts is None:
        return None
    result, content = parts.result, parts.assignment.content
    if result.report is not None:
        result = replace(result, report=boards.with_public_half(service, result.report, exercise))
    if parts.counted is None or parts.files is None:
        person = result.person
        return GradebookLine(
            outputs.absent_row(RosterEntry(person.name, person.identity, person.email), content, result), None
        )
    row = outputs.row(parts.files, parts.counted.attempt.record, content, result, parts.counted)
    return GradebookLine(row, parts.submission)


@dataclass(frozen=True)
class _Parts:
    """Everything that counts for a student. ``counted``, ``submission`` and ``files`` are None if nothing was handed in."""

    assignment: Assignment
    result: PersonResult
    counted: CountedAttempt | None = None
    submission: Submission | None = None
    files: StudentFiles | None = None


def _parts_of(service: Service, session: Session, exercise: Exercise, user_id: str) -> _Parts | None:
    rows = class_rows.read(session, exercise, user_id)
    user = next((user for user in rows.users), None)
    if user is None:
        return None
    assignment = assignments.assignment_of(service, rows.version)
    marks = served_class.marks(rows, served_class.class_list(rows, assignment, {user.name: ""}))
    extensions = served_class.extensions(rows)
    submissions = served_class.submissions_of(rows)
    person = Person(user.shown_name, user.name, user.email)
    counted = _counted(session, rows, submissions, extensions, person)
    record = counted.attempt.record if counted is not None else None
    path = counted.attempt.files.path if counted is not None else ""
    result = person_result(person, record, assignment, rows.policy, marks, extensions, path)
    if counted is None:
        return _Parts(assignment, result)
    return _Parts(assignment, result, counted, *submissions[counted.attempt.files.student.record_id])


def _counted(
    session: Session,
    rows: ClassRows,
    submissions: Mapping[str, tuple[Submission, StudentFiles]],
    extensions: Extensions,
    person: Person,
) -> CountedAttempt | None:
    """Return the attempt that counts for a student, with its result; None if nothing was handed in."""
    if not submissions:
        return None
    policy = extensions.policy(rows.policy, person.identity)
    needs_all = policy.attempts == "best"  # else the results decide nothing, and reading them takes time
    attempts = [
        Attempt(number, files, served_class.record_of(session, submission, files) if needs_all else None)
        for number, (submission, files) in enumerate(submissions.values(), start=1)
    ]
    counted = counting.counted(attempts, policy, extensions.due(person.identity) is not None)
    if needs_all:
        return counted
    submission, files = submissions[counted.attempt.files.student.record_id]
    record = served_class.record_of(session, submission, files)
    return replace(counted, attempt=replace(counted.attempt, record=record))


@dataclass(frozen=True)
class ShownReport:
    """The complete report on a submission, with the marks by hand if it is the attempt that counts, and a sentence about it."""

    report: Report
    note: str = ""


def shown_report(service: Service, submission: Submission) -> ShownReport:
    """Return what the page of a submission shows; students may see only the part that :mod:`grader.report.redact` leaves.

    Raises NotFound if the submission has no report.
    """
    with service.database.reading() as session:
        return _with_standing(service, session, submission)


def report_without_note(service: Service, session: Session, submission: Submission) -> Report:
    """Return the report of :func:`shown_report`. It takes less time, as long as nobody has given marks by hand."""
    if submission.kind == Kind.ATTEMPT and class_rows.has_marks(session, submission.exercise_id, submission.user_id):
        return _with_standing(service, session, submission).report
    return _automatic(session, submission)


def _with_standing(service: Service, session: Session, submission: Submission) -> ShownReport:
    attempt = ""
    if submission.kind == Kind.ATTEMPT:
        own = standing_of(service, session, session.get_one(Exercise, submission.exercise_id), submission.user_id)
        attempt = own.attempt
        if own.submission is not None and own.submission.id == submission.id and own.report is not None:
            note = " ".join(filter(None, [own.attempt, own.lateness]))
            return ShownReport(served_class.with_path(own.report, submission.file_name), note)
    return ShownReport(_automatic(session, submission), attempt)


def _automatic(session: Session, submission: Submission) -> Report:
    report = None if submission.result_key is None else kept_results.report_with(session, submission.result_key)
    if report is None:
        raise NotFound(_("This submission has no report."))
    return served_class.with_path(report, submission.file_name)
