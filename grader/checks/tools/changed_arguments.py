"""Finds the smallest call after which an argument is different, for functions that change their arguments.

No right result is needed here: an argument must be the same after a call as before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ...assignment.base import EPOCHS
from ...expected.probes import Case
from ...report.evidence import Example
from ...sandbox.calls import Answer, Call
from ...sandbox.failures import CallError
from ...smallest import source
from ...smallest.axes import Inputs, axes_of
from ...smallest.candidates import Space
from ...smallest.display import as_text
from ...smallest.domains import domain_of
from ...smallest.search import smallest
from ...student.answers import PlannedCall, PreparedCall
from ..context import Context
from .asking import SECONDS_OF_A_CALL, ExampleBudget, Over
from .pasting import LONGEST, SECONDS_TO_LOAD, in_form

CALLS = 150  # for one function
FORMS: tuple[source.Form, ...] = ("arrays", "arrays of decimals")


def example(context: Context, functions: Sequence[str], probe: str, budget: ExampleBudget) -> Example | None:
    """Return the smallest call of one of the functions that changes an argument; None if none can be shown.

    Raises Over if the submission must not be called any more.
    """
    for function in functions:
        target = context.student.find(function)
        if target is None or target.owner or context.starts.own_names(function):
            continue  # the state of an instance, or random numbers, would have to be repeated
        for case in context.cases.draw([probe]):
            smallest_call = _Search(context, function, case, probe, budget).example()
            if smallest_call is not None:
                return smallest_call
    return None


class _Variable:
    """An argument that a call gets in a variable."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


class _Search:
    """The search for the smallest inputs of one function, beginning with one case."""

    def __init__(self, context: Context, function: str, case: Case, probe: str, budget: ExampleBudget) -> None:
        self._context = context
        self._function = function
        self._budget = budget
        self._calls = 0
        names = context.content.functions[function].argument_names()
        declared = context.content.probes[probe].inputs
        inputs = {name: case.inputs[name] for name in names if name in case.inputs}
        domains = {name: domain_of(declared[name]) for name in inputs if name in declared}
        axes = axes_of(inputs, declared, [name for name in EPOCHS if name in inputs])
        self._space = Space(inputs, domains, axes, [*axes.lengths])

    def example(self) -> Example | None:
        start = dict(self._space.case)
        if not self._changes(start):
            return None
        inputs = smallest(self._space, [start], self._fails, at_once=1)
        return None if inputs is None else self._pasted(inputs)

    def _fails(self, candidates: Sequence[Inputs]) -> list[bool]:
        return [self._calls < CALLS and self._changes(inputs) for inputs in candidates]

    def _changes(self, inputs: Inputs) -> bool:
        try:
            prepared = self._prepared(inputs)
        except CallError:  # it has no parameter for an argument
            return False
        return bool(self._changed(prepared.call, self._made(prepared)))

    def _prepared(self, inputs: Inputs) -> PreparedCall:
        prepared = self._context.student.prepared(PlannedCall(self._function, inputs, watch_arguments=True))
        return replace(prepared, call=replace(prepared.call, seconds=SECONDS_OF_A_CALL))

    def _made(self, prepared: PreparedCall) -> Answer | CallError:
        if self._budget.seconds <= 0:
            raise Over
        spent = self._context.student.spent
        [outcome] = self._context.student.make_all([prepared])
        self._calls += 1
        self._budget.seconds -= self._context.student.spent - spent
        if isinstance(outcome, CallError) and outcome.status != "error":
            raise Over
        return outcome

    def _changed(self, call: Call, outcome: Answer | CallError) -> dict[int, Any]:
        """Return {place: value after the call} of the arrays that a call changed; {} if it raised an exception."""
        if isinstance(outcome, CallError) or not outcome.arguments:
            return {}
        pairs = zip(call.passed, outcome.arguments, strict=False)
        return {
            place: after
            for place, (before, after) in enumerate(pairs)
            if isinstance(before, np.ndarray) and not np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
        }

    def _pasted(self, inputs: Inputs) -> Example | None:
        """Return the example in the first form of code in which a call changes an argument, confirmed by a second call."""
        prepared = self._prepared(inputs)
        if prepared.call.supply or prepared.call.seed is not None or prepared.instance is not None:
            return None  # nobody could repeat it
        for form in FORMS:
            again = replace(prepared, call=in_form(prepared.call, form))
            changed = self._changed(again.call, self._made(again))
            if not changed:
                continue
            if prepared.function.reads or prepared.function.stores:  # an earlier call may be the reason
                if self._budget.loads <= 0 or self._budget.load_seconds > SECONDS_TO_LOAD:
                    return None
                self._budget.loads -= 1
                self._context.student.forget()
            example = self._shown(again, changed)
            repeated = self._shown(again, self._changed(again.call, self._made(again)))
            return example if example is not None and example == repeated and len(example.code) <= LONGEST else None
        return None

    def _shown(self, prepared: PreparedCall, changed: dict[int, Any]) -> Example | None:
        """Return the example: the changed arguments in variables, the call, and the first variable after it."""
        if not changed:
            return None
        call = prepared.call
        if call.then is not None:
            return None  # the changed argument belongs to one of two calls
        names = [*(name for name, _kind, _default in prepared.function.parameters)][: len(call.positional)]
        names += call.keywords
        positional, keywords, setup = [*call.positional], dict(call.keywords), []
        for place in changed:
            if place >= len(names):
                return None  # it is one of *args
            if place < len(positional):
                setup.append(f"{names[place]} = {source.code(positional[place])}")
                positional[place] = _Variable(names[place])
            else:
                setup.append(f"{names[place]} = {source.code(keywords[names[place]])}")
                keywords[names[place]] = _Variable(names[place])
        setup.append(source.call(prepared.function.name, positional, keywords))
        if not self._context.student.has_module("np"):
            setup.insert(0, "import numpy as np")
        first = min(changed)
        return Example(setup=setup, call=names[first], gives=as_text(changed[first]))
