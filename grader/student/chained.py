"""Calls functions of a submission in a chain for several cases: each function gets the results of those before it.

The cases do not depend on each other, so the calls of one step can travel to the worker together, those of all cases. If
the way of the arguments is plain, all steps after the first are made inside the worker. Only a submission that remembers
something between its calls may see the difference. So the calls are made case by case if the submission uses global
variables or methods. If the results are not right, a new worker makes all calls again,
case by case, and only its results count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..sandbox.failures import CallError
from ..support import arrays
from . import together
from .answers import BoundAnswer, PlannedCall
from .rounds import rounds_of
from .submitted import Submitted


@dataclass(frozen=True)
class Chain:
    """The functions of a chain, in the order of their calls, and the number of times that all of them are called."""

    functions: Sequence[str]
    steps: int


@dataclass(frozen=True)
class Start:
    """The inputs of one case, and the shapes of all results."""

    inputs: dict[str, Any]
    shapes: dict[str, arrays.Shape]


def results(
    student: Submitted, chain: Chain, starts: Sequence[Start], are_right: Callable[[Sequence[BoundAnswer]], bool]
) -> list[BoundAnswer]:
    """Return the answer of the last call for each case; raises the first CallError of the calls case by case."""
    paths = [_Path(start) for start in starts]
    # A submission that cannot take the first step fails here, as it does case by case.
    _go(student, chain.functions, 1, paths[:1])
    if chain.steps > 1 and len(paths) > 1 and all(_remembers_nothing(student, name) for name in chain.functions):
        count = student.answer_count
        try:
            _go(student, chain.functions, 1, paths[1:])
            if not _go_inside(student, chain, paths):
                _go(student, chain.functions, chain.steps - 1, paths)
        except CallError:
            answers = None
        else:
            answers = [path.result() for path in paths]
        if answers is not None and are_right(answers):
            return answers
        student.forget()
        paths = [_Path(start) for start in starts]
        _go(student, chain.functions, 1, paths[:1])
        student.answer_count = count
    _go(student, chain.functions, chain.steps - 1, paths[:1])
    for path in paths[1:]:
        _go(student, chain.functions, chain.steps, [path])
    return [path.result() for path in paths]


@dataclass
class _Path:
    """One case on its way through the steps: the values so far, the last answer, and the notes of all answers."""

    start: Start
    values: dict[str, Any] = field(init=False)
    answer: BoundAnswer | None = None
    answers: dict[str, BoundAnswer] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.values = dict(self.start.inputs)

    def take(self, function: str, answer: BoundAnswer, names: Sequence[str]) -> None:
        """Continue with an answer of a function; those of its results, ``names``, that the answer lacks have no value."""
        for name in names:
            self.values.pop(name, None)
        self.values |= answer.values
        self.answer = self.answers[function] = answer
        self.notes += answer.notes
        self.lists += answer.lists

    def end(self, results: dict[str, Any]) -> None:
        """Give the last answer the results of the last step."""
        assert self.answer is not None
        raw = replace(self.answer.raw, value=results, bound=results, parts=results)
        self.answer = replace(self.answer, values=results, raw=raw)

    def result(self) -> BoundAnswer:
        """Return the last answer, with the notes and the lists of all answers."""
        assert self.answer is not None
        return replace(self.answer, notes=self.notes, lists=tuple(self.lists))


def _go(student: Submitted, functions: Sequence[str], steps: int, paths: Sequence[_Path]) -> None:
    """Take steps on several paths; the calls of one function travel together."""
    for _step in range(steps):
        for name in functions:
            planned = [PlannedCall(name, dict(path.values), shapes=path.start.shapes) for path in paths]
            for path, answer in zip(paths, together.call_all(student, planned), strict=True):
                path.take(name, answer, student.content.functions[name].returns)


def _go_inside(student: Submitted, chain: Chain, paths: Sequence[_Path]) -> bool:
    """Take all steps after the first inside the worker, if the way of all arguments is plain; return whether it is."""
    planned = []
    for path in paths:
        calls = [
            (student.prepared(PlannedCall(name, path.values, shapes=path.start.shapes)), path.answers[name])
            for name in chain.functions
        ]
        rounds = rounds_of(calls, path.values, chain.steps - 1)
        if rounds is None:
            return False
        planned.append(rounds)
    for path, results in zip(paths, student.make_rounds(planned), strict=True):
        path.end(results)
    return True


def _remembers_nothing(student: Submitted, function: str) -> bool:
    """True if a function needs no other call and uses no global variables."""
    submitted = student.required(function)
    return student.needs_no_other_call(function) and not submitted.reads and not submitted.stores
