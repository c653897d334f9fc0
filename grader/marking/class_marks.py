"""The marks of a class: which of them apply to a person, and which do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..report.by_hand import TOTAL
from ..support.errors import UsageError
from ..support.text import clean
from .class_list import ClassList
from .mark import Mark, part
from .overrides import Entry


@dataclass(frozen=True)
class PersonMarks:
    """The marks that apply to a person, at most one for each check, and the person's own entries, which are ``used`` or ``outdated``.

    ``gives_points`` is true if one of the marks gives points to this person alone, so that the person has a score even
    without a submission.
    """

    marks: tuple[Mark, ...] = ()
    gives_points: bool = False
    used: tuple[Entry, ...] = ()
    outdated: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class ClassMarks:
    """The marks of all people of a class.

    ``path`` is that of the table. ``former`` are entries for checks that the assignment no longer has. ``notes`` are sentences for the instructor. With
    ``keeps_outdated`` a mark applies although the person has handed in another file since then.
    """

    common: tuple[Entry, ...] = ()
    by_identity: dict[str, tuple[Entry, ...]] = field(default_factory=dict)
    former: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    keeps_outdated: bool = False
    path: Path | None = None

    def of(self, identity: str, sha256: str) -> PersonMarks:
        """Return the marks of a person with this id, whose submission has this digest ("" without a submission)."""
        entries = self.by_identity.get(identity, ())
        outdated = tuple(entry for entry in entries if entry.sha256 not in ("", sha256) and not self.keeps_outdated)
        used = tuple(entry for entry in entries if entry not in outdated)
        own = {entry.mark.check: entry.mark for entry in used}
        marks = {entry.mark.check: entry.mark for entry in self.common}
        marks |= {check: _stronger(mark, marks.get(check)) for check, mark in own.items()}
        gives_points = any(mark.points is not None for mark in own.values())
        return PersonMarks(tuple(marks.values()), gives_points, used, outdated)


def class_marks(path: Path, entries: Iterable[Entry], class_list: ClassList, keeps_outdated: bool) -> ClassMarks:
    """Return the marks of the table at ``path``; raises UsageError, with the line, for a student or a check that does not exist.

    The same for a second line of a student for the same check.
    """
    lines: dict[tuple[str, str], int] = {}
    by_identity: dict[str, tuple[Entry, ...]] = {}
    common, former, notes = [], [], []
    for entry in entries:
        check = entry.mark.check
        try:
            identities = [""] if entry.is_for_everybody else [each.identity for each in class_list.find(entry.student)]
            is_former = check != TOTAL and class_list.is_former(check)
            for identity in identities:
                _refuse_second_line(entry, lines.setdefault((identity, check), entry.line))
        except UsageError as error:
            raise UsageError(f"{path}:{entry.line}: {error}") from error
        if is_former:
            former.append(entry)
            notes.append(
                f"{path}:{entry.line}: the assignment no longer has the check '{clean(check)}': this mark of "
                f"'{clean(entry.student)}' is not applied."
            )
            continue
        notes += _above_full_marks(path, entry, class_list)
        if entry.is_for_everybody:
            common.append(entry)
        else:
            by_identity |= {identity: (*by_identity.get(identity, ()), entry) for identity in identities}
    return ClassMarks(tuple(common), by_identity, tuple(former), tuple(notes), keeps_outdated, path)


def _refuse_second_line(entry: Entry, first_line: int) -> None:
    if first_line != entry.line:
        what = f"check '{clean(entry.mark.check)}'" if entry.mark.check != TOTAL else "total"
        raise UsageError(
            f"'{clean(entry.student)}' also has a mark for the {what} in line {first_line}: keep one of the two lines."
        )


def _above_full_marks(path: Path, entry: Entry, class_list: ClassList) -> list[str]:
    """Return a sentence if a mark has more points than its check, [] otherwise: it may be a slip, or extra points."""
    check, points = entry.mark.check, entry.mark.points
    most = class_list.max_score if check == TOTAL else class_list.points[check]
    if points is None or points <= most:
        return []
    return [
        f"{path}:{entry.line}: {points:g} points are more than the {most:g} of {part(check)}. They count as they are."
    ]


def _stronger(own: Mark, common: Mark | None) -> Mark:
    """Return the mark that counts for one person: a comment alone does not replace the points that everybody gets."""
    if common is None or own.points is not None or own.out:
        return own
    return replace(common, comment=own.comment)
