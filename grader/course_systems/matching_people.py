"""Finds the place of each line of a gradebook in a course system: by id, login, e-mail address or name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..batch.gradebook_lines import GradebookRow
from ..batch.matching import Matchable, Ways, folded, natural, pair
from ..batch.moodle import same_name
from .model import MarkPlace

MOST_LOGINS = 3


class MatchedPlaces(NamedTuple):
    """{index of a line: place}, and the same for places whose id is that of the line, but which belong to another name."""

    places: dict[int, MarkPlace]
    strangers: dict[int, MarkPlace]


def match(lines: Sequence[GradebookRow], places: Sequence[MarkPlace], ids_are_known: bool) -> MatchedPlaces:
    """Return the places of the lines; a key that two people share is ignored.

    ``ids_are_known``: the ids of the lines come from this assignment. Otherwise a person with the same id must have the same
    name as well: the id may be a matriculation number that is somebody's number in the course system.
    """
    by_place = pair(lines, places, _ways())
    index_of = {id(line): index for index, line in enumerate(lines)}
    known_ids = {place.member.person.identity for place in places} if ids_are_known else set()
    matches: dict[int, MarkPlace] = {}
    strangers: dict[int, MarkPlace] = {}
    for number, line in by_place.items():
        place, index = places[number], index_of[id(line)]
        is_known = line.identity in known_ids and line.identity == place.member.person.identity
        target = matches if is_known or _have_same_name(line, place) else strangers
        target[index] = place
    return MatchedPlaces(matches, strangers)


def _ways() -> Ways[MarkPlace]:
    def identity(line: Matchable) -> str:
        return line.identity.casefold()

    def login(number: int, place: MarkPlace) -> str:
        logins = place.member.logins
        return logins[number].casefold() if number < len(logins) else ""

    return [
        (lambda line: line.identity, lambda place: place.member.person.identity),
        *((identity, lambda place, number=number: login(number, place)) for number in range(MOST_LOGINS)),
        *(
            (identity, lambda place, number=number: login(number, place).partition("@")[0])
            for number in range(MOST_LOGINS)
        ),
        (identity, lambda place: place.member.person.email.casefold()),
        (lambda line: folded(natural(line.name)), lambda place: folded(natural(place.member.person.name))),
        (lambda line: folded(line.name), lambda place: folded(place.member.sortable_name)),
    ]


def _have_same_name(line: GradebookRow, place: MarkPlace) -> bool:
    names = {folded(place.member.person.name), folded(place.member.sortable_name)}
    return (
        folded(line.name) in names
        or folded(natural(line.name)) in names
        or line.name.startswith("anonymous ")
        or same_name(line.name, place.member.person.name)
    )
