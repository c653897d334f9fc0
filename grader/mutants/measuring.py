"""Grades the mutants of a solution: one that keeps full marks although its numbers differ shows a gap in the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ..assignment import Assignment
from ..assignment.check import BandedCheck, Check
from ..executor import local
from ..executor.executor import Executor, ProcessLost, grade_each
from ..executor.work import GradingTask, Work, work_for
from ..grading import needs
from ..machine import distribution
from ..sandbox import head_start, memory_needs
from ..support import seeds
from ..support.choices import DEFAULT_ENGINE
from ..support.errors import NotGradable, UsageError
from ..support.i18n import joined
from ..support.text import plural
from . import numbers
from .making import MutantSolution, affects, functions_only, is_called, left_out, mutants
from .numbers import Numbers

Result = TypeVar("Result")


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


def measure(assignment: Assignment, announce: Callable[[str], None]) -> Measurement:
    """Grade all mutants of the assignment's solution on this machine; ``announce`` gets sentences about how long it takes.

    Raises UsageError if the solution cannot be read or does not get full marks, NotGradable if nothing can be graded here.
    """
    source = source_of(assignment)
    content = assignment.content
    all_mutants = mutants(source, content)
    memory_mb = local.free_mb()
    jobs = local.fitting_jobs(local.cores(), content, memory_mb)
    kinds = head_start.kinds_for_class([content.solution], None, DEFAULT_ENGINE)
    with local.local_executor(jobs, memory_mb, kinds) as executor:
        grading = _Grading(assignment, executor, source)
        duration = _duration(grading.seconds * len(all_mutants) / jobs)
        announce(f"{plural(len(all_mutants), 'mutant')} of {content.solution}; grading takes about {duration}.")
        unchanged = left_out(source, content)
        if unchanged:
            announce(f"Not changed: {joined(unchanged)}, which only checks of trained models use.")
        measurement = Measurement()
        places = grading.places_of_differences(grading.pass_functions(all_mutants, measurement), measurement)
        seconds = grading.seconds_in_full(places) * len(places) / jobs
        if seconds:
            count = f"{plural(len(places), 'mutant')} with other numbers"
            announce(
                f"The checks of functions do not notice {count}; the other checks take about {_duration(seconds)}."
            )
        measurement.survivors = grading.survivors(places, measurement)
        return measurement


def source_of(assignment: Assignment) -> str:
    """Return the source of the solution; raises UsageError or NotGradable if it cannot be changed or run here."""
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


def _is_of_functions(check: Check) -> bool:
    """True for a check that only calls functions, so that it needs no code at the top level."""
    return bool([*check.functions()]) and not isinstance(check, BandedCheck) and not [*check.variables()]


class _Grading:
    """The processes that grade the programs of one assignment.

    First only functions are called, in a program without the code at the top level, which may train models.
    """

    def __init__(self, assignment: Assignment, executor: Executor, source: str) -> None:
        """``source`` is the solution. Raises UsageError if it does not pass all checks of its functions."""
        self._assignment = assignment
        self._file = assignment.content.solution
        self._executor = executor
        self._source = source
        # The recorded seed: the same mutants survive in every run, and the expected answers are known.
        self._work = work_for(assignment, seeds.DEFAULT, None, inspected=True, verdict_only=True)
        checks = assignment.content.checks
        self._others = [check for check in checks if not _is_of_functions(check)]
        self._of_functions = [check.name for check in checks if check not in self._others]
        self._part: Callable[[str], str] = functions_only
        try:
            self.seconds = self._grade_solution(functions_only(source), self._of_functions)
        except UsageError:  # the functions use variables of the code at the top level
            self._part = str
            self.seconds = self._grade_solution(source, self._of_functions)
        """The seconds for the checks of the functions."""

    def _grade_solution(self, source: str, checks: Sequence[str]) -> float:
        """Grade the solution and return the seconds that it takes; raises UsageError if it does not pass these checks."""
        if not checks:
            return 0.0
        [(_, result)] = grade_each(self._executor, self._work, [(None, self._task(source, checks))])
        if isinstance(result, ProcessLost):
            raise NotGradable(str(result))
        if result.report is None:
            raise UsageError(result.problem)
        for check in result.report.checks:
            if not check.properties.is_fine:
                sentence = f"The solution of {self._assignment.name} fails the check {check.name} ({check.message}): "
                raise UsageError(f"{sentence}run 'grader validate' first.")
        preparation = result.timings.get("prepare", 0.0)  # of datasets, once for all
        return sum(result.timings.values()) - preparation

    def pass_functions(self, mutants: Sequence[MutantSolution], measurement: Measurement) -> list[MutantSolution]:
        """Return the mutants whose functions pass their checks, and add the others to the measurement."""
        return [*self._unnoticed([(each, self._first_task(each)) for each in mutants], measurement)]

    def places_of_differences(
        self, mutants: Sequence[MutantSolution], measurement: Measurement
    ) -> dict[MutantSolution, str]:
        """Return where the numbers of mutants differ from those of the solution, and add the other mutants to the measurement."""
        places = self._differences(mutants, numbers.of_functions, self._part)
        if any(variable.type in numbers.COMPARED for variable in self._assignment.content.variables.values()):
            others = [each for each in mutants if each not in places]
            places |= self._differences(others, numbers.of_variables, str)
        measurement.equivalent += [each for each in mutants if each not in places]
        return places

    def seconds_in_full(self, mutants: Iterable[MutantSolution]) -> float:
        """Return the seconds that the solution takes for all further checks of these mutants; raises UsageError if it fails one."""
        names = dict.fromkeys(name for mutant in mutants for name in self._other_checks(mutant))
        return self._grade_solution(self._source, [*names])

    def survivors(self, places: Mapping[MutantSolution, str], measurement: Measurement) -> list[Survivor]:
        """Return the mutants that pass all other checks too, and add the others to the measurement."""
        checks = {each: self._other_checks(each) for each in places}
        tasks = [(each, self._task(each.source, names)) for each, names in checks.items() if names]
        unnoticed = [*self._unnoticed(tasks, measurement), *(each for each, names in checks.items() if not names)]
        return [Survivor(each, places[each]) for each in sorted(unnoticed, key=lambda each: each.line)]

    def _first_task(self, mutant: MutantSolution) -> GradingTask:
        """Return the grading by checks of functions, or by all others if only code at the top level calls the function."""
        if self._of_functions and is_called(mutant.function, self._source, self._assignment.content):
            return self._task(self._part(mutant.source), self._of_functions)
        return self._task(mutant.source, self._other_checks(mutant))

    def _other_checks(self, mutant: MutantSolution) -> list[str]:
        """Return the checks that do not call functions, without those of models that do not depend on the mutant."""
        content = self._assignment.content
        return [
            check.name
            for check in self._others
            if not isinstance(check, BandedCheck) or affects(mutant.function, check, self._source, content)
        ]

    def _unnoticed(
        self, tasks: Sequence[tuple[MutantSolution, GradingTask]], measurement: Measurement
    ) -> Iterator[MutantSolution]:
        """Yield the mutants that pass all checks of their task, and add the others to the measurement."""
        for mutant, result in grade_each(self._executor, self._work, tasks):
            report = None if isinstance(result, ProcessLost) else result.report
            if report is None or report.score is None:
                measurement.not_graded.append(mutant)
            elif all(check.properties.is_fine for check in report.checks):
                yield mutant
            else:
                measurement.caught.append(mutant)

    def _differences(
        self,
        mutants: Sequence[MutantSolution],
        kind: Callable[[Work, str, str], list[Numbers]],
        part: Callable[[str], str],
    ) -> dict[MutantSolution, str]:
        """Return the place where the numbers of a mutant differ from the solution's, for each that has one.

        ``kind`` returns the numbers of the solution, and ``part`` the part of a program that computes them.
        """
        if not mutants:
            return {}
        call = self._executor.call
        assert call is not None  # the processes are on this machine
        right = call(kind, self._work, self._file, part(self._source)).result()
        futures = [call(numbers.first_difference, self._work, self._file, part(each.source), right) for each in mutants]
        places = {mutant: future.result() for mutant, future in zip(mutants, futures, strict=True)}
        return {mutant: place for mutant, place in places.items() if place is not None}

    def _task(self, source: str, checks: Sequence[str]) -> GradingTask:
        return GradingTask(self._file, {self._file: source.encode()}, only=tuple(checks))


def _duration(seconds: float) -> str:
    """Return a duration in words."""
    return plural(round(seconds / 60), "minute") if seconds > 120 else plural(max(1, round(seconds)), "second")
