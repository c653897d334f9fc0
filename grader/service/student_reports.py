"""The report of a submission as its student sees it: without hidden inputs, with the marks and comments of a person."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..assignment.spec import AssignmentSpec
from ..batch import pages, policy
from ..marking import overrides
from ..marking.applying import applied
from ..marking.class_marks import ClassMarks
from ..marking.mark import Mark
from ..marking.overrides import Entry
from ..report.model import Report
from ..report.redact import redact_for_student
from ..submission import source_files
from ..submission.source_files import SourceFile
from . import courses, submissions, tables
from .service import Service
from .tables import Kind, Submission
from .terms import Terms, terms_of


@dataclass(frozen=True)
class StudentReport:
    """A report that its student may see, with everything that a page shows together with it.

    ``note`` is a sentence about points taken off, or "". ``notebook`` is the executed notebook (nbformat), or None.
    """

    report: Report
    content: AssignmentSpec
    note: str = ""
    notebook: Mapping[str, Any] | None = None
    files: Sequence[SourceFile] = field(default=())


def student_report(service: Service, submission: Submission) -> StudentReport:
    """Return the report of a graded submission for its student; raises NotFound without a report."""
    report = submissions.report_of(service, submission)
    content = courses.assignment_of(submission.version).content
    with service.database.reading() as session:
        terms = terms_of(session, submission.exercise, submission.user_id)
        marks = _marks(session, submission)
    note = ""
    if submission.kind == Kind.ATTEMPT:
        report = applied(report, marks, content.pass_mark)
        note = _note(report, submission, terms)
    executed = submissions.notebook_of(service, submission)
    return StudentReport(
        redact_for_student(report, content.visibility()),
        content,
        note,
        json.loads(executed) if executed else None,
        source_files.unpacked(submissions.source_of(service, submission)),
    )


def _marks(session: Session, submission: Submission) -> tuple[Mark, ...]:
    """Return the marks that apply to a submission: those for the student, and those for everybody."""
    table = tables.Mark
    rows = session.scalars(
        select(table)
        .where(table.exercise_id == submission.exercise_id)
        .where(or_(table.user_id.is_(None), table.user_id == submission.user_id))
        .order_by(table.at, table.id)
    )
    common, own = [], []
    for row in rows:
        is_out, points = overrides.read_points(row.points)
        mark = Mark(row.check, points, row.comment, row.by, row.at.isoformat(), is_out)
        (common if row.user_id is None else own).append(Entry(0, submission.user_id, mark, row.sha256))
    marks = ClassMarks(tuple(common), {submission.user_id: tuple(own)})
    return marks.of(submission.user_id, submission.sha256).marks


def _note(report: Report, submission: Submission, terms: Terms) -> str:
    """Return the sentence about points taken off for a late attempt, "" without any. A total by hand is final as it is."""
    if report.score is None or (report.by_hand is not None and report.by_hand.points is not None):
        return ""
    rules = terms.policy.model_copy(update={"due": terms.due})
    final = policy.apply(rules, report.score, report.max_score, submission.received, marked_late=False)
    return pages.note(final.late, final.penalty, final.score)
