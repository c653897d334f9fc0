"""Writes and lists marks by hand in the table of an output folder, for ``grader override``."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..marking import class_marks, editing, overrides
from ..marking.class_list import ClassList, Member
from ..marking.editing import EditedTable
from ..marking.mark import part
from ..marking.overrides import NAME, Entry
from ..report.by_hand import TOTAL
from ..support import tables
from ..support.atomic_files import write_whole
from ..support.errors import UsageError
from ..support.text import clean
from . import class_members, renewing
from .cells import number_cell, text_cell
from .class_members import StoredClass
from .store import Store, earlier_version, refuse_without_results


@dataclass(frozen=True)
class NewMark:
    """A mark to write: a name or an id of a student, or ``*``; a check, or "" for the total; and the new cells.

    ``points`` and ``comment`` stay as they are if they are None. ``by`` is "" for the person who is logged in.
    """

    student: str
    check: str = TOTAL
    points: str | None = None
    comment: str | None = None
    by: str = ""


def set_mark(folder: Path, new: NewMark) -> str:
    """Write a mark into the table of an output folder; return a sentence about it.

    A line for the same student and check is changed, otherwise a line is added. Raises UsageError for an unknown student
    or check, and for a mistake anywhere in the table; then nothing is written.
    """
    is_out, points = overrides.read_points((new.points or "").strip())

    def edited(table: EditedTable, stored: StoredClass, path: Path) -> EditedTable:
        names, delimiter = stored.class_list, table.table.delimiter
        if new.check != TOTAL and names.is_former(new.check):
            raise UsageError(f"the assignment no longer has the check '{clean(new.check)}': use --remove.")
        members = _members(new.student, names)
        values = {
            "student": text_cell(_name(new.student, members, names)),
            "check": new.check,
            "by": new.by or _login(),
            "at": datetime.now().astimezone().isoformat(timespec="seconds"),
            "sha256": members[0].sha256 if members else "",
        }
        if new.points is not None:
            decimal = "," if delimiter == ";" else "."  # a spreadsheet that separates by semicolons writes 7,5
            values["points"] = overrides.OUT if is_out else number_cell(points, decimal)
        if new.comment is not None:
            values["comment"] = new.comment
        lines = _lines(table, names, members, new.check, path)
        return table.with_values(lines[0] if lines else None, values)

    path = _edit(folder, edited)
    return f"The mark of '{clean(new.student)}' for {part(new.check)} is written to {path}."


def remove_mark(folder: Path, student: str, check: str) -> str:
    """Remove the mark of a student for a check, or for the total, from the table; return a sentence about it.

    Raises UsageError if this mark does not exist.
    """

    def edited(table: EditedTable, stored: StoredClass, path: Path) -> EditedTable:
        names = stored.class_list
        if check != TOTAL:
            names.is_former(check)  # raises UsageError for an unknown check
        lines = _lines(table, names, _members(student, names), check, path)
        if not lines:
            raise UsageError(
                f"{path} has no mark of '{clean(student)}' for {part(check)}: use --list to see all marks."
            )
        return table.without(lines[0])

    return f"The mark of '{clean(student)}' is removed from {_edit(folder, edited)}."


def list_marks(folder: Path) -> list[str]:
    """Return a line for each mark and comment in the table of an output folder, with the reason if it is not applied."""
    refuse_without_results(folder)
    with Store(folder) as store:
        stored = _stored(store, folder)
    path = stored.find_table(folder)
    if path is None:
        return [f"There are no marks by hand: {folder / NAME} does not exist."]
    marks = stored.read_marks(folder)
    entries = overrides.read(path)
    by_identity = {member.identity: member for member in stored.class_list.members}
    outdated = {
        entry.line for identity, member in by_identity.items() for entry in marks.of(identity, member.sha256).outdated
    }
    former = {entry.line for entry in marks.former}
    return [f"{path}: {len(entries)} marks and comments", *(_listed(entry, outdated, former) for entry in entries)]


def _listed(entry: Entry, outdated: set[int], former: set[int]) -> str:
    mark = entry.mark
    value = "out" if mark.out else "comment" if mark.points is None else f"{mark.points:g}"
    reason = "(not applied: for an earlier file)" if entry.line in outdated else ""
    if entry.line in former:
        reason = "(not applied: the assignment no longer has this check)"
    words = (f"line {entry.line}:", clean(entry.student), mark.check or "total", value, clean(mark.comment, 100))
    return "  ".join(filter(None, (*words, mark.by, mark.at, reason)))


Edit = Callable[[EditedTable, StoredClass, Path], EditedTable]


def _edit(folder: Path, edit: Edit) -> Path:
    """Change the table of an output folder; return its path. Nothing is written if the result has a mistake."""
    refuse_without_results(folder)
    with Store(folder) as store:
        stored = _stored(store, folder)
        path = (stored.find_table(folder) or folder / NAME).resolve()  # a link stays a link
        table = editing.read(path)
        class_marks.class_marks(path, overrides.parse(table.table, str(path)), stored.class_list, True)
        try:
            text = edit(table, stored, path).text()
        except UsageError as error:  # a sentence that otherwise follows the name of a file
            raise UsageError(str(error)[:1].upper() + str(error)[1:]) from error
        parsed = tables.parse(text.removeprefix(editing.MARKER), str(path))
        class_marks.class_marks(path, overrides.parse(parsed, str(path)), stored.class_list, True)
        write_whole(path, text.encode())
        store.keep_setting(renewing.CHANGED, "yes")
    return path


def _stored(store: Store, folder: Path) -> StoredClass:
    stored = class_members.stored_class(store)
    if stored is None:
        raise earlier_version(folder)
    return stored.with_names_of_key(folder)


def _members(student: str, names: ClassList) -> list[Member]:
    """Return the people with a name or id, [] for everybody; raises UsageError."""
    return [] if student == tables.EVERYBODY else names.find(student)


def _name(student: str, members: Sequence[Member], names: ClassList) -> str:
    """Return what the table says for these people: the name if it names nobody else, otherwise the id."""
    if len(members) != 1:
        return student
    try:
        is_unique = names.find(members[0].name) == members
    except UsageError:
        is_unique = False
    return members[0].name if is_unique else members[0].identity


def _lines(table: EditedTable, names: ClassList, members: Sequence[Member], check: str, path: Path) -> list[int]:
    """Return the lines for these people and this check, also one that is not filled in."""
    rows = [row for row in overrides.rows_of(table.table, str(path)) if row["check"] == check]
    lines = []
    for row in rows:
        with contextlib.suppress(UsageError):  # a row that is not filled in may name somebody who left the class
            if _members(row["student"], names) == list(members):
                lines.append(row.line)
    return lines


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
