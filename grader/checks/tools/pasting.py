"""Turns small inputs into a call that a student can paste, and confirms that it fails as the report says."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ...expected.small_cases import KnownCase
from ...report.evidence import Example
from ...sandbox.calls import Call, Instance
from ...sandbox.failures import CallError
from ...smallest import source
from ...smallest.display import as_text
from ...student.answers import BoundAnswer, PreparedCall
from ...worker.values import Opaque
from .asking import CallResult, Questions

SECONDS_TO_LOAD = 2.0  # of a submission that is loaded again
LONGEST = 900  # characters of a call
INSTANCE = "example"  # the variable of an instance


@dataclass(frozen=True)
class Shown:
    """An example, the case that it shows, the answer of the submission by name, and the wrong result that it shows."""

    example: Example
    case: KnownCase
    answer: BoundAnswer | None
    result: str = ""


class Pasting:
    """Finds the form of code in which a call fails; ``is_the_failure`` says whether it fails as in the check."""

    def __init__(self, questions: Questions, is_the_failure: Callable[[KnownCase, CallResult], bool]) -> None:
        self._questions = questions
        self._is_the_failure = is_the_failure
        self._bound: BoundAnswer | None = None
        self._result = ""

    def example(self, cases: Sequence[KnownCase]) -> Shown | None:
        """Return the example of the first of these cases that can be shown, in the first form of code that fails."""
        for shown_case in cases:
            prepared = self._constructed(self._questions.prepared(self._questions.planned(shown_case)))
            if prepared is None or prepared.call.supply or prepared.call.seed is not None:
                return None  # nobody could repeat it
            has_raised = False
            for form in source.FORMS:
                if has_raised and form == "lists of decimals":
                    continue  # it is lists that the function does not take
                call = in_form(prepared.call, form)
                example, has_raised = self._confirmed(shown_case, replace(prepared, call=call))
                if example is not None:
                    return Shown(example, shown_case, self._bound, self._result)
        return None

    def _constructed(self, prepared: PreparedCall) -> PreparedCall | None:
        """Return the call with only the construction of the instance that works; None if the instance cannot be repeated."""
        instance = prepared.instance
        if instance is None:
            return prepared
        if any(name.startswith("__") or isinstance(value, Opaque) for name, value in instance.attributes.items()):
            return None
        if not instance.owner:
            return prepared
        for construction in instance.constructions:
            trial = Call("__init__", [], {}, instance=Instance(instance.owner, [construction]))
            [outcome] = self._questions.context.student.make_all([replace(prepared, call=trial)])
            if not isinstance(outcome, CallError):
                only = replace(instance, constructions=[construction])
                return replace(prepared, call=replace(prepared.call, instance=only))
        return None

    def _confirmed(self, case: KnownCase, prepared: PreparedCall) -> tuple[Example | None, bool]:
        """Return the example if a second call gives the same, and whether the first call raised an exception.

        If earlier calls could change the answer, the second call is the first one in a new worker.
        """
        keeps_values = bool(prepared.function.reads or prepared.function.stores)
        planned = self._questions.planned(case)
        results = self._questions.made([case] * 2, [planned] * 2, [prepared] * (1 if keeps_values else 2))
        example = self._example_of(case, prepared, results[0])
        self._bound = results[0].bound
        self._result = _first_wrong(case, results[0])
        has_raised = isinstance(results[0].outcome, CallError)
        if example is None or len(example.code) > LONGEST:
            return None, has_raised
        if keeps_values:
            if self._questions.budget.loads <= 0 or self._questions.budget.load_seconds > SECONDS_TO_LOAD:
                return None, has_raised
            self._questions.budget.loads -= 1
            self._questions.context.student.forget()
        if len(results) == 1:
            results += self._questions.made([case], [planned], [prepared])
        return (example if self._example_of(case, prepared, results[1]) == example else None), has_raised

    def _example_of(self, case: KnownCase, prepared: PreparedCall, call_result: CallResult) -> Example | None:
        """Return the example that a call gives; None if the call does not fail as in the check."""
        if not self._is_the_failure(case, call_result) or call_result.outcome is None:
            return None
        name = prepared.function.name
        setup = []
        if prepared.instance is not None:
            owner, attributes = prepared.instance.owner, prepared.instance.attributes
            prefix = f"{INSTANCE}." if owner else ""
            name = f"{prefix}{name}"
            setup = [f"{prefix}{attribute} = {source.code(value)}" for attribute, value in attributes.items()]
            if owner:
                setup.insert(0, f"{INSTANCE} = {source.call(owner, [], prepared.instance.constructions[0])}")
        code = source.call(name, prepared.positional, prepared.keywords)
        if prepared.call.then is not None:
            code = source.call(code, *prepared.call.then)
        setup = [*self._imports(f"{setup}{code}"), *setup]
        if isinstance(call_result.outcome, CallError):
            return Example(setup=setup, call=code, raises=call_result.outcome.raised)
        value, parts = call_result.outcome.value, call_result.bound.raw.parts if call_result.bound is not None else {}
        wrong = _first_wrong(case, call_result)
        declared = self._questions.context.content.functions[self._questions.compared.function]
        if wrong in declared.changes or (value is None and call_result.failure.kind != "form"):
            return None  # the result is in an argument
        index = source.subscript(value, parts[wrong]) if wrong in parts else ""
        gives = as_text(parts[wrong] if index else value)
        return Example(setup=setup, call=f"{code}{index}", gives=gives)

    def _imports(self, code: str) -> list[str]:
        """Return the imports that code needs, without those of the submission."""
        has_module = self._questions.context.student.has_module
        modules = {"np": "numpy", "tf": "tensorflow"}
        return [
            f"import {module} as {name}"
            for name, module in modules.items()
            if re.search(rf"\b{name}\.", code) and not has_module(name)
        ]


def in_form(call: Call, form: source.Form) -> Call:
    """Return a call with the arguments, and the global variables, that code in this form has."""
    instance = call.instance
    if instance is not None:
        variables = {name: source.in_form(value, form) for name, value in instance.attributes.items()}
        constructions = [
            {name: source.in_form(value, form) for name, value in each.items()} for each in instance.constructions
        ]
        instance = replace(instance, attributes=variables, constructions=constructions)
    positional, keywords = source.in_form([call.positional, call.keywords], form)
    then = None if call.then is None else source.in_form(call.then, form)
    return replace(call, instance=instance, positional=positional, keywords=keywords, then=then)


def _first_wrong(case: KnownCase, call_result: CallResult) -> str:
    """Return the first wrong result of a call; "" if it has none."""
    return next((result for result in case.right if result in call_result.failure.names), "")
