"""The people of a class, with all their names: in the class folder, and in the files of course systems."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

from ..support.errors import UsageError
from ..support.text import clean
from .cells import text_cell
from .collect import ClassFolder
from .roster import Roster, identify
from .students import Person, Student, display_name

Found = TypeVar("Found")


class People:
    """The students who handed in, the ``absent`` people of the rosters, and sentences about both for the instructor."""

    def __init__(self, class_folder: ClassFolder, rosters: Sequence[Roster]) -> None:
        self.students, self.absent, self.notes = identify(class_folder.students, rosters)
        self.class_names = {student.identity: student.name for student in class_folder.students}
        """{id: name in the folder of the class} of the students who handed in."""

    def find(self, name: str) -> list[Student]:
        """Return the students with this name or id, as gradebook.csv or a page writes them."""
        forms = {_folded(name), _folded(name.removeprefix("'"))}  # a spreadsheet may have kept the apostrophe of a cell
        return [student for student in self.students if forms & self._all_names(student)]

    def _all_names(self, student: Student) -> set[str]:
        """Return all names and ids of a student and, for a group, of its members."""
        everybody: list[Student | Person] = [student, *student.people]
        names = [self.class_names[student.identity]]
        for each in everybody:
            names += [each.name, each.identity, display_name(each)]
        return {_folded(form) for name in names for form in (name, text_cell(name))}


def only_one(matches: Sequence[Found], name: str, place: str) -> Found:
    """Return the only one of the students with a name or id; raises UsageError with ``place`` if there are none or several."""
    if len(matches) == 1:
        return matches[0]
    problem = (
        f"{len(matches)} students have the name '{clean(name)}': give the id from gradebook.csv."
        if matches
        else f"there is no student '{clean(name)}' in this class: give a name or an id from gradebook.csv."
    )
    raise UsageError(f"{place}: {problem}")


def _folded(name: str) -> str:
    """Return a name in the form in which names are compared: composed letters, without case."""
    return unicodedata.normalize("NFC", name).casefold()
