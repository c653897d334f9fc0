"""Compares all works of a class: which are identical, and which share more than chance explains."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from .compared_code import ComparedCode
from .frequencies import Frequencies, successions
from .passages import Passage, shared_passages

CERTAINTY = 8.0  # bits beyond chance that a listed pair needs: one class in 256 would have such a pair by chance
PER_COMMENT = 4.0  # bits for a comment that only two works have
MOST_COMMENTS = 3  # comments that count
MOST_REMARKS = PER_COMMENT * MOST_COMMENTS
LONG_COMMENT = 5  # words of a comment that counts
COMMON = 40  # works; a succession of statements that more have does not lead to pairs worth a closer look


@dataclass(frozen=True)
class Pair:
    """Two works that share more than chance explains.

    ``passages`` are the shared passages that count. ``share`` is the part of the code of the shorter work that they cover, without what was taken
    away; ``evidence`` are the bits beyond those that a listed pair needs. ``comments`` are comments that nobody else has.
    """

    first: ComparedCode
    second: ComparedCode
    passages: Sequence[Passage]
    share: float
    evidence: float
    rare_statements: int
    comments: Sequence[str] = ()


@dataclass(frozen=True)
class Similarities:
    """The result of comparing the works of a class.

    ``identical`` are groups of works with the same text, ``pairs`` the other similar ones, the strongest first, and ``like_solution`` those of a
    student and the solution. Of identical works only the first is in a pair. ``compared`` is the number of works, ``common_functions`` that of
    functions that a third of the class shares; ``empty`` are works that contain nothing besides the starter.
    """

    identical: Sequence[Sequence[ComparedCode]] = ()
    pairs: Sequence[Pair] = ()
    like_solution: Sequence[Pair] = ()
    compared: int = 0
    common_functions: int = 0
    empty: Sequence[ComparedCode] = field(default=())


def compare(
    works: Sequence[ComparedCode], starters: Sequence[ComparedCode], solution: ComparedCode | None
) -> Similarities:
    """Compare all works with each other and with the solution."""
    known_texts = {starter.text for starter in starters}
    identical = _identical(work for work in works if work.text not in known_texts)
    repeated = {work.identity for group in identical for work in group[1:]}
    different = [work for work in works if work.identity not in repeated]
    solutions = [solution] if solution else []
    frequencies = Frequencies([*different, *solutions], starters)
    empty = [work for work in different if work.text in known_texts or not frequencies.own_statements(work)]
    compared_works = [*(work for work in different if work not in empty), *solutions]
    needed = CERTAINTY + math.log2(max(1, math.comb(len(compared_works), 2)))
    pairs = [
        _pair(one, other, frequencies, needed)
        for one, other in _candidates(compared_works)
        if _most_share(one, other, frequencies) ** 3 * (frequencies.most_bits(one, other) + MOST_REMARKS) >= needed
    ]
    pairs = sorted((pair for pair in pairs if pair.evidence >= 0), key=lambda pair: -pair.evidence)
    return Similarities(
        identical,
        [pair for pair in pairs if pair.second is not solution],
        [pair for pair in pairs if pair.second is solution],
        len(works),
        len(frequencies.common_functions),
        empty,
    )


def _identical(works: Iterable[ComparedCode]) -> list[list[ComparedCode]]:
    groups: dict[str, list[ComparedCode]] = defaultdict(list)
    for work in works:
        if work.text:
            groups[work.text].append(work)
    return [group for group in groups.values() if len(group) > 1]


def _candidates(works: Sequence[ComparedCode]) -> Iterator[tuple[ComparedCode, ComparedCode]]:
    """Yield the pairs that share something rare; a closer look at every pair would take too long."""
    holders: dict[object, list[int]] = defaultdict(list)
    for number, work in enumerate(works):
        for feature in (*successions(work), *work.forms):
            holders[feature].append(number)
    pairs: dict[tuple[int, int], None] = {}
    for numbers in holders.values():
        if 2 <= len(numbers) <= COMMON:
            pairs |= dict.fromkeys(combinations(numbers, 2))
    for one, other in pairs:
        yield works[one], works[other]


def _most_share(first: ComparedCode, second: ComparedCode, frequencies: Frequencies) -> float:
    """Return the largest share of the shorter code that passages can cover, which is found without searching them."""
    shared_forms = first.forms & second.forms
    own = [frequencies.own_statements(work) for work in (first, second)]
    covered = min(sum(one.size for one in statements if one.form in shared_forms) for statements in own)
    return min(1.0, covered / max(1, min(sum(one.size for one in statements) for statements in own)))


def _pair(first: ComparedCode, second: ComparedCode, frequencies: Frequencies, needed: float) -> Pair:
    own = {id(one) for work in (first, second) for one in frequencies.own_statements(work)}
    counted = [
        passage
        for passage in shared_passages(first, second)
        if any(id(one) in own and id(other) in own for one, other in passage.lines())
    ]
    bits = frequencies.surprise([passage.first for passage in counted], first, second)
    comments = frequencies.rare_comments(first, second)
    bits += PER_COMMENT * len([each for each in comments if len(each.split()) >= LONG_COMMENT][:MOST_COMMENTS])
    statements = [one for passage in counted for one, other in passage.lines() if id(one) in own and id(other) in own]
    whole = min(sum(one.size for one in frequencies.own_statements(work)) for work in (first, second))
    share = min(1.0, sum(one.size for one in statements) / max(1, whole))
    # Independent solutions share a passage here and there; of a copy, nearly everything is shared.
    evidence = bits * share**3 - needed
    return Pair(first, second, counted, share, evidence, sum(map(frequencies.is_rare, statements)), comments)
