"""Grades the mutants of a solution: one that keeps full marks although its numbers differ shows a gap in the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..assignment import Assignment
from ..assignment.check import BandedCheck
from ..executor import local
from ..executor.executor import Executor, ProcessLost, grade_each
from ..executor.work import GradingTask, work_for
from ..grading import needs
from ..machine import distribution
from ..sandbox import head_start, memory_needs
from ..support import seeds
from ..support.choices import DEFAULT_ENGINE
from ..support.errors import NotGradable, UsageError
from . import numbers
from .making import MutantSolution, affects, left_out, mutants

Result = TypeVar("Result")


@dataclass(frozen=True)
class Preview:
    """The mutants to grade, the functions of the solution that have none, and the estimated ``seconds``."""

    mutants: list[MutantSolution]
    left_out: list[str]
    seconds: float


@dataclass(frozen=True)
class Survivor:
    """A mutant that keeps full marks, and the ``place`` where its numbers differ from those of the solution."""

    mutant: MutantSolution
    place: str


@dataclass
class Measurement:
    """What became of the mutants: ``caught`` ones lose marks, ``equivalent`` ones compute the same numbers, and those that
    are ``not_graded`` met a fault of the grader."""

    caught: list[MutantSolution] = field(default_factory=list)
    equivalent: list[MutantSolution] = field(default_factory=list)
    survivors: list[Survivor] = field(default_factory=list)
    not_graded: list[MutantSolution] = field(default_factory=list)


def measure(assignment: Assignment, announce: Callable[[Preview], None]) -> Measurement:
    """Grade all mutants of the assignment's solution on this machine; ``announce`` gets the preview before that.

    Raises UsageError if the solution cannot be read or does not get full marks, NotGradable if nothing can be graded here.
    """
    source = source_of(assignment)
    content = assignment.content
    all_mutants = mutants(source, content)
    memory_mb = local.free_mb()
    jobs = local.fitting_jobs(local.cores(), content, memory_mb)
    kinds = head_start.kinds_for_class([content.solution], None, DEFAULT_ENGINE)
    with local.local_executor(jobs, memory_mb, kinds) as executor:
        grading = _Grading(assignment, executor)
        seconds = grading.seconds_of(source) * len(all_mutants) / jobs
        announce(Preview(all_mutants, left_out(source, content), seconds))
        return grading.measure(source, all_mutants)


def source_of(assignment: Assignment) -> str:
    """Return the source of the solution; raises UsageError or NotGradable if there is none to change and to run here."""
    if assignment.lacks_solution:
        raise distribution.left_out(f"assignments/{assignment.name}/{assignment.content.solution}")
    needs.refuse_missing_packages(assignment)
    memory_needs.limits_here(assignment)
    path = assignment.file(assignment.content.solution)
    if path.suffix != ".py":
        raise UsageError(f"{path}: mutants can only be made of a .py file.")
    source = path.read_text(encoding="utf-8")
    try:
        compile(source, str(path), "exec")
    except SyntaxError as error:
        raise UsageError(f"{path}, line {error.lineno}: {error.msg}; correct the solution.") from error
    return source


class _Grading:
    """The processes that grade the programs of one assignment."""

    def __init__(self, assignment: Assignment, executor: Executor) -> None:
        self._assignment = assignment
        self._file = assignment.content.solution
        self._executor = executor
        # The recorded seed: the same mutants survive in every run, and the expected answers are known.
        self._work = work_for(assignment, seeds.DEFAULT, None, inspected=True, verdict_only=True)
        checks = assignment.content.checks
        self._slow = [check for check in checks if isinstance(check, BandedCheck)]
        self._quick = [check.name for check in checks if check not in self._slow]

    def seconds_of(self, source: str) -> float:
        """Grade the solution and return the seconds that it takes; raises UsageError if it does not get full marks."""
        [(_, result)] = grade_each(self._executor, self._work, [(None, self._task(source, self._quick))])
        if isinstance(result, ProcessLost):
            raise NotGradable(str(result))
        if result.report is None:
            raise UsageError(result.problem)
        for check in result.report.checks:
            if not check.properties.is_fine:
                raise UsageError(
                    f"The solution of {self._assignment.name} fails the check {check.name} ({check.message}): "
                    "run 'grader validate' first."
                )
        preparation = result.timings.get("prepare", 0.0)  # of datasets, once for all
        return sum(result.timings.values()) - preparation

    def measure(self, source: str, all_mutants: Sequence[MutantSolution]) -> Measurement:
        """Grade the mutants. Checks of trained models, which take long, judge only those that all other checks pass."""
        measurement = Measurement()
        unnoticed = [*self._unnoticed(dict.fromkeys(all_mutants, self._quick), measurement)]
        places = {}
        for mutant, place in self._differences(source, unnoticed):
            if place is None:
                measurement.equivalent.append(mutant)
            else:
                places[mutant] = place
        survivors = [*self._unnoticed({each: self._slow_checks(each, source) for each in places}, measurement)]
        measurement.survivors = [Survivor(each, places[each]) for each in sorted(survivors, key=lambda each: each.line)]
        return measurement

    def _slow_checks(self, mutant: MutantSolution, source: str) -> list[str]:
        content = self._assignment.content
        return [check.name for check in self._slow if affects(mutant.function, check, source, content)]

    def _unnoticed(
        self, checks: Mapping[MutantSolution, Sequence[str]], measurement: Measurement
    ) -> Iterator[MutantSolution]:
        """Yield the mutants that pass all their ``checks``, and add the others to the measurement."""
        yield from (mutant for mutant, names in checks.items() if not names)
        tasks = ((mutant, self._task(mutant.source, names)) for mutant, names in checks.items() if names)
        for mutant, result in grade_each(self._executor, self._work, tasks):
            report = None if isinstance(result, ProcessLost) else result.report
            if report is None or report.score is None:
                measurement.not_graded.append(mutant)
            elif all(check.properties.is_fine for check in report.checks):
                yield mutant
            else:
                measurement.caught.append(mutant)

    def _differences(self, source: str, these: Sequence[MutantSolution]) -> Iterable[tuple[MutantSolution, str | None]]:
        """Return each mutant with the place where its numbers differ from the solution's, None if they are the same."""
        if not these:
            return []
        call = self._executor.call
        assert call is not None  # the processes are on this machine
        right = call(numbers.of_solution, self._work, self._file, source).result()
        futures = [call(numbers.first_difference, self._work, self._file, each.source, right) for each in these]
        return [(mutant, future.result()) for mutant, future in zip(these, futures, strict=True)]

    def _task(self, source: str, checks: Sequence[str]) -> GradingTask:
        return GradingTask(self._file, {self._file: source.encode()}, only=tuple(checks))
