"""The people of a class, with all their names: in the class folder, and in the files of course systems."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ..support.errors import UsageError
from ..support.text import clean
from . import pseudonyms, sections
from .cells import text_cell
from .collect import ClassFolder
from .pseudonyms import Pseudonyms
from .roster import Roster, identify
from .students import Person, Student, display_name

Found = TypeVar("Found")


class People:
    """The students who handed in, the ``absent`` people of the rosters, and sentences about both for the instructor."""

    def __init__(self, class_folder: ClassFolder, rosters: Sequence[Roster]) -> None:
        self.students, self.absent, self.notes = identify(class_folder.students, rosters)
        self.class_names = {student.identity: student.name for student in class_folder.students}
        """{id: name in the folder of the class} of the students who handed in."""
        self.names_in_files: dict[str, list[str]] = {}
        """{id of a stored result: the names of its authors}, if there are pseudonyms."""
        self.other_names: dict[str, list[str]] = {}
        """{id of a person: real names and pseudonym}, if there are pseudonyms."""
        self.is_anonymous = False
        self.sections = sections.of_rosters(self.students, rosters)
        """{id of a person: section} of the people whose section is known."""
        self._names_of_students = {student.identity: self._all_names(student) for student in self.students}

    def find(self, name: str) -> list[Student]:
        """Return the students with this name or id, as gradebook.csv or a page writes them."""
        forms = {_folded(name), _folded(name.removeprefix("'"))}  # a spreadsheet may have kept the apostrophe of a cell
        return [student for student in self.students if forms & self._names_of_students[student.identity]]

    def read_sections(self, path: Path) -> None:
        """Add the sections of ``sections.csv``, which win; raises UsageError as :func:`sections.of_table`."""
        everybody = [person for student in self.students for person in student.people]
        ids_by_name: dict[str, set[str]] = {}
        for person in [*everybody, *(entry.person for entry in self.absent)]:
            for name in _names(person):
                ids_by_name.setdefault(_folded(name), set()).add(person.identity)
        self.sections |= sections.of_table(path, ids_by_name, _folded)

    def use_pseudonyms(self, key: Pseudonyms, is_anonymous: bool) -> dict[str, str]:
        """Store results under pseudonyms, and also show these if ``is_anonymous``; return {earlier id: new id} of students.

        All names are still found.
        """
        new_ids: dict[str, str] = {}
        new_students = []
        new_sections = {}
        names_of_students = {}
        for old in self.students:
            new = pseudonyms.hide_student(old, key, is_anonymous)
            everybody: list[Student | Person] = [old, *old.people]
            new_students.append(new)
            new_ids[old.identity] = new.identity
            own_names = [self.class_names[old.identity], *(name for each in everybody for name in _names(each))]
            self.names_in_files[new.record_id] = own_names
            found_names = [new.record_id]
            for person, new_person in zip(old.people, new.people, strict=True):
                own_pseudonym = key.of(person.identity, person.name)
                self.other_names[new_person.identity] = [*_names(person), own_pseudonym]
                found_names.append(own_pseudonym)
                new_sections[new_person.identity] = self.sections.get(person.identity, "")
            names_of_students[new.identity] = self._names_of_students[old.identity] | {*map(_folded, found_names)}
        new_absent = []
        for entry in self.absent:
            own_pseudonym = key.of(entry.identity, entry.name)
            hidden_entry = replace(entry, name=own_pseudonym, identity=own_pseudonym, email="", group="")
            new_absent.append(hidden_entry if is_anonymous else entry)
            self.other_names[new_absent[-1].identity] = [*_names(entry.person), own_pseudonym]
            new_sections[new_absent[-1].identity] = self.sections.get(entry.identity, "")
        self.sections = {identity: section for identity, section in new_sections.items() if section}
        self.students, self.absent, self._names_of_students = new_students, new_absent, names_of_students
        self.class_names = {new_ids[old]: "" if is_anonymous else name for old, name in self.class_names.items()}
        self.is_anonymous = is_anonymous
        return new_ids

    def _all_names(self, student: Student) -> set[str]:
        """Return all names and ids of a student and, for a group, of its members."""
        everybody: list[Student | Person] = [student, *student.people]
        names = [self.class_names[student.identity]]
        for each in everybody:
            names += [each.name, each.identity, display_name(each)]
        return {_folded(form) for name in names for form in (name, text_cell(name))}


def _names(person: Student | Person) -> list[str]:
    return [name for name in (person.name, person.identity, person.email, display_name(person)) if name]


def only_one(matches: Sequence[Found], name: str, place: str) -> Found:
    """Return the only one of the students with a name or id; raises UsageError with ``place`` if nobody or several match."""
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
