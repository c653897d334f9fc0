"""The marks by hand of a class: the people and checks that ``overrides.csv`` may name, its place, and its content.

The output folder keeps the names, so that ``grader pages`` and ``grader override`` need neither the class nor the assignment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from ..assignment.spec import AssignmentSpec
from ..marking import overrides
from ..marking.class_list import ClassList, Member
from ..marking.class_marks import ClassMarks, class_marks
from ..support import tables
from . import pseudonyms
from .cells import text_cell
from .roster import RosterEntry
from .store import Store
from .students import Person, Student, display_name

SETTING = "class list"


class StoredClass(BaseModel):
    """The values that an output folder keeps for the marks of its class.

    ``table`` is the path that the last run got by ``--overrides``, or "". ``class_place`` is the folder that contains the class,
    ``command`` the command line of the last run with its folder, "" if it is not known.
    """

    class_list: ClassList
    table: str = ""
    class_place: str = ""
    keeps_outdated: bool = False
    rounding: float = 0.01
    command: str = ""

    def find_table(self, out: Path) -> Path | None:
        """Return the path of the table of marks, or None."""
        if self.table:
            return Path(self.table)
        return tables.find_in(overrides.NAME, [out, *([Path(self.class_place)] if self.class_place else [])])

    def with_names_of_key(self, out: Path) -> StoredClass:
        """Return this with the names of everybody as ``key.csv`` in the output folder has them, if it is there.

        The store of an anonymous class does not keep them, but the table of marks may use them.
        """
        key = pseudonyms.read(out)
        if key is None:
            return self
        names = key.all_names()
        named = self.class_list.with_names(lambda identity: names.get(text_cell(identity), []))
        return self.model_copy(update={"class_list": named})

    def how_to_renew(self) -> str:
        """Return the sentence that says how the gradebooks get the marks."""
        command = f":\n{self.command}" if self.command else "."
        return (
            "gradebook.csv, summary.json, index.html and the files for course systems do not have these marks yet. Run the "
            f"same 'grader grade' command again, which grades nobody for this{command}"
        )

    def read_marks(self, out: Path) -> ClassMarks:
        """Return the marks of the class; raises UsageError, with file and line, for a mistake in the table."""
        path = self.find_table(out)
        if path is None:
            return ClassMarks(keeps_outdated=self.keeps_outdated)
        return class_marks(path, overrides.read(path), self.class_list, self.keeps_outdated)


def stored_class(store: Store) -> StoredClass | None:
    """Return what the last run stored, None before the first run."""
    text = store.setting(SETTING)
    return StoredClass.model_validate_json(text) if text else None


def keep(store: Store, new: StoredClass) -> None:
    """Store the names of the class for later commands."""
    store.keep_setting(SETTING, new.model_dump_json())


def class_list(
    students: Sequence[Student],
    absent: Sequence[RosterEntry],
    class_names: Mapping[str, str],
    page_names: Mapping[str, str],
    content: AssignmentSpec,
    earlier: ClassList | None,
) -> ClassList:
    """Return the people and checks of a class; ``class_names`` are the names of students in the folder of the class.

    Checks that only the ``earlier`` list has are former checks. Its values about submissions stay until this run has
    written the class: a run that stops before that leaves pages with the marks of the run before.
    """
    members = [
        _member(person, student, class_names.get(student.identity, ""), page_names[person.identity])
        for student in students
        for person in student.people
    ]
    members += [_member(entry.person, None, "", page_names.get(entry.identity, "")) for entry in absent]
    if earlier is not None:
        known_members = {member.identity: member for member in earlier.members}
        members = [each.with_submission_of(known_members.get(each.identity, each)) for each in members]
    points = {check.name: check.points for check in content.checks}
    known_checks = [*earlier.points, *earlier.former_checks] if earlier is not None else []
    return ClassList(
        members=members,
        points=points,
        max_score=sum(check.points for check in content.checks if not check.bonus),
        former_checks=[name for name in known_checks if name not in points],
    )


def _member(person: Person, student: Student | None, class_name: str, page: str) -> Member:
    names = [person.name, display_name(person), person.email]
    group: list[str] = []
    if student is not None and len(student.people) > 1:
        group = [student.name, student.identity, class_name]
    elif student is not None:
        names += [student.name, student.identity, class_name]
    return Member(
        identity=person.identity,
        name=person.name,
        also=_forms(names),
        group=_forms(group),
        page=page,
    )


def _forms(names: Sequence[str]) -> list[str]:
    """Return the names, and each as it is in a cell of gradebook.csv if that differs."""
    return [*dict.fromkeys(form for name in names if name for form in (name, text_cell(name)))]
