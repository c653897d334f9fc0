"""The numbers that a solution computes, and whether a mutant computes the same ones."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment import Assignment
from ..assignment.check import BandedCheck, Check
from ..assignment.spec import AssignmentSpec
from ..checks.context import context_of
from ..executor.grading_job import context_for, warm
from ..executor.work import Work
from ..expected import probes
from ..expected.probes import ProbeInputs
from ..grading.options import GradeOptions
from ..grading.preparation import Preparation
from ..sandbox.failures import CallError
from ..sandbox.session import Session
from ..student.answers import PlannedCall
from ..student.submitted import Submitted
from ..submission import read_contents
from ..support import arrays
from ..support.errors import NotGradable
from .varied_probes import varied

COMPARED = ("array", "strings")  # types of variables
OTHER_SEEDS = range(1, 4)
VARIATIONS = range(4, 12)
ROUNDING = 1e-7  # of the largest entry; a long training multiplies the rounding errors of its steps
ROUNDING_OF_SINGLES = 1e-4  # the same for float32
TINY = 1e-12  # what rounding leaves of a result that should be 0
SEED = 0  # of random numbers inside a call


@dataclass(frozen=True)
class Numbers:
    """What the solution returned for these inputs of a function, {result: value}.

    ``place`` says where the inputs come from. The values of variables belong to no function and have no inputs.
    """

    function: str
    inputs: dict[str, Any]
    place: str
    results: dict[str, Any]
    check: str = ""
    """The check that made the calls on objects, if they were not calls of the function."""


def of_functions(work: Work, file: str, source: str) -> list[Numbers]:
    """Return the numbers of a solution's functions on all probes, on these with other seeds, and on varied ones.

    Inputs for which it gives no finite numbers are left out. Raises CallError or NotGradable if it cannot be run.
    """
    with context_for(work) as job, _loaded(work, job.assignment, job.oracle_for(work), file, source) as student:
        collection = _Collection(student)
        content = job.assignment.content
        for seed in (work.seed, *(work.seed + other for other in OTHER_SEEDS)):
            collection.add_all(content, seed)
        for number in VARIATIONS:
            generator = np.random.default_rng([work.seed, number])
            with contextlib.suppress(NotGradable):  # a formula of a probe may need certain lengths
                collection.add_all(varied(content, generator), work.seed + number, " with other numbers and lengths")
        return collection.numbers


def of_variables(work: Work, file: str, source: str) -> list[Numbers]:
    """Return the values of a solution's variables that are arrays or strings; raises CallError or NotGradable."""
    with context_for(work) as job, _loaded(work, job.assignment, job.oracle_for(work), file, source) as student:
        return [*_variables(student)]


def first_difference(work: Work, file: str, source: str, right: Sequence[Numbers]) -> str | None:
    """Return where a mutant computes other numbers than the solution; None if it computes the same everywhere."""
    try:
        return _first_difference(work, file, source, right)
    except CallError:  # it cannot be loaded, or gives no variables
        return "the code at the top level"


def _first_difference(work: Work, file: str, source: str, right: Sequence[Numbers]) -> str | None:
    with context_for(work) as job, _loaded(work, job.assignment, job.oracle_for(work), file, source) as student:
        variables = {each.place: each for each in _variables(student)}
        for numbers in right:
            own: Numbers | None
            if numbers.check:
                check = next(each for each in job.assignment.content.checks if each.name == numbers.check)
                history, own = None, _of_objects(student, check, numbers.inputs, numbers.place)
            elif numbers.function:
                history = job.assignment.content.functions[numbers.function].history
                own = _numbers(student, numbers.function, numbers.inputs, numbers.place)
            else:
                history, own = None, variables.get(numbers.place)
            if own is None or not _same(own.results, numbers.results, history):
                return numbers.place
        return None


@contextlib.contextmanager
def _loaded(work: Work, assignment: Assignment, oracle: Any, file: str, source: str) -> Iterator[Submitted]:
    """Yield a program as the submission of a session; raises CallError if it cannot be loaded."""
    submission = read_contents(file, {file: source.encode()}, assignment)
    options = GradeOptions(seed=work.seed, isolation=work.isolation, threads=work.threads, warm=warm, oracle=oracle)
    preparation = Preparation(assignment, submission, options)
    preparation.complete(assignment.content.checks)
    with Session(submission, preparation.limits, work.isolation, preparation.setup, warm) as session:
        context = context_of(assignment, submission, session, oracle, work.seed, preparation.splits, None)
        session.load()
        yield context.student


class _Collection:
    """The numbers of a solution, each function once for the same inputs."""

    def __init__(self, student: Submitted) -> None:
        self.numbers: list[Numbers] = []
        self._student = student
        self._digests: set[tuple[str, bytes]] = set()

    def add_all(self, content: AssignmentSpec, seed: int, also: str = "") -> None:
        """Add the numbers of all functions that checks call, on the probes of ``content`` with this seed."""
        for check in content.checks:
            if isinstance(check, BandedCheck):
                continue
            for case in probes.cases(content, [*check.probe_names()], seed):
                other_inputs = [{**case.inputs, name: value} for name, value in check.changed_inputs().items()]
                if [*check.classes_judged()]:
                    if not also and (
                        numbers := _of_objects(self._student, check, case.inputs, f"{check.name} on '{case.name}'")
                    ):
                        self.numbers.append(numbers)
                    continue
                for inputs in (case.inputs, *other_inputs):
                    self._add(check, inputs, f" on '{case.name}'{also}")
            if not [*check.probe_names()]:
                self._add(check, {}, "")

    def _add(self, check: Check, inputs: dict[str, Any], place: str) -> None:
        """Add the numbers of the functions of a check, where each gets the results of those before it."""
        passed_on = {*check.results_passed_on()}
        inputs = dict(inputs)
        for function in check.called_on_probes():
            declared = self._student.content.functions[function]
            if any(item.name not in inputs for item in declared.arguments if not item.optional):
                continue
            key = function, ProbeInputs({name: inputs[name] for name in declared.inputs() if name in inputs}).digest
            numbers = None
            if key not in self._digests or function in passed_on:
                numbers = _numbers(self._student, function, dict(inputs), f"{function}{place}")
            if numbers is not None and key not in self._digests and _are_finite(numbers.results):
                self.numbers.append(numbers)
            self._digests.add(key)
            if function in passed_on:
                if numbers is None:
                    return
                inputs |= numbers.results


def _numbers(student: Submitted, function: str, inputs: dict[str, Any], place: str) -> Numbers | None:
    """Return the numbers of a function; None if it gives no answer."""
    try:
        answer = student.call(PlannedCall(function, inputs, shapes={}, seed=SEED))
    except CallError:
        return None
    return Numbers(function, inputs, place, answer.values)


def _of_objects(student: Submitted, check: Check, inputs: dict[str, Any], place: str) -> Numbers | None:
    """Return the numbers that objects show in the calls of a check; None if they give no answer."""
    try:
        results = check.numbers_of_objects(student, inputs)
    except CallError:
        return None
    return Numbers("", inputs, place, results, check.name) if _are_finite(results) else None


def _variables(student: Submitted) -> Iterator[Numbers]:
    """Yield the values of the variables that are arrays or strings."""
    for name, declared in student.content.variables.items():
        if declared.type in COMPARED:
            with contextlib.suppress(CallError):
                yield Numbers("", {}, f"the variable {name}", {name: student.variable(name).value})


def _are_finite(results: Mapping[str, Any]) -> bool:
    values = [arrays.numbers(value) for value in results.values()]
    return all(value is not None and np.isfinite(value).all() for value in values)


def _same(own: Mapping[str, Any], right: Mapping[str, Any], history: str | None) -> bool:
    """True if all results are the same; the ``history`` may also be recorded before or after each step."""
    if own.keys() != right.keys():
        return False
    return all(
        _same_history(own[name], value) if name == history else _agree(own[name], value)
        for name, value in right.items()
    )


def _same_history(own: Any, right: Any) -> bool:
    """True if two histories are the same, or begin one step apart; if one has a single entry, nobody can tell."""
    one, other = arrays.numbers(own), arrays.numbers(right)
    if one is None or other is None or not one.ndim or not other.ndim:
        return _agree(own, right)
    if min(len(one), len(other)) == 1:
        return True
    parts = [(one[begin : len(one) - end], other) for begin, end in ((0, 0), (1, 0), (0, 1))]
    ways = [(a, b[begin : len(b) - end]) for a, b in parts for begin, end in ((0, 0), (1, 0), (0, 1))]
    return any(len(a) and _agree(a, b) for a, b in ways)


def _agree(own: Any, right: Any) -> bool:
    """True if two values are the same apart from rounding, type and axes of length one."""
    one, other = arrays.numbers(own), arrays.numbers(right)
    if one is None or other is None:
        return bool(np.array_equal(np.asarray(own, dtype=object), np.asarray(right, dtype=object)))
    if arrays.without_ones(one.shape) != arrays.without_ones(other.shape):
        return False
    is_single = any(np.asarray(value).dtype == np.float32 for value in (own, right))
    allowed = (ROUNDING_OF_SINGLES if is_single else ROUNDING) * float(np.abs(other).max(initial=0.0)) + TINY
    with np.errstate(all="ignore"):
        return bool((np.abs(one.ravel() - other.ravel()) <= allowed).all())
