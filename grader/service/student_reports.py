"""The report of a submission as its student sees it, with everything that its page shows."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..assignment.spec import AssignmentSpec
from ..report.model import Report
from ..report.redact import redact_for_student
from ..submission import source_files
from ..submission.source_files import SourceFile
from . import assignments, boards, standings, submissions
from .service import Service
from .tables import Exercise, Submission


@dataclass(frozen=True)
class StudentReport:
    """A report without anything that students must not see. ``note`` is a sentence about the score, or "".

    ``notebook`` is the executed notebook (nbformat), or None; ``files`` are those that a page shows.
    """

    report: Report
    content: AssignmentSpec
    note: str = ""
    notebook: Mapping[str, Any] | None = None
    files: Sequence[SourceFile] = field(default=())


def for_student(service: Service, report: Report, exercise: Exercise | None, content: AssignmentSpec) -> Report:
    """Return a report on a submission as students may see it; the exercise may be None if it has no leaderboard."""
    if exercise is not None:
        report = boards.with_public_half(service, report, exercise)
    return redact_for_student(report, content.visibility())


def student_report(service: Service, submission: Submission) -> StudentReport:
    """Return the report of a submission for its student; raises NotFound without a report."""
    report = standings.shown_report(service, submission)
    content = assignments.assignment_of(service, submission.version).content
    executed = submissions.notebook_of(service, submission)
    return StudentReport(
        for_student(service, report.report, submission.exercise, content),
        content,
        report.note,
        json.loads(executed) if executed else None,
        source_files.unpacked(submissions.source_of(service, submission)),
    )
