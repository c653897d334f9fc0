"""The findings of a report as annotations at lines of files, for systems that show them next to the code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..support.text import clean
from . import wording
from .model import Report


@dataclass(frozen=True)
class FileFinding:
    """A finding: ``level`` is "error" or "warning", ``line`` is None without a line. ``points_lost`` says how important it is."""

    points_lost: float
    level: str
    file: str
    line: int | None
    title: str
    message: str


def findings(report: Report) -> Iterator[FileFinding]:
    """Yield the findings of a report; one that all checks share comes once."""
    name = clean(report.assignment.name)
    levels = wording.levels(report)
    checks = [check for check in report.checks if check.name in levels]
    is_shared = wording.shared(report) is not None
    for check in checks[:1] if is_shared else checks:
        file, line = wording.place(report, check)
        title = name if is_shared else f"{name}, {clean(check.name)}: {clean(check.title)}"
        message, spot = "\n".join(wording.sentences(check)), wording.spot(check)
        if check.evidence.location is not None and check.evidence.location.cell is not None and spot not in message:
            message = f"{spot}: {message}"
        yield FileFinding(check.max_score - (check.score or 0), levels[check.name], file, line, title, message)
