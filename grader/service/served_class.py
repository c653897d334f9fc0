"""The class of an exercise in the words of :mod:`grader.batch`: students with their attempts, results, extensions and marks.

The server grades a submission when it arrives. The class takes over these results, so it never grades anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.orm import Session, undefer

from ..assignment import Assignment
from ..batch import class_members
from ..batch.attempts import ATTEMPT
from ..batch.collect import StudentFiles
from ..batch.extensions import Extensions
from ..batch.roster import RosterEntry
from ..batch.store import Record
from ..batch.students import Student, SubmittedFile
from ..marking import overrides
from ..marking.class_list import ClassList
from ..marking.class_marks import ClassMarks, class_marks
from ..marking.mark import Mark
from ..marking.overrides import Entry
from ..report.by_hand import TOTAL
from ..report.model import Report
from ..support.tables import EVERYBODY
from . import kept_results, tables
from .class_rows import ClassRows
from .tables import Result, State, Submission, User


def students(rows: ClassRows) -> dict[str, list[Student]]:
    """Return {login name: the submission as it was at each attempt, the oldest first} of the students who handed in."""
    return {user.name: _attempts(user, rows.attempts[user.id]) for user in rows.users if rows.attempts.get(user.id)}


def absent(rows: ClassRows) -> list[RosterEntry]:
    """Return the students who handed in nothing."""
    return [
        RosterEntry(user.shown_name, user.name, user.email)
        for user in sorted(rows.users, key=lambda user: (user.shown_name.casefold(), user.name))
        if not rows.attempts.get(user.id)
    ]


def _attempts(user: User, submissions: list[Submission]) -> list[Student]:
    files = [
        SubmittedFile(
            _path(user, submission, "" if submission is submissions[-1] else f"/{number}"),
            submission.file_name,
            attempt=number,
        )
        for number, submission in enumerate(submissions, start=1)
    ]
    return [
        Student(
            user.shown_name if file is files[-1] else f"{user.shown_name} (attempt {file.attempt})",
            user.name,
            [file],
            files[:-1] if file is files[-1] else [],
            submitted=submission.received,
            folder=f"{user.name}/",
            stored_as=f"{user.name}{ATTEMPT}{submission.id}",
            email=user.email,
        )
        for file, submission in zip(files, submissions, strict=True)
    ]


def _path(user: User, submission: Submission, attempt: str) -> str:
    """Return the path of a submission in the tables of the class; ``attempt`` is the folder of an earlier one."""
    folder = f"{user.name}{attempt}"
    return f"{folder}/{submission.file_name}" if submission.file_count == 1 else folder


def submissions_of(rows: ClassRows) -> dict[str, tuple[Submission, StudentFiles]]:
    """Return {id of a stored result: the submission, and its files without their contents} of all attempts."""
    entries = {}
    for user in rows.users:
        submissions = rows.attempts.get(user.id, [])
        for student, submission in zip(_attempts(user, submissions), submissions, strict=True):
            path = student.files[0].path
            problem = problem_of(submission, path) if submission.state == State.REFUSED else ""
            files = StudentFiles(student, path, {}, problem, submission.sha256, submission.received)
            entries[student.record_id] = (submission, files)
    return entries


def record_of(session: Session, submission: Submission, files: StudentFiles) -> Record | None:
    """Return the result of a submission as the store of a class keeps it, None before it is graded."""
    if submission.state in (State.QUEUED, State.RUNNING):
        return None
    record = Record(identity=files.student.record_id, name=files.student.name, sha256=submission.sha256)
    if submission.state == State.REFUSED:
        return record.model_copy(update={"problem": problem_of(submission, files.path)})
    result = (
        None
        if submission.result_key is None
        else session.get(Result, submission.result_key, options=[undefer(Result.report)])
    )
    if result is None:
        return record.model_copy(update={"failure": submission.sentence})
    return record.model_copy(update={"report": report_from(result, files.path), "timings": {"grading": result.seconds}})


def problem_of(submission: Submission, path: str) -> str:
    """Return why a submission cannot be read; for a class it is named by its ``path``, for its student by its file."""
    sentence = submission.sentence
    return path + sentence.removeprefix(submission.file_name) if sentence.startswith(submission.file_name) else sentence


def report_from(result: Result, path: str) -> Report:
    """Return a kept report on the submission at ``path``: another student may have handed in the same file before."""
    return with_path(kept_results.report_in(result), path)


def with_path(report: Report, path: str) -> Report:
    """Return the report with another path of the submission."""
    return report.model_copy(update={"submission": report.submission.model_copy(update={"path": path})})


def extensions(rows: ClassRows) -> Extensions:
    """Return the due dates of single students by their login names."""
    names = {user.id: user.name for user in rows.users}
    zone = rows.policy.due.tzinfo if rows.policy.due is not None else None
    due_dates = {
        names[user_id]: None if each.is_excused else each.due.astimezone(zone) if each.due is not None else None
        for user_id, each in rows.extensions.items()
        if user_id in names and (each.is_excused or each.due is not None)
    }
    return Extensions(due_dates)


def class_list(
    rows: ClassRows, assignment: Assignment, page_names: Mapping[str, str], earlier: ClassList | None = None
) -> ClassList:
    """Return the names that marks by hand may have; checks of marks that the assignment no longer has are former ones."""
    latest = [attempts[-1] for attempts in students(rows).values()]
    names = class_members.class_list(latest, absent(rows), {}, page_names, assignment.content, earlier)
    known_checks = {*names.points, *names.former_checks, TOTAL}
    former = dict.fromkeys(mark.check for mark in rows.marks if mark.check not in known_checks)
    return names.model_copy(update={"former_checks": [*names.former_checks, *former]})


def entries(rows: ClassRows) -> list[Entry]:
    """Return the marks by hand as the lines of ``overrides.csv``."""
    names: dict[str | None, str] = {None: EVERYBODY, **{user.id: user.name for user in rows.users}}
    marks = (mark for mark in rows.marks if mark.user_id in names)
    return [_entry(line, names[mark.user_id], mark) for line, mark in enumerate(marks, start=2)]


def _entry(line: int, student: str, row: tables.Mark) -> Entry:
    is_out, points = overrides.read_points(row.points)
    mark = Mark(row.check, points, row.comment, row.by, row.at.isoformat(timespec="seconds"), is_out)
    return Entry(line, student, mark, row.sha256)


def marks(rows: ClassRows, names: ClassList) -> ClassMarks:
    """Return the marks by hand of the class; ``names`` are those of :func:`class_list`."""
    return class_marks(Path(overrides.NAME), entries(rows), names, keeps_outdated=False)
