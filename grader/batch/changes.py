"""Lists whose marks a person changed, which marks are not applied, and whose score changed since the previous run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from ..marking.class_marks import ClassMarks
from ..marking.mark import part
from ..support.text import clean
from .gradebook import Row
from .graded_class import PersonResult
from .store import Store

SETTING = "scores"


@dataclass(frozen=True)
class MarkByHand:
    """A mark or a comment of a person, next to the points of the grader. ``check`` is "" for the total."""

    student: str
    id: str
    check: str
    points: float | None
    automatic: float | None
    comment: str
    by: str
    at: str
    out: bool


@dataclass(frozen=True)
class UnusedMark:
    """A line of the table of marks that is not applied, and the reason. ``id`` is "" if the line names a group or everybody."""

    student: str
    id: str
    check: str
    line: int
    why: str


@dataclass(frozen=True)
class ChangedScore:
    """A student whose score differs from that of the previous run that changed any score."""

    student: str
    id: str
    before: float | None
    now: float | None


class _Scores(BaseModel):
    """The scores of the last run, and those before the last run that changed any of them, by id."""

    now: dict[str, float | None] = {}
    before: dict[str, float | None] = {}


@dataclass(frozen=True)
class Changes:
    """The marks by hand and changed scores that an instructor must know.

    ``is_new`` is true if this run changed scores; an idle run keeps the list of the run before.
    """

    by_hand: list[MarkByHand]
    unused: list[UnusedMark]
    scores: list[ChangedScore]
    is_new: bool
    table: Path | None

    def notes(self) -> list[str]:
        """Return a sentence for each mark of a student that is not applied, with the reason."""
        return [
            f"{self.table}:{mark.line}: the mark of '{clean(mark.student)}' for "
            f"{part(mark.check)} is not applied: {mark.why}"
            for mark in self.unused
            if mark.why != FORMER
        ]


OUTDATED = (
    "it was given for an earlier file. Read the new file, then empty the cell 'sha256' or use 'grader override' again, or "
    "apply all such marks with --keep-overrides."
)
EXCUSED = "the student is excused."
FORMER = "the assignment no longer has this check."


def collect(results: Sequence[tuple[Row, PersonResult]], marks: ClassMarks, store: Store) -> Changes:
    """Return the marks by hand of a class and its changed scores; the store keeps the scores for the next run."""
    changed_scores, is_new = _changed_scores([row for row, _ in results], store)
    unused = [
        UnusedMark(row.name, row.identity, entry.mark.check, entry.line, OUTDATED)
        for row, result in results
        for entry in result.marks.outdated
    ]
    unused += [
        UnusedMark(row.name, row.identity, entry.mark.check, entry.line, EXCUSED)
        for row, result in results
        if result.excused
        for entry in result.marks.used
        if entry.mark.points is not None
    ]
    unused += [UnusedMark(entry.student, "", entry.mark.check, entry.line, FORMER) for entry in marks.former]
    by_hand = [
        MarkByHand(row.name, row.identity, name, m.points, m.automatic, m.comment, m.by, m.at, m.out)
        for row, result in results
        for name, m in result.by_hand()
    ]
    return Changes(by_hand, unused, changed_scores, is_new, marks.path)


def _changed_scores(rows: Sequence[Row], store: Store) -> tuple[list[ChangedScore], bool]:
    text = store.setting(SETTING)
    scores = _Scores.model_validate_json(text) if text else _Scores()
    now = {row.identity: row.score for row in rows if row.status != "pending"}
    is_new = now != scores.now
    if is_new:
        scores = _Scores(now=now, before=scores.now)
        store.keep_setting(SETTING, scores.model_dump_json())
    changed = [
        ChangedScore(row.name, row.identity, scores.before[row.identity], row.score)
        for row in rows
        if row.identity in now and scores.before.get(row.identity, row.score) != row.score
    ]
    return changed, is_new
