"""Keeps the result of a grading under its key: the same files, graded in the same way, are answered from it."""

from __future__ import annotations

import zlib

from sqlalchemy.orm import Session

from ..executor.work import TaskResult
from ..version import __version__
from .service import Service
from .tables import Result


def keep(session: Session, service: Service, key: str, graded: TaskResult) -> None:
    """Store a result that has a report, unless there is one with this key."""
    report = graded.report
    if report is None or session.get(Result, key) is not None:
        return
    session.add(
        Result(
            key=key,
            report=zlib.compress(report.model_dump_json(by_alias=True).encode()),
            executed=service.blobs.put(graded.executed) if graded.executed else "",
            source=service.blobs.put(graded.source) if graded.source else "",
            score=report.score,
            max_score=report.max_score,
            passed=report.passed,
            ending=report.ending,
            seconds=report.seconds,
            grader=__version__,
        )
    )
