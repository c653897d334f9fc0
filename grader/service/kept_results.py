"""Keeps the result of a grading under its key: the same files, graded in the same way, are answered from it."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from ..executor.work import TaskResult
from ..report.model import Report
from ..version import __version__
from .service import Service
from .tables import Result, table_of

_RESULT = table_of(Result)
INSERTS = {  # two workers may have the same result at the same moment
    "sqlite": sqlite.insert(_RESULT).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_RESULT).on_conflict_do_nothing(),
}
REPORT = select(_RESULT.c.report).where(_RESULT.c.key == bindparam("key"))
KEY = select(_RESULT.c.key).where(_RESULT.c.key == bindparam("key"))


@dataclass(frozen=True)
class ResultFiles:
    """The names of the blobs of a result: the executed notebook, and the files that a page shows; "" without one."""

    executed: str = ""
    source: str = ""


def write_files(service: Service, graded: TaskResult) -> ResultFiles:
    """Write the files of a result to the disk, before the transaction that refers to them; raises OSError.

    A page does without them if they do not exist, so they are not vital.
    """
    contents = (graded.executed, graded.source)
    return ResultFiles(*(service.blobs.put(content, is_vital=False) if content else "" for content in contents))


def report_in(result: Result) -> Report:
    """Return the complete report of a result."""
    return _read(result.report)


def report_with(session: Session, key: str) -> Report | None:
    """Return the complete report with this key, None without one."""
    content = session.scalar(REPORT, {"key": key})
    return None if content is None else _read(content)


def _read(content: bytes) -> Report:
    return Report.model_validate_json(zlib.decompress(content))


def document_in(result: Result) -> dict[str, Any]:
    """Return the report of a result as JSON has it, which takes less time than :func:`report_in`."""
    document: dict[str, Any] = json.loads(zlib.decompress(result.report))
    return document


def is_kept(session: Session, key: str) -> bool:
    """Return whether there is a result with this key."""
    return session.scalar(KEY, {"key": key}) is not None


def keep(
    session: Session,
    key: str,
    graded: TaskResult,
    files: ResultFiles,
    seconds: float | None = None,
) -> None:
    """Store a result that has a report, unless there is one with this key.

    ``files`` are its files, which are written already, and ``seconds`` is the measured time from its start.
    """
    report = graded.report
    if report is None:
        return
    row = {
        "key": key,
        "report": zlib.compress(report.model_dump_json(by_alias=True).encode()),
        "executed": files.executed,
        "source": files.source,
        "score": report.score,
        "max_score": report.max_score,
        "passed": report.passed,
        "ending": report.ending,
        "seconds": seconds if seconds is not None else report.seconds,
        "grader": __version__,
    }
    session.execute(INSERTS[session.get_bind().dialect.name], row)
