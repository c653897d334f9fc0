"""Grades one task in this process: the only place that makes the options of a grading from a work and a task."""

from __future__ import annotations

from pathlib import Path

from ..assignment import Assignment
from ..expected.reference import Oracle
from ..grading.grade import grade
from ..grading.options import GradeOptions
from ..grading.trace import Trace
from ..report.model import Report
from ..sandbox.warm import WarmStart
from ..submission import Submission
from .work import GradingTask, Work


def grade_task(
    work: Work,
    task: GradingTask,
    assignment: Assignment,
    submission: Submission,
    trace: Trace,
    oracle: Oracle | None = None,
    warm: WarmStart | None = None,
) -> Report:
    """Return the report on a task, whose assignment and submission have been read."""
    options = GradeOptions(
        seed=work.seed,
        fingerprint=work.fingerprint,
        only=task.only,
        include_hidden=work.include_hidden,
        hint_level=work.hint_level,
        isolation=work.isolation,
        engine=work.engine,
        device=work.device,
        data=Path(work.data) if work.data else None,
        hide=[*map(Path, work.hide)],
        threads=work.threads,
        warm=warm,
        oracle=oracle,
        earlier=task.earlier_report,
        verdict_only=work.verdict_only,
        attempt=task.attempt,
    )
    return grade(assignment, submission, options, trace)
