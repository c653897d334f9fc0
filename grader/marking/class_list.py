"""The people and the checks of a class, as marks by hand name them. The output folder keeps them for later commands."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel

from ..support import similar_names
from ..support.errors import UsageError
from ..support.text import clean

Thing = TypeVar("Thing")
_Index = dict[str, list[Thing]]
OF_SUBMISSION = {"sha256", "late", "share", "excused", "attempt"}  # fields of a member


class Member(BaseModel):
    """A person who gets a score.

    ``also`` are further forms of the name, ``group`` the names of the group that handed in together. ``page`` is the name
    of the person's files. The rest is known after the class was written: ``sha256`` is that of the submission, ``late`` its
    lateness in words, and ``share`` the part of the full marks that it costs. An ``excused`` person has no score.
    ``attempt`` is the sentence of the page about the attempt that counts, "" for a single attempt.
    """

    identity: str
    name: str
    also: list[str] = []
    group: list[str] = []
    page: str = ""
    sha256: str = ""
    late: str = ""
    share: float = 0.0
    excused: bool = False
    attempt: str = ""

    def with_submission_of(self, other: Member) -> Member:
        """Return this person with what is known about the submission of the other."""
        return self.model_copy(update=other.model_dump(include=OF_SUBMISSION))


class ClassList(BaseModel):
    """The members of a class, the points of each check, and the checks that only earlier versions of the assignment had.

    ``max_score`` is the sum of the points without bonus points.
    """

    members: list[Member]
    points: dict[str, float]
    max_score: float = 0.0
    former_checks: list[str] = []

    def with_names(self, names_of: Callable[[str], Sequence[str]]) -> ClassList:
        """Return the list with further names of each person; ``names_of`` returns them for an id."""
        members = [
            member.model_copy(update={"also": [*member.also, *names_of(member.identity)]}) for member in self.members
        ]
        return self.model_copy(update={"members": members})

    def find(self, name: str) -> list[Member]:
        """Return the person with a name or an id, or all members of a group with that name.

        Raises UsageError with the remedy if there is nobody with the name, or if it is ambiguous.
        """
        forms = {_folded(name), _folded(name.removeprefix("'"))}  # the apostrophe of a cell that would be a formula
        by_identity, by_name, groups = self._index
        people = _named(by_identity, forms) or _named(by_name, forms)
        matches = [[person] for person in people] or _named(groups, forms)
        if not matches:
            names = [form for member in self.members for form in (member.name, member.identity, *member.group)]
            suggestion = similar_names.nearest(name, dict.fromkeys(names))
            remedy = "give a name or an id from gradebook.csv" if suggestion is None else f"did you mean '{suggestion}'"
            sign = "." if suggestion is None else "?"
            raise UsageError(f"there is no student '{clean(name)}' in this class: {remedy}{sign}")
        if len(matches) > 1:
            identities = ", ".join(clean(members[0].identity) for members in matches)
            raise UsageError(
                f"{len(matches)} students have the name '{clean(name)}': give the id from gradebook.csv ({identities})."
            )
        return matches[0]

    @cached_property
    def _index(self) -> tuple[_Index[Member], _Index[Member], _Index[list[Member]]]:
        """The people by their ids and by their names, and the members of groups by the names of these."""
        groups: dict[tuple[str, ...], list[Member]] = {}
        for member in self.members:
            groups.setdefault(tuple(member.group), []).append(member)
        groups.pop((), None)
        return (
            _indexed((member, [member.identity]) for member in self.members),
            _indexed((member, [member.name, *member.also]) for member in self.members),
            _indexed((members, names) for names, members in groups.items()),
        )

    def is_former(self, check: str) -> bool:
        """Return whether only an earlier version of the assignment had this check; raises UsageError if none had it."""
        if check in self.points:
            return False
        if check in self.former_checks:
            return True
        raise UsageError(f"there is no check '{clean(check)}': {_suggestion(check, [*self.points])}")


def _indexed(things: Iterable[tuple[Thing, Iterable[str]]]) -> _Index[Thing]:
    """Return {form of a name: the things with this name}."""
    index: _Index[Thing] = {}
    for thing, names in things:
        for form in dict.fromkeys(map(_folded, names)):
            index.setdefault(form, []).append(thing)
    return index


def _named(index: _Index[Thing], forms: Iterable[str]) -> list[Thing]:
    """Return the things that have a name in one of these forms, each once."""
    return [*{id(thing): thing for form in forms for thing in index.get(form, [])}.values()]


def _suggestion(check: str, names: Sequence[str]) -> str:
    suggestion = similar_names.nearest(check, names)
    return f"use one of {', '.join(names)}." if suggestion is None else f"did you mean '{suggestion}'?"


def _folded(name: str) -> str:
    """Return a name in the form in which names are compared: composed letters, single spaces, without case."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
