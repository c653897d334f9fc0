"""Finds the smallest example of a failed sequence: the first calls of it, with small inputs, that end with a wrong value.

The submission is called again after all checks have been judged. The right values come from the assignment's steps and
stay here. The calls of an example are confirmed in a new worker, since classes may keep something of earlier calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ...assignment.base import Tolerance
from ...assignment.sequences import EXAMPLE, ObjectSequence
from ...expected import probes
from ...expected.probes import Case
from ...expected.small_cases import KnownCase, SmallCases
from ...judging.compare import compare_results
from ...report.evidence import Example
from ...sandbox.calls import Call
from ...sandbox.failures import CallError
from ...smallest import source
from ...smallest.axes import Inputs
from ...smallest.display import as_text
from ...smallest.search import smallest
from ...student.answers import BoundAnswer
from ...worker.values import Kept, Own
from ..context import Context
from . import conventions
from .asking import ExampleBudget, Over
from .pasting import LONGEST, SECONDS_TO_LOAD

MOST_CALLS = 60  # of the sequence
SEED = 54321  # other random numbers than those of a new worker
FORMS: tuple[source.Form, ...] = ("arrays", "arrays of decimals")


def example(
    context: Context, function: str, names: Sequence[str], tolerance: Tolerance, budget: ExampleBudget
) -> Example | None:
    """Return the smallest example of the sequence ``function`` on the probes ``names``, or None if no example is found.

    Raises Over if the submission must not be called any more.
    """
    if not context.mutations.has_steps(function):
        return None
    for name in names:
        for case in context.cases.draw([name]):
            declared = probes.as_constants(context.content.probes[name], case.inputs)
            make = partial(_small_cases, context, function, case, declared)
            cases = context.cases.once(("smallest sequence", function, case.name), make)
            if cases is not None:
                smallest_one = _Search(context, function, tolerance, cases, budget).example()
                if smallest_one is not None:
                    return smallest_one
    return None


def _small_cases(context: Context, function: str, case: Case, declared: dict[str, Any]) -> SmallCases | None:
    """Return the small inputs of the kind of a case; None without steps that give the reference's values for the case."""
    cases = SmallCases(context.content, context.mutations, function, (), case.inputs, declared)
    if cases.start is None:
        return None
    is_sure = context.oracle.is_proven([function]) or cases.agrees(context.oracle.results(function, case.inputs))
    return cases if is_sure else None


class _Search:
    """The search for the smallest example of one sequence, beginning with one case."""

    def __init__(
        self, context: Context, function: str, tolerance: Tolerance, cases: SmallCases, budget: ExampleBudget
    ) -> None:
        self._context = context
        self._function = function
        self._tolerance = tolerance
        self._cases = cases
        self._budget = budget
        self._sequence = context.content.sequences[function]
        self._calls = 0

    def example(self) -> Example | None:
        """Return the example; None if the case does not fail, or if no example can be shown."""
        start = self._cases.start
        assert start is not None
        wrong = self._wrong(start, start.inputs)
        if not wrong:
            return None
        self._sequence, with_all_objects = self._sequence.until(wrong[0])
        if not self._is_wrong(start, start.inputs):  # it needs the construction of the other objects
            self._sequence = with_all_objects
        inputs = smallest(self._cases.space, [dict(self._cases.space.case)], self._fails)
        case = None if inputs is None else self._cases.known(inputs)
        if case is None:
            return None
        for form in FORMS:
            values = {name: source.in_form(value, form) for name, value in case.inputs.items()}
            if self._is_wrong(case, values):
                return self._confirmed(case, values)
        return None

    def _fails(self, candidates: Sequence[Inputs]) -> list[bool]:
        """Say for which inputs the last call of the sequence gives a wrong value."""
        cases = [self._cases.known(inputs) for inputs in candidates]
        return [case is not None and self._is_wrong(case, case.inputs) and self._cases.is_clear(case) for case in cases]

    def _is_wrong(self, case: KnownCase, values: Mapping[str, Any]) -> bool:
        """True if the last call gives a wrong value."""
        return not {*self._sequence.calls[-1].results.values()}.isdisjoint(self._wrong(case, values))

    def _wrong(self, case: KnownCase, values: Mapping[str, Any]) -> list[str]:
        """Return the wrong results of the calls with these ``values``, in their order; [] if a call has no result."""
        answer = self._answer(values)
        return [] if answer is None else self._wrong_results(case, answer)

    def _wrong_results(self, case: KnownCase, answer: BoundAnswer) -> list[str]:
        """Return the wrong results of an answer, in the accepted convention in which the fewest are wrong."""
        right = {name: case.right[name] for name in answer.values}
        forms = conventions.expected(self._context, self._function, dict(case.inputs), right).values()
        compared = [compare_results(answer.values, form, self._tolerance) for form in forms]
        return min(([name for name, one in each.items() if one.problem is not None] for each in compared), key=len)

    def _answer(self, values: Mapping[str, Any], seed: int | None = None) -> BoundAnswer | None:
        """Return the answer to the calls; None if one fails. Raises Over if there is no time left."""
        if self._budget.seconds <= 0 or self._calls >= MOST_CALLS:
            raise Over
        self._calls += 1
        spent = self._context.student.spent
        try:
            return self._context.student.call_sequence(self._sequence, values, seed)
        except CallError as failure:
            if failure.status not in ("error", "failed"):
                raise Over from failure
            return None
        finally:
            self._budget.seconds -= self._context.student.spent - spent

    def _confirmed(self, case: KnownCase, values: Mapping[str, Any]) -> Example | None:
        """Return the example if a new worker gives a wrong value as well, and the same one in a second try."""
        calls = self._context.student.prepared_sequence(self._sequence, self._complete(values)).calls
        if any(call.supply for call in calls):
            return None  # nobody could repeat it
        first = self._in_new_worker(case, values)
        again = None if first is None else self._answer(values)
        if first is None or again is None:
            return None
        if as_text(again.raw.value) != first and self._in_new_worker(case, values, SEED) != first:
            return None  # not because the class keeps something of earlier calls, but because numbers are random
        result = _as_example(self._sequence, calls, first, self._context.student.has_module("np"))
        return result if len(result.code) <= LONGEST else None

    def _in_new_worker(self, case: KnownCase, values: Mapping[str, Any], seed: int | None = None) -> str | None:
        """Return the value of the last call, if it is wrong in a new worker; ``seed`` sets other random numbers."""
        if self._budget.loads <= 0 or self._budget.load_seconds > SECONDS_TO_LOAD:
            return None
        self._budget.loads -= 1
        self._context.student.forget()
        answer = self._answer(values, seed)
        results = self._sequence.calls[-1].results.values()
        if answer is None or {*results}.isdisjoint(self._wrong_results(case, answer)):
            return None
        return as_text(answer.raw.value)

    def _complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return self._context.content.functions[self._function].complete(dict(values))


def _as_example(sequence: ObjectSequence, calls: Sequence[Call], value: str, has_numpy: bool) -> Example:
    """Return the calls as code; the objects have the names of the sequence."""
    names = {call.keep: name or EXAMPLE for name, call in zip(sequence.objects, calls, strict=False)}

    def code_of(call: Call, function: str) -> str:
        positional = [Own(names[each.name]) if isinstance(each, Kept) else each for each in call.positional]
        keywords = {
            name: Own(names[each.name]) if isinstance(each, Kept) else each for name, each in call.keywords.items()
        }
        return source.call(function, positional, keywords)

    count = len(sequence.objects)
    setup = [f"{names[call.keep]} = {code_of(call, call.function)}" for call in calls[:count]]
    *before, last = [code_of(call, f"{names[call.on]}.{call.function}") for call in calls[count:]]
    setup += before
    if "np." in f"{setup}{last}" and not has_numpy:
        setup.insert(0, "import numpy as np")
    return Example(setup=setup, call=last, gives=value)
