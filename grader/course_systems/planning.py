"""Decides which marks a course system gets: compares the gradebook of a class with the marks and comments that are there already.

The rules for existing marks are those of the files of course systems (:mod:`grader.batch.existing_marks`): a mark or comment of a
person stays. If one of the two stays, a student gets neither, because the comment would explain another mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..batch.cells import number_cell
from ..batch.existing_marks import ExistingMarks, Kind, WrittenCell, same
from ..batch.fetched import FetchedClass
from ..batch.gradebook_lines import GradebookRow
from ..support.errors import UsageError
from ..support.text import clean, plural
from . import matching_people
from .canvas_objects import EXCUSED
from .failures import RequestRefused
from .model import AttachedPage, CourseAssignment, CourseSystem, MarkChange, MarkPlace

NO_ORIGIN = (
    "The class was not fetched by 'grader fetch', so newer submissions are not recognised: compare the dates yourself if students "
    "can still hand in."
)
MOST_SHOWN = 60  # characters of a comment


@dataclass(frozen=True)
class PlannedMark:
    """A line of the gradebook: its place, None without one, the ``change`` that is sent, None if nothing is, and why not."""

    line: GradebookRow
    place: MarkPlace | None = None
    new_mark: str = ""
    change: MarkChange | None = None
    why: str = ""


@dataclass
class ReturnPlan:
    """The marks that are returned to an assignment. ``notes`` are sentences for the instructor."""

    assignment: CourseAssignment
    marks: list[PlannedMark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[PlannedMark]:
        """The lines of which something is sent."""
        return [planned for planned in self.marks if planned.change is not None]


def plan(
    system: CourseSystem,
    lines: Sequence[GradebookRow],
    origin: FetchedClass | None,
    earlier: Sequence[WrittenCell],
    overwrite: bool,
    in_files: Sequence[WrittenCell] = (),
    pages: Mapping[str, AttachedPage] | None = None,
) -> ReturnPlan:
    """Return the marks that the course system gets of the lines of a gradebook.

    ``origin`` is what ``grader fetch`` wrote about the graded class, if it was fetched from this assignment, ``earlier`` everything
    that was sent to the assignment before, ``in_files`` the cells of import files that the grader wrote for these lines. ``pages`` are {id of a line: page}. Raises UsageError if the assignment takes no marks, and CourseSystemFailure.
    """
    assignment = system.assignment()
    if assignment.refusal:
        raise UsageError(f"No marks can be returned to '{assignment.title}'. {assignment.refusal}")
    result = ReturnPlan(assignment, notes=[*assignment.notes])
    places, strangers = matching_people.match(lines, system.places(), origin is not None)
    id_of_line = {lines[index].identity: place.member.person.identity for index, place in places.items()}
    imported = [(id_of_line[key], kind, text) for key, kind, text in in_files if key in id_of_line]
    planner = _Planner(system, assignment, origin, [*imported, *earlier], overwrite, pages or {})
    for index, line in enumerate(lines):
        if index in places:
            result.marks.append(planner.planned(line, places[index]))
        elif index in strangers:
            name = clean(strangers[index].member.person.name)
            why = f"the id belongs to {name} in {system.name}: enter the mark by hand"
            result.marks.append(PlannedMark(line, why=why))
        else:
            result.marks.append(PlannedMark(line, why=f"there is no such student in this assignment of {system.name}"))
    if assignment.group_has_one_mark:
        _refuse_different_members(result)
    result.notes += _notes(system, result, origin)
    return result


class _Planner:
    def __init__(
        self,
        system: CourseSystem,
        assignment: CourseAssignment,
        origin: FetchedClass | None,
        earlier: Sequence[WrittenCell],
        overwrite: bool,
        pages: Mapping[str, AttachedPage],
    ) -> None:
        self._pages = pages
        self._system = system
        self._points = assignment.points or 0.0
        self._origin = origin
        self._earlier = earlier
        self._marks = ExistingMarks(earlier, overwrite)

    def planned(self, line: GradebookRow, place: MarkPlace) -> PlannedMark:
        """Return the mark of one person."""
        new_mark = self._new_mark(line)
        planned = PlannedMark(line, place, new_mark)
        why = self._why_nothing(line, place, new_mark)
        if why:
            return replace(planned, why=why)
        try:
            place = self._system.completed(place)
        except RequestRefused as error:
            return replace(planned, why=f"the mark there cannot be read: {error}")
        planned = replace(planned, place=place)
        if place.mark == EXCUSED and new_mark != EXCUSED:
            return replace(planned, why=f"excused in {self._system.name}")
        mark, why_not_mark = self._decided(place, "mark", place.mark, new_mark)
        comment, why_not_comment = self._comment(place, line)
        why = why_not_mark or why_not_comment
        page = self._pages.get(line.identity)
        if page is not None and page.name in place.attached:
            page = None
        if why or (mark is None and comment is None and page is None):
            return replace(planned, why=why)
        return replace(planned, change=MarkChange(place, mark, comment, page))

    def _new_mark(self, line: GradebookRow) -> str:
        """Return the mark as the course system gets it, "" without one; the score is scaled to the points there."""
        if line.is_excused:
            return EXCUSED
        if line.score is None or not line.max_score:
            return ""
        return number_cell(line.score * self._points / line.max_score)

    def _why_nothing(self, line: GradebookRow, place: MarkPlace, new_mark: str) -> str:
        if not new_mark:
            return f"no score ({line.status.replace('_', ' ')})"
        if new_mark == EXCUSED and not self._system.keeps_comments:
            return f"excused, which {self._system.name} does not know"
        return place.refusal or self._why_outdated(place)

    def _why_outdated(self, place: MarkPlace) -> str:
        """Return a reason if the person has handed in again since the class was fetched."""
        if self._origin is None:
            return ""
        graded = self._origin.of_person(place.member.person.identity)
        if graded is None:
            return "not in the class when it was fetched: fetch and grade again" if place.attempt else ""
        is_newer = place.attempt > graded.attempt or (
            place.submitted is not None and graded.submitted is not None and place.submitted > graded.submitted
        )
        if not is_newer or place.submitted is None:
            return ""
        return f"handed in again at {place.submitted:%Y-%m-%d %H:%M} UTC: fetch and grade again"

    def _comment(self, place: MarkPlace, line: GradebookRow) -> tuple[str | None, str]:
        """Return the comment to send, None for none, and why a comment of a person prevents it."""
        text = self._system.comment(line.comment)
        if not text:
            return None, ""
        if not self._system.keeps_comments:
            return self._decided(place, "comment", " ".join(place.comments), text)
        identity = place.member.person.identity
        own = [text, *(cell for person, kind, cell in self._earlier if (person, kind) == (identity, "comment"))]
        of_grader = [comment for comment in place.comments if any(same("comment", comment, each) for each in own)]
        is_there = bool(of_grader) and same("comment", of_grader[-1], text)
        return (None if is_there else text), ""

    def _decided(self, place: MarkPlace, kind: Kind, existing: str, new: str) -> tuple[str | None, str]:
        """Return the new text of a cell, None if it stays, and the reason if that is because of a person."""
        count = len(self._marks.entries)
        if self._marks.may_write(place.member.person, kind, existing, new):
            return new, ""
        is_kept = len(self._marks.entries) > count
        return (
            None,
            f"a person has entered a {kind} since: {clean(self._marks.entries[-1].existing, MOST_SHOWN)}"
            if is_kept
            else "",
        )


def _refuse_different_members(result: ReturnPlan) -> None:
    """Send nothing to a group whose members have different marks, if the course system keeps one mark for all."""
    marks_of: dict[str, set[str]] = {}
    for planned in result.marks:
        if planned.place is not None and planned.place.group and planned.new_mark:
            marks_of.setdefault(planned.place.group, set()).add(planned.new_mark)
    for number, planned in enumerate(result.marks):
        if planned.change is not None and planned.place is not None and len(marks_of.get(planned.place.group, ())) > 1:
            why = "the members of the group have different marks, and the course system keeps one for all"
            result.marks[number] = replace(planned, change=None, why=why)


def _notes(system: CourseSystem, result: ReturnPlan, origin: FetchedClass | None) -> list[str]:
    notes = [] if origin is not None else [NO_ORIGIN]
    maxima = {planned.line.max_score for planned in result.marks if planned.change is not None}
    points = result.assignment.points
    if any(maximum != points for maximum in maxima):
        notes.append(f"The scores are scaled to the {number_cell(points)} points of the assignment in {system.name}.")
    provisional = sum(planned.line.is_provisional for planned in result.changes)
    if provisional:
        notes.append(
            f"The marks of {plural(provisional, 'student')} are provisional: a person has to mark parts of the work."
        )
    deducted = sum(planned.place is not None and planned.place.deducted > 0 for planned in result.marks)
    if deducted:
        notes.append(
            f"{system.name} itself takes points off for lateness from {plural(deducted, 'student')}, in addition to the grader: "
            "switch that off in its late policy, or in the policy of the grader."
        )
    return notes
