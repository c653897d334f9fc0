"""Returns the scores and comments of a class to a course system: shows what would change, and sends it on request."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..batch import fetched, gradebook_lines
from ..batch.existing_marks import WrittenCell
from ..batch.fetched import FetchedClass
from ..batch.renewing import CHANGED
from ..batch.store import FILE as STORE
from ..batch.store import NAMES, Store
from ..support.errors import UsageError
from ..support.text import clean, plural
from . import addresses, pages_to_attach
from .addresses import AssignmentAddress
from .model import AttachedPage, CourseOutcome, CourseSystem, Tell
from .planning import PlannedMark, ReturnPlan, plan
from .receipts import Receipts
from .sending_marks import MarkSender

MOST_NAME = 32
IMPORT_FILES = ("canvas.csv", "moodle.csv")


@dataclass(frozen=True)
class GradedResults:
    """The gradebook of a class: the folder in which it is, its lines, and the list that ``grader fetch`` wrote about the class.

    ``in_files`` are the cells of import files for course systems that were written before, ``pages`` {id: page of a student}.
    """

    folder: Path
    lines: Sequence[gradebook_lines.GradebookRow]
    origin: FetchedClass | None
    in_files: Sequence[WrittenCell] = ()
    pages: Mapping[str, AttachedPage] = field(default_factory=dict)


def read(path: Path, with_pages: bool = False) -> GradedResults:
    """Return the results in an output folder of ``grader grade``, or in a ``gradebook.csv`` from the desk of a server.

    The pages of the students are read only ``with_pages``, from an output folder.

    Raises UsageError for anything else, and for results that are anonymous, not complete, or without the newest marks by hand.
    """
    if with_pages and not (path / STORE).is_file():
        raise UsageError(f"--pages needs an output folder of 'grader grade', and {path} is not one: leave it out.")
    if path.is_file():
        return GradedResults(path.parent, gradebook_lines.read(path), None)
    if not (path / gradebook_lines.NAME).is_file():
        raise UsageError(
            f"{path} has no {gradebook_lines.NAME}: give the output folder of 'grader grade', or the {gradebook_lines.NAME} that "
            "you downloaded from the desk of a server."
        )
    in_files = _written_before(path) if (path / STORE).is_file() else []
    origin = None
    if (path / fetched.NAME).is_file():
        try:
            origin = fetched.read((path / fetched.NAME).read_bytes())
        except ValueError as error:
            raise UsageError(f"{path / fetched.NAME} cannot be read ({error}).") from error
    pages = pages_to_attach.read(path) if with_pages else {}
    return GradedResults(path, gradebook_lines.read(path / gradebook_lines.NAME), origin, in_files, pages)


def address_of(url: str | None, results: GradedResults) -> AssignmentAddress:
    """Return the assignment at an address, or that from which the class was fetched; raises UsageError without both."""
    if url is not None:
        return addresses.read(url)
    if results.origin is None:
        raise UsageError("The address of the assignment is missing: copy it from the browser, and give it after DIR.")
    origin = results.origin
    page = f"courses/{origin.course}/assignments/{origin.assignment}"
    if origin.system == "moodle":
        page = f"mod/assign/view.php?id={origin.assignment}"
    return addresses.read(f"{origin.server}/{page}")


def _written_before(folder: Path) -> list[WrittenCell]:
    """Return the cells of import files that the runs of an output folder wrote; raises UsageError for unfinished results."""
    again = "run the same 'grader grade' command again first"
    if os.name == "nt":
        raise UsageError(f"An output folder cannot be locked on Windows: give {folder / gradebook_lines.NAME} instead.")
    with Store(folder) as store:
        if not store.is_complete():
            raise UsageError(f"The last run into {folder} was stopped before its end: {again}.")
        if store.setting(NAMES) == "hidden":
            raise UsageError(f"The results in {folder} are anonymous: {again}, without --anonymous.")
        if store.setting(CHANGED):
            raise UsageError(f"The gradebook in {folder} does not have the newest marks by hand: {again}.")
        return [cell for name in IMPORT_FILES for cell in store.written_cells(name)]


def give_back(
    system: CourseSystem,
    address: AssignmentAddress,
    results: GradedResults,
    sends: bool,
    overwrite: bool,
    show: Tell,
    tell: Tell = lambda line: None,
) -> CourseOutcome:
    """Show with ``show`` what would change, and change it if ``sends``; return sentences about the result.

    ``tell`` gets a line about each change that was sent.

    Raises UsageError if the assignment takes no marks, CourseSystemFailure if nothing can be read, and Stopped.
    """
    source = (address.system, address.server.url, address.course, address.assignment)
    origin = results.origin
    if origin is not None and source != (origin.system, origin.server, origin.course, origin.assignment):
        origin = None
    if results.pages and not system.takes_pages:
        raise UsageError(
            f"{system.name} takes no pages by its API: leave out --pages, and use 'grader feedback --as mail'."
        )
    receipts = Receipts(results.folder, address.page, sends)
    with contextlib.closing(receipts):
        planned = plan(system, results.lines, origin, receipts.earlier(), overwrite, results.in_files, results.pages)
        for line in table(planned):
            show(line)
        outcome = CourseOutcome([*planned.notes])
        if not sends:
            if planned.changes:
                outcome.lines.append(f"Nothing was sent. To send {plural(len(planned.changes), 'change')}, add --send.")
            return outcome
        MarkSender(system, planned, receipts, outcome, tell).run()
        if planned.changes:
            outcome.lines.append(f"The receipts are in {receipts.write_table()}.")
    return outcome


def _comment_cell(planned: PlannedMark) -> str:
    change = planned.change
    words = ["new"] if change is not None and change.comment is not None else []
    words += ["page"] if change is not None and change.page is not None else []
    return ", ".join(words) or ("same" if planned.line.comment else "-")


def table(planned: ReturnPlan) -> list[str]:
    """Return the lines of a table: the change of each student, or the reason without one. Unchanged students are counted."""
    rows = [("student", "now", "new", "comment", "")]
    unchanged = 0
    for each in planned.marks:
        change, now = each.change, (each.place.mark if each.place is not None else "")
        if change is not None:
            new = now if change.mark is None else change.mark
            rows.append((each.line.name, now or "-", new or "-", _comment_cell(each), ""))
        elif each.why:
            rows.append((each.line.name, now or "-", each.new_mark or "-", "-", f"not sent: {each.why}"))
        else:
            unchanged += 1
    names = [clean(row[0], MOST_NAME) for row in rows]
    widths = [max(map(len, names)), *(max(len(row[column]) for row in rows) for column in (1, 2, 3))]
    lines = [
        f"{name:{widths[0]}}  {now:>{widths[1]}}  {new:>{widths[2]}}  {comment:{widths[3]}}  {why}".rstrip()
        for name, (_name, now, new, comment, why) in zip(names, rows, strict=True)
    ]
    head = f"{clean(planned.assignment.title)} ({clean(planned.assignment.course)})"
    summary = (
        f"{plural(len(planned.changes), 'change')}, {unchanged} unchanged, "
        f"{len(planned.marks) - len(planned.changes) - unchanged} not sent."
    )
    return [head, *(lines if len(rows) > 1 else []), summary]
