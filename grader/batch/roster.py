"""Reads the roster of a class from the file of a course system: real names, groups, and absent students."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from .matching import folded, natural
from .students import Person, Student


@dataclass(frozen=True)
class RosterEntry:
    """A line of the file: name, id, e-mail address, group, and a note about the submission.

    ``excused`` is true if the course system excuses the student. ``section`` is the part of the class.
    """

    name: str
    identity: str
    email: str = ""
    group: str = ""
    note: str = ""
    excused: bool = False
    section: str = ""

    @property
    def person(self) -> Person:
        """The person of the line."""
        return Person(self.name, self.identity, self.email)


@dataclass(frozen=True)
class Roster:
    """The lines of a file, and a function ``pair`` that returns {line index: person}."""

    entries: Sequence[RosterEntry]
    pair: Callable[[Sequence[Person]], dict[int, Person]]

    def names(self) -> set[str]:
        """Return all forms of names that may occur in file names."""
        return {
            form for line in self.entries for name in (line.name, line.group) for form in (name, natural(name)) if form
        }


def identify(
    students: Sequence[Student], rosters: Sequence[Roster]
) -> tuple[list[Student], list[RosterEntry], list[str]]:
    """Return the students with real names and group members, the listed people who are absent, and notes."""
    unique_students = _different([_with_members(student, rosters) for student in students])
    people = [person for student in unique_students for person in student.people]
    lines: dict[str, RosterEntry] = {}
    emails: dict[str, str] = {}
    absent: list[RosterEntry] = []
    for roster in rosters:
        matches = roster.pair(people)
        for number, person in matches.items():
            if roster.entries[number].name:
                lines.setdefault(person.identity, roster.entries[number])
            if roster.entries[number].email:
                emails.setdefault(person.identity, roster.entries[number].email)
        absent += [line for number, line in enumerate(roster.entries) if number not in matches]
    known_names = {_key(lines[person.identity].name if person.identity in lines else person.name) for person in people}
    if len(rosters) > 1:  # their ids differ, so people are compared by name
        absent = [
            line for line in {_key(line.name): line for line in absent}.values() if _key(line.name) not in known_names
        ]
    named_students = [_named(student, lines, emails) for student in unique_students]
    notes = [
        f"{new.name} handed in as '{old.name}': if that is a group, its other members are unknown."
        for old, new in zip(unique_students, named_students, strict=True)
        if not old.members and folded(old.name) not in (folded(new.name), _key(new.name)) and not _is_number(old.name)
    ]
    return sorted(named_students, key=lambda s: (s.name.casefold(), s.identity)), absent, notes


def _with_members(student: Student, rosters: Sequence[Roster]) -> Student:
    """Return the student with the members of its Moodle group: the lines of the members have the name of the group."""
    if student.members:
        return student
    for roster in rosters:
        members = [line for line in roster.entries if line.group and folded(line.group) == folded(student.name)]
        has_own_line = any(
            line.identity == student.identity and _key(line.name) == _key(student.name) for line in roster.entries
        )
        if members and not has_own_line:
            return replace(
                student,
                members=tuple(Person(line.name or line.identity, line.identity, line.email) for line in members),
            )
    return student


def _named(student: Student, lines: Mapping[str, RosterEntry], emails: Mapping[str, str]) -> Student:
    """Return the student with the real names and the e-mail addresses of the files of course systems."""

    def completed(person: Person) -> Person:
        name = lines[person.identity].name if person.identity in lines else person.name
        return replace(person, name=name, email=person.email or emails.get(person.identity, ""))

    people = tuple(completed(person) for person in student.people)
    if student.members:
        return replace(student, members=people, name=people[0].name if len(people) == 1 else student.name)
    return replace(student, name=people[0].name, email=people[0].email)


def _different(students: Sequence[Student]) -> list[Student]:
    """Make ids unique: a person with two submissions gets two rows, each with the folder after the id."""
    id_counts = Counter(person.identity for student in students for person in student.people)

    def with_unique_id(student: Student, person: Person) -> Person:
        if id_counts[person.identity] == 1:
            return person
        return replace(person, identity=f"{person.identity} ({student.folder.rstrip('/') or student.identity})")

    return [
        replace(student, members=tuple(with_unique_id(student, person) for person in student.members))
        if student.members
        else student
        for student in students
    ]


def _key(name: str) -> str:
    return folded(natural(name))


def _is_number(name: str) -> bool:
    """True for a placeholder of a hidden name, such as ``Participant 17``."""
    return name.rpartition(" ")[2].isdigit() or name.startswith("anonymous ")
