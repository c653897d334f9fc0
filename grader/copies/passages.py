"""Finds the passages that two works share: runs of statements with the same forms, in any place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .compared_code import ComparedCode
from .statements import Statement

SHORTEST = 8  # tokens of a passage; shorter ones are everybody's
MOST_PLACES = 30  # of one statement in a work; one that is repeated more often starts no passage


@dataclass(frozen=True)
class Passage:
    """Consecutive statements of one function in the first work, and the same ones in the second."""

    first: Sequence[Statement]
    second: Sequence[Statement]

    def lines(self) -> Iterator[tuple[Statement, Statement]]:
        """Yield each statement of the first work with the same one of the second."""
        yield from zip(self.first, self.second, strict=True)


Place = tuple[int, int]  # the number of a block, and of a statement in it


def shared_passages(first: ComparedCode, second: ComparedCode) -> list[Passage]:
    """Return the shared passages, the longest first; no statement is in two of them."""
    starts = [(_run(first, second, one, other), one, other) for one, other in _beginnings(first, second)]
    starts.sort(key=lambda start: (-sum(statement.size for statement in start[0]), start[1], start[2]))
    used_first: set[Place] = set()
    used_second: set[Place] = set()
    passages = []
    for run, (block, line), (other_block, other_line) in starts:
        steps: list[int] = []
        for step in range(len(run)):
            is_used = (block, line + step) in used_first or (other_block, other_line + step) in used_second
            if is_used and steps:
                break
            if not is_used:
                steps.append(step)
        if sum(run[step].size for step in steps) < SHORTEST:
            continue
        used_first |= {(block, line + step) for step in steps}
        used_second |= {(other_block, other_line + step) for step in steps}
        other = second.blocks[other_block]
        passages.append(Passage([run[step] for step in steps], [other[other_line + step] for step in steps]))
    return passages


def _beginnings(first: ComparedCode, second: ComparedCode) -> list[tuple[Place, Place]]:
    """Return the places in both works where a run of equal statements begins."""
    places: dict[str, list[Place]] = {}
    for block, statements in enumerate(second.blocks):
        for line, statement in enumerate(statements):
            places.setdefault(statement.form, []).append((block, line))
    return [
        ((block, line), (other_block, other_line))
        for block, statements in enumerate(first.blocks)
        for line, statement in enumerate(statements)
        for other_block, other_line in places.get(statement.form, ())[:MOST_PLACES]
        if not (line and other_line) or statements[line - 1].form != second.blocks[other_block][other_line - 1].form
    ]


def _run(first: ComparedCode, second: ComparedCode, one: Place, other: Place) -> list[Statement]:
    statements, others = first.blocks[one[0]][one[1] :], second.blocks[other[0]][other[1] :]
    length = 0
    for statement, other_statement in zip(statements, others, strict=False):
        if statement.form != other_statement.form:
            break
        length += 1
    return statements[:length]
