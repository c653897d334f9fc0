"""Compares the mutants that survive with those that the assignment accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..assignment import Assignment
from ..assignment.accepted import Accepted
from .making import MutantSolution, program
from .measuring import Measurement, Survivor, source_of


@dataclass
class Judgement:
    """The ``survivors`` that nobody has accepted, the ``accepted`` ones, and a sentence for each accepted change that is
    ``outdated``."""

    survivors: list[Survivor] = field(default_factory=list)
    accepted: list[Survivor] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)


def judge(measurement: Measurement, assignment: Assignment) -> Judgement:
    """Return which survivors the assignment accepts."""
    changes = dict(_programs(assignment.content.accepted, source_of(assignment)))
    survivors = {program(survivor.mutant.source): survivor for survivor in measurement.survivors}
    accepted_programs = {each for each in changes.values() if each in survivors}
    return Judgement(
        [survivor for each, survivor in survivors.items() if each not in accepted_programs],
        [survivors[each] for each in accepted_programs],
        [
            f"{change}: {_reason(each, measurement)}"
            for change, each in changes.items()
            if each not in accepted_programs
        ],
    )


def _programs(entries: Iterable[Accepted], source: str) -> Iterator[tuple[str, str | None]]:
    """Yield each accepted change, in words, with its program; None if it is no program."""
    for entry in entries:
        for before, after in entry.change.items():
            changed = source.replace(before, after) if source.count(before) == 1 else None
            try:
                yield f"{before} -> {after}", changed and program(changed)
            except SyntaxError:
                yield f"{before} -> {after}", None


def _reason(changed: str | None, measurement: Measurement) -> str:
    """Return why an accepted change that does not survive is outdated."""
    if changed is None:
        return "the solution has no such text, or has it more than once, or the change is no Python."

    def is_in(mutants: Iterable[MutantSolution]) -> bool:
        return any(program(mutant.source) == changed for mutant in mutants)

    if is_in(measurement.caught):
        return "the checks notice it now."
    if is_in(measurement.equivalent):
        return "it computes the same numbers as the solution."
    if is_in(measurement.not_graded):
        return "it could not be graded."
    return "no mutant has this change."
