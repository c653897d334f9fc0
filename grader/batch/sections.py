"""The sections of a class, each with its own tutor: the people of each, and the names of their pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ..support import tables
from ..support.errors import UsageError
from ..support.text import clean
from .file_names import file_names
from .roster import Roster, RosterEntry
from .students import Person, Student
from .written_files import SECTION

NAME = "sections.csv"
COLUMNS = ("student", "section")


def of_rosters(students: Sequence[Student], rosters: Sequence[Roster]) -> dict[str, str]:
    """Return {id: section} of the people whose section is in the file of a course system."""
    people = [person for student in students for person in student.people]
    sections: dict[str, str] = {}
    for roster in rosters:
        matches = roster.pair(people)
        for number, entry in enumerate(roster.entries):
            if entry.section:
                sections.setdefault(matches[number].identity if number in matches else entry.identity, entry.section)
    return sections


def of_table(path: Path, ids_by_name: Mapping[str, set[str]], fold: Callable[[str], str]) -> dict[str, str]:
    """Return {id: section} of the people in ``sections.csv``; ``ids_by_name`` has folded names.

    A student who is not in the class is ignored, since the list may have students who submitted nothing. Raises
    UsageError, with file and line, for a name that several people have, and for a student in two sections.
    """
    sections: dict[str, str] = {}
    for row in tables.read(path, COLUMNS):
        name, section = row["student"], row["section"]
        identities = ids_by_name.get(fold(name), set())
        if len(identities) > 1:
            raise UsageError(
                f"{path}:{row.line}: {len(identities)} students have the name '{clean(name)}': give the id."
            )
        for identity in identities:
            if sections.setdefault(identity, section) != section:
                raise UsageError(f"{path}:{row.line}: '{clean(name)}' is in two sections: keep one line per student.")
    return sections


def only(
    section: str, sections: Mapping[str, str], students: Sequence[Student], absent: Sequence[RosterEntry]
) -> tuple[list[Student], list[RosterEntry]]:
    """Return the students and the absent people of a section; a group belongs to the sections of all its members.

    Raises UsageError if the section does not exist.
    """
    names = sorted({*sections.values()})
    chosen_names = [name for name in names if name.casefold() == section.casefold()]
    if not chosen_names:
        remedy = f"use one of {clean(', '.join(names), 500)}." if names else f"no file names one; {NAME} may do it."
        raise UsageError(f"There is no section '{clean(section)}': {remedy}")

    def belongs(person: Person) -> bool:
        return sections.get(person.identity) in chosen_names

    return [each for each in students if any(map(belongs, each.people))], [e for e in absent if belongs(e.person)]


def page_names(sections: Sequence[str]) -> dict[str, str]:
    """Return {section: name of its page}."""
    names = file_names([Person(section, section) for section in sections])
    return {section: f"{SECTION}{names[section]}.html" for section in sections}
