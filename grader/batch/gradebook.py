"""The results of a class as lines: what every gradebook is written from, and our own, ``gradebook.csv``."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..support.atomic_files import write_whole
from ..support.text import clean
from .cells import number_cell, text_cell

BEFORE_CHECKS = ("student", "id", "status", "score", "max_score", "passed", "late", "penalty")
AFTER_CHECKS = ("submission", "earlier_attempts", "comment", "file", "grader", "assignment_digest", "seed_fingerprint")
GROUP = "group"  # in front of those, in a class with groups


@dataclass(frozen=True)
class Row:
    """One student's line in every gradebook.

    ``name`` is as the course system writes it, ``identity`` the course system's own. ``status`` is ``graded``,
    ``not_gradable``, ``unreadable`` where what was handed in cannot be read, or ``not_submitted``. ``score`` is after
    late policy and rounding, ``raw`` before; both are None where there is none. ``late`` says how late, and ``penalty``
    how many points that cost. ``checks`` has the score of each check, and ``attempts`` what was handed in before and
    not graded. ``group`` names those who handed in together, empty for one student alone. ``email`` and ``number`` help
    to find the student in a course system's file. ``file`` is the one that was graded, and the next three say by what.
    """

    name: str
    identity: str
    status: str
    score: float | None
    raw: float | None
    max_score: float
    passed: bool
    late: str
    penalty: float
    comment: str
    checks: dict[str, float | None]
    submission: str
    attempts: list[str]
    file: str = ""
    grader: str = ""
    assignment_digest: str = ""
    seed_fingerprint: str = ""
    group: str = ""
    email: str = ""
    number: str = ""


@dataclass(frozen=True)
class Filled:
    """A course system's own file with the scores in it, and whom they could not be entered for.

    ``unmatched`` are students of the batch that are not in the file, ``without_submission`` those of the file that are
    not in the batch, ``locked`` those whose grade in the file is not to be changed. ``notes`` are sentences for the
    instructor.
    """

    content: bytes
    unmatched: list[str]
    without_submission: list[str]
    locked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def write(rows: Sequence[Row], path: Path) -> None:
    """Write ``gradebook.csv``, a line for each student, in the order given."""
    checks = list(dict.fromkeys(name for row in rows for name in row.checks))
    taken = {*BEFORE_CHECKS, GROUP, *AFTER_CHECKS}
    groups = any(row.group for row in rows)
    titles = [text_cell(f"check {name}" if name in taken else name) for name in checks]
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([*BEFORE_CHECKS, *titles, *([GROUP] if groups else []), *AFTER_CHECKS])
    for row in rows:
        writer.writerow(_line(row, checks, groups))
    write_whole(path, table.getvalue().encode())


def ungraded(rows: Sequence[Row]) -> list[str]:
    """The sentence about those without a score, whose grades no file changes: no score is not a zero."""
    names = [clean(row.name) for row in rows if row.score is None]
    return [f"Without a score, and left as they were: {', '.join(names)}."] if names else []


def _line(row: Row, checks: Sequence[str], groups: bool) -> list[str]:
    return [
        text_cell(row.name),
        text_cell(row.identity),
        text_cell(row.status),
        number_cell(row.score),
        number_cell(row.max_score),
        "" if row.score is None else "yes" if row.passed else "no",
        text_cell(row.late),
        number_cell(row.penalty),
        *(number_cell(row.checks.get(check)) for check in checks),
        *([text_cell(row.group)] if groups else []),
        text_cell(row.submission),
        text_cell("; ".join(row.attempts)),
        text_cell(row.comment),
        text_cell(row.file),
        text_cell(row.grader),
        text_cell(row.assignment_digest),
        text_cell(row.seed_fingerprint),
    ]
