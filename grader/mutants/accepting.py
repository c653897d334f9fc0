"""Compares the mutants that survive with those that the assignment accepts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..assignment import Assignment
from ..assignment.accepted import Accepted
from ..grading import wrong_solutions
from ..submission.python_code import program
from .making import MutantSolution
from .measuring import Measurement, Survivor, source_of


@dataclass
class Judgement:
    """The ``survivors`` that nobody has accepted, the ``accepted`` ones, and a sentence for each entry of the assignment
    that is ``outdated``."""

    survivors: list[Survivor] = field(default_factory=list)
    accepted: list[Survivor] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)


def judge(measurement: Measurement, assignment: Assignment) -> Judgement:
    """Return which survivors the assignment accepts."""
    source = source_of(assignment)
    accepted: set[str] = set()  # programs
    outdated = []
    for entry in assignment.content.accepted:
        for label, programs, problem in _accepted(entry, measurement, source, assignment.content.solution):
            accepted |= programs
            if not programs:
                outdated.append(f"{label}: {problem}")
    survivors = {program(survivor.mutant.source): survivor for survivor in measurement.survivors}
    return Judgement(
        [survivor for each, survivor in survivors.items() if each not in accepted],
        [survivor for each, survivor in survivors.items() if each in accepted],
        outdated,
    )


def _accepted(entry: Accepted, measurement: Measurement, source: str, file: str) -> Iterator[tuple[str, set[str], str]]:
    """Yield each part of an entry in words, the programs of the survivors that it accepts, and else the reason why it accepts nothing."""
    survivors = {program(each.mutant.source): each.mutant.function for each in measurement.survivors}
    if entry.function is not None:
        programs = {each for each, function in survivors.items() if function == entry.function}
        yield entry.function, programs, "no change in this function survives."
    for before, after in entry.change.items():
        label = f"{before} -> {after}"
        try:
            changed = program(wrong_solutions.changed(source, {before: after}, file))
        except SyntaxError:
            yield label, set(), "the changed source does not compile."
        except ValueError as error:
            yield label, set(), str(error)
        else:
            yield label, {changed} & survivors.keys(), _reason(changed, measurement)


def _reason(changed: str, measurement: Measurement) -> str:
    """Return why a program does not survive."""
    groups: tuple[tuple[list[MutantSolution], str], ...] = (
        (measurement.caught, "the checks notice it now."),
        (measurement.equivalent, "it computes the same numbers as the solution."),
        (measurement.not_graded, "it could not be graded."),
    )
    for mutants, reason in groups:
        if any(program(mutant.source) == changed for mutant in mutants):
            return reason
    return "no mutant has this change."
