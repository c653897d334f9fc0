"""The fields of the form for marks by hand: one pair for the total, and one for each check."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import FormData

from ..assignment.check import Check
from ..assignment.points import RubricItem
from ..assignment.spec import AssignmentSpec
from ..report.by_hand import TOTAL
from ..report.evidence import ByHand
from ..report.model import CheckResult, Report
from ..service.hand_marks import Wish
from ..service.tables import Mark
from ..support.i18n import _
from .desk_place import DeskPlace
from .requests import text_of

POINTS, COMMENT = "points:", "comment:"  # the beginnings of the names of fields
FILE, MARKS = "sha256", "marks"  # the names of hidden fields: the file and the marks that the person saw
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class MarkPart:
    """A check, or the total, in the form. ``automatic`` are the points of the grader, None without any.

    ``is_outdated``: the mark was given for an earlier file. ``is_unmarked``: a person has to mark it.
    """

    name: str
    title: str
    most: float
    automatic: float | None
    wish: Wish
    by: str = ""
    is_outdated: bool = False
    is_unmarked: bool = False
    message: str = ""
    rubric: tuple[RubricItem, ...] = ()


def address(place: DeskPlace, student: str) -> str:
    """Return the address of the form of a student."""
    return f"{place.address}/students/{quote(student, safe='')}"


def wishes(fields: FormData) -> dict[str, Wish]:
    """Return {check: points and comment} of the parts that a form has."""
    points = {name.removeprefix(POINTS): text_of(fields, name) for name in fields if name.startswith(POINTS)}
    comments = {name.removeprefix(COMMENT): text_of(fields, name) for name in fields if name.startswith(COMMENT)}
    return {name: Wish(points.get(name, ""), comments.get(name, "")) for name in {**points, **comments}}


def digest_in(fields: FormData) -> str:
    """Return the SHA-256 of the submission that the person saw, "" without one."""
    text = text_of(fields, FILE)
    return text if DIGEST.fullmatch(text) else ""


def parts(
    content: AssignmentSpec, report: Report | None, marks: Mapping[str, Mark], new_wishes: Mapping[str, Wish]
) -> list[MarkPart]:
    """Return the total and the checks; ``new_wishes`` are those of a form that was refused."""
    sha256 = report.submission.sha256 if report is not None else ""
    results = {check.name: check for check in report.checks} if report is not None else {}
    total = report.by_hand if report is not None else None
    total_points = _automatic(report.score if report is not None else None, total)
    most = report.max_score if report is not None else sum(check.points for check in content.checks if not check.bonus)
    part_of_total = MarkPart(
        TOTAL,
        _("Total"),
        most,
        total_points,
        _wish(TOTAL, marks, new_wishes),
        _by(TOTAL, marks),
        _is_outdated(TOTAL, marks, sha256),
    )
    return [
        part_of_total,
        *(_part(check, results.get(check.name), marks, new_wishes, sha256) for check in content.checks),
    ]


def _part(
    check: Check,
    result: CheckResult | None,
    marks: Mapping[str, Mark],
    new_wishes: Mapping[str, Wish],
    sha256: str,
) -> MarkPart:
    mark = result.evidence.by_hand if result is not None else None
    return MarkPart(
        check.name,
        _(check.title),
        check.points,
        _automatic(result.score if result is not None and not result.is_unmarked else None, mark),
        _wish(check.name, marks, new_wishes),
        _by(check.name, marks),
        _is_outdated(check.name, marks, sha256),
        result is not None and result.is_unmarked,
        result.message if result is not None else "",
        tuple(check.marking_scheme()),
    )


def _automatic(points: float | None, mark: ByHand | None) -> float | None:
    return points if mark is None else mark.automatic


def _wish(name: str, marks: Mapping[str, Mark], new_wishes: Mapping[str, Wish]) -> Wish:
    if name in new_wishes:
        return new_wishes[name]
    mark = marks.get(name)
    return Wish(mark.points, mark.comment) if mark is not None else Wish()


def _by(name: str, marks: Mapping[str, Mark]) -> str:
    return marks[name].by if name in marks else ""


def _is_outdated(name: str, marks: Mapping[str, Mark], sha256: str) -> bool:
    return name in marks and marks[name].sha256 not in ("", sha256)
