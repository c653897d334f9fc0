"""Calls a submission for small inputs and says in which way it fails."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...assignment.check import ComparedFunction
from ...expected.probes import replaced
from ...expected.small_cases import KnownCase
from ...judging.compare import Comparison, compare_results
from ...report.evidence import Example
from ...sandbox.calls import Answer
from ...sandbox.failures import CallError
from ...student.answers import BoundAnswer, PlannedCall, PreparedCall
from ..context import Context
from ..values import in_shape
from . import conventions

SECONDS = 1.0  # of the submission's time, for all checks together
SECONDS_OF_A_CALL = 0.5
LOADS = 3  # of the submission, to confirm examples


class Over(Exception):
    """The submission must not be called any more: it hangs, has ended its worker, or has used its time."""


@dataclass
class ExampleBudget:
    """The time and the restarts that a submission has left for its examples.

    ``seconds`` are for calls. ``load_seconds`` is the time in which the submission is loaded again.
    """

    load_seconds: float
    seconds: float = SECONDS
    loads: int = LOADS
    examples: dict[tuple[Hashable, ...], Example] = field(default_factory=dict)
    """The examples so far, by function and bugs: one bug of a function needs one example in all its checks."""


@dataclass(frozen=True)
class Failure:
    """A way to fail: the kind of the first thing that is wrong, and where. ``kind`` is "" if nothing is wrong.

    ``names`` are the wrong results, or the type of an exception.
    """

    kind: str = ""
    names: frozenset[str] = frozenset()

    def is_like(self, other: Failure) -> bool:
        """True if this failure is of the same kind as the other, and no other result is wrong."""
        return bool(self.kind) and self.kind == other.kind and self.names <= other.names


@dataclass(frozen=True)
class CallResult:
    """The result of a call: how it failed, its answer by name if that is possible, and the answer as it came."""

    failure: Failure
    bound: BoundAnswer | None = None
    outcome: Answer | CallError | None = None


NOT_CALLED = Failure("not called")
NOT_WRITTEN = Failure("error", frozenset({"NotImplementedError"}))


@dataclass
class Questions:
    """Questions to one function of a submission; ``place`` is an argument instead of which it takes the input ``other``."""

    context: Context
    compared: ComparedFunction
    budget: ExampleBudget
    place: str = ""
    other: str = ""
    calls: int = field(default=0, init=False)

    def answers(self, cases: Sequence[KnownCase]) -> list[CallResult]:
        """Call the function for these cases; raises Over if the submission must not be called any more."""
        answers: list[CallResult] = []
        while len(answers) < len(cases):
            rest = cases[len(answers) :]
            if not self.context.student.needs_no_other_call(self.compared.function):
                rest = rest[:1]
            planned = [self.planned(case) for case in rest]
            try:
                prepared = [self.prepared(each) for each in planned]
            except CallError:  # it has no parameter for an argument
                answers.append(CallResult(NOT_CALLED))
                continue
            answers += self.made(rest, planned, prepared)
        return answers

    def planned(self, case: KnownCase) -> PlannedCall:
        """Return the call for a case."""
        shapes = {name: array.shape for name, array in case.right.items()}
        return PlannedCall(self.compared.function, replaced(case.inputs, self.place, self.other), shapes=shapes)

    def prepared(self, planned: PlannedCall) -> PreparedCall:
        """Return the call in the layout of the submission, with a short time limit."""
        prepared = self.context.student.prepared(planned)
        limit = self.context.content.functions[planned.function].call_seconds
        seconds = min(SECONDS_OF_A_CALL, limit or self.context.content.limits.call_seconds)
        return replace(prepared, call=replace(prepared.call, seconds=seconds))

    def made(
        self, cases: Sequence[KnownCase], planned: Sequence[PlannedCall], prepared: Sequence[PreparedCall]
    ) -> list[CallResult]:
        """Make calls and return them in order, up to the first that raises an exception."""
        if self.budget.seconds <= 0:
            raise Over
        spent = self.context.student.spent
        outcomes = self.context.student.make_all(prepared)
        self.calls += len(outcomes)
        self.budget.seconds -= self.context.student.spent - spent
        results = []
        for case, plan, call, outcome in zip(cases, planned, prepared, outcomes, strict=False):
            if isinstance(outcome, CallError) and outcome.status != "error":
                raise Over
            results.append(self._judged(case, plan, call, outcome))
        return results

    def _judged(
        self, case: KnownCase, planned: PlannedCall, prepared: PreparedCall, outcome: Answer | CallError
    ) -> CallResult:
        try:
            answer = self.context.student.result(planned, self.context.student.answered(prepared, outcome))
        except CallError as failure:
            if isinstance(outcome, CallError):
                return CallResult(Failure("error", frozenset({failure.raised.partition(":")[0]})), None, outcome)
            return CallResult(Failure("form"), None, outcome)
        return CallResult(self.failure(case, answer.values), answer, outcome)

    def failure(self, case: KnownCase, values: dict[str, Any]) -> Failure:
        """Return in which way results fail; they may be right in any accepted convention."""
        declared = self.context.content.functions[self.compared.function]
        names = self.compared.results or list(case.right)
        right = {name: case.right[name] for name in names if name in values}
        if self.compared.any_shape:
            values = {name: in_shape(values[name], right[name]) for name in right}
        failures = []
        for expected in conventions.expected(self.context, self.compared.function, case.inputs, right).values():
            comparisons = compare_results(values, expected, self.compared.tolerance, declared.history)
            failures.append(of_comparisons(comparisons))
        return next((each for each in failures if not each.kind), failures[0])


def of_comparisons(comparisons: dict[str, Comparison]) -> Failure:
    """Return what is wrong: the form of a result, numbers that are not finite, or other numbers."""
    wrong = {name: item for name, item in comparisons.items() if item.problem is not None}
    if not wrong:
        return Failure()
    first = next(iter(wrong.values()))
    kind = "form" if not first.of_numbers else "not finite" if first.evidence.not_finite else "numbers"
    return Failure(kind, frozenset(wrong))
