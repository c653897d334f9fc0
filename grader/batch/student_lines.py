"""The students as the class page lists them: each has a line with the results, the bugs and links to the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..report import anchors, wording
from ..report.model import Report
from .gradebook import Row
from .summary import named_bugs, outcomes


@dataclass(frozen=True)
class FoundBug:
    """A bug of a student: its name and title, its place in words ("" if unknown), and its anchor in the report's page."""

    bug: str
    title: str
    place: str = ""
    anchor: str = ""


@dataclass(frozen=True)
class StudentLine:
    """A student's line on the page.

    ``reason`` explains a missing score, ``page`` is the link to the report (None without a report). ``outcomes`` has an
    attribute of ``Outcomes`` for each check that counts.
    """

    row: Row
    reason: str = ""
    page: str | None = None
    bugs: Sequence[FoundBug] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)


def line_of(row: Row, reason: str, page: str, report: Report) -> StudentLine:
    """Return the line of a student with a report."""
    return StudentLine(row, reason, page, found_bugs(report), outcomes(report, row.score))


def found_bugs(report: Report) -> list[FoundBug]:
    """Return the bugs in a report, each once, at its first place."""
    bugs: dict[str, FoundBug] = {}
    for check in report.checks:
        location = check.evidence.location
        line = anchors.of_line(location, report.submission.file) if location is not None else None
        for bug in named_bugs(check):
            anchor = line or anchors.of_bug(bug.bug)
            bugs.setdefault(bug.bug, FoundBug(bug.bug, bug.title, wording.spot(check), anchor))
    return list(bugs.values())
