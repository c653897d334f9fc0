"""Compares a wrong gradient with the student's own numbers: how the student's own cost changes with a parameter.

The cost is the student's own loss function of the student's own forward pass. In an exercise without a loss function it is
a usual cost of the forward pass, if the right gradient is the derivative of this cost. Both functions must have passed
their checks, so the sentence contains nothing that the student could not compute.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...assignment.check import Check
from ...diagnosis import usual_costs
from ...expected.small_cases import KnownCase
from ...sandbox.failures import CallError
from ...student.answers import BoundAnswer, PlannedCall
from ...student.signatures import match
from ...support.i18n import _
from ...support.text import plain_number
from ..context import Context
from .pasting import Shown

STEP = 0.001
NEAR = 0.02  # of the larger number: the change of the cost, divided by the step, is the derivative
DIGITS = 3
Values = dict[str, Any]
Call = Callable[[str, Values], Values | None]


@dataclass(frozen=True)
class _Cost:
    """A cost of the result ``output`` of the function ``forward``.

    ``loss`` is the function that computes it; without one it is the ``usual`` cost of that name, with ``target``.
    """

    forward: str
    output: str
    loss: str
    usual: str = ""
    target: str = ""

    def value(self, inputs: Values, call: Call) -> float | None:
        """Return the cost; None if a function gives no answer."""
        results = call(self.forward, inputs)
        if results is None:
            return None
        if self.usual:
            output, target = (
                np.asarray(item, dtype=np.float64) for item in (results[self.output], inputs[self.target])
            )
            return usual_costs.of(output, target).get(self.usual)
        answer = call(self.loss, {**inputs, self.output: results[self.output]})
        values = [] if answer is None else [*answer.values()]
        return float(np.ravel(values[0])[0]) if values and np.size(values[0]) == 1 else None


def slope(context: Context, check: Check, example: Shown, passed: Set[str]) -> str | None:
    """Return the sentence about the entry of the shown result with the largest error; None if the student's own numbers do not show the mistake.

    ``passed`` are the functions that passed their checks.
    """
    case, answer = example.case, example.answer
    if answer is None:
        return None
    right, parameter, result, index = _largest_error(check, case, answer, example.result)
    if not parameter or not isinstance(case.inputs.get(parameter), np.ndarray | float):
        return None
    own = float(np.asarray(answer.values[result], dtype=np.float64).reshape(np.shape(case.right[result]))[index])
    for cost in _costs(context, case.inputs, parameter, passed):
        with np.errstate(all="ignore"):
            derivative = _slope(cost, case.inputs, parameter, index, _steps(context))
            if derivative is None or not _is_near(derivative, right):
                continue
            own_slope = _slope(cost, case.inputs, parameter, index, _submission(context))
        if own_slope is None or not _is_near(own_slope, derivative):
            return None
        near, yours = plain_number(own_slope, DIGITS), plain_number(own, DIGITS)
        return None if near == yours else _sentence(context, cost, (parameter, result, index), own_slope, yours)
    return None


def _largest_error(
    check: Check, case: KnownCase, answer: BoundAnswer, shown_result: str
) -> tuple[float, str, str, tuple[int, ...]]:
    """Return (right number, parameter, result, index) of the entry of the shown result with the largest error."""
    largest = 0.0
    place: tuple[float, str, str, tuple[int, ...]] = (0.0, "", "", ())
    for _objective, parameter, result in check.derivatives():
        if result != shown_result:
            continue
        right = case.right[result]
        own = np.asarray(answer.values.get(result, right))
        if own.size != right.size or own.dtype.kind not in "fiu":
            continue
        errors = np.abs(own.reshape(right.shape).astype(np.float64) - right)
        if errors.max(initial=0.0) > largest:
            index = tuple(int(number) for number in np.unravel_index(int(np.argmax(errors)), errors.shape))
            largest, place = float(errors.max()), (float(right[index]), parameter, result, index)
    return place


def _costs(context: Context, inputs: Mapping[str, Any], parameter: str, passed: Set[str]) -> Iterator[_Cost]:
    """Yield the costs of functions that passed and take the parameter: with a loss function first, then the usual ones."""
    functions = context.content.functions
    steps = [name for name in functions if name in passed and context.mutations.has_steps(name)]
    forwards = [name for name in steps if parameter in functions[name].argument_names()]
    forwards = [name for name in forwards if _can_be_called(context, name, inputs)]
    for forward, loss in itertools.product(forwards, steps):
        for output in functions[forward].returns:
            is_loss = len(functions[loss].returns) == 1 and output in functions[loss].argument_names()
            if is_loss and _can_be_called(context, loss, {**inputs, output: None}):
                yield _Cost(forward, output, loss)
    for forward in forwards:
        for output in reversed(functions[forward].returns):
            own = {*functions[forward].inputs(), *functions[forward].returns}
            targets = [name for name in inputs if name not in own]
            for target in targets:
                if output in inputs and np.shape(inputs[target]) == np.shape(inputs[output]):
                    numbers = [np.asarray(inputs[name], dtype=np.float64) for name in (output, target)]
                    yield from (
                        _Cost(forward, output, "", usual, target) for usual in usual_costs.of(numbers[0], numbers[1])
                    )


def _can_be_called(context: Context, function: str, inputs: Mapping[str, Any]) -> bool:
    arguments = context.content.functions[function].arguments
    return bool(arguments) and all(item.optional or item.name in inputs for item in arguments)


def _steps(context: Context) -> Call:
    """Return a function that computes results by the steps."""
    return lambda function, inputs: context.mutations.results_or_none(function, [], inputs)


def _submission(context: Context) -> Call:
    """Return a function that calls the submission."""
    right = _steps(context)

    def call(function: str, inputs: Values) -> Values | None:
        results = right(function, inputs)
        if results is None:
            return None
        shapes = {name: np.shape(array) for name, array in results.items()}
        try:
            return context.student.call(PlannedCall(function, inputs, shapes=shapes)).values
        except CallError:
            return None

    return call


def _slope(cost: _Cost, inputs: Mapping[str, Any], parameter: str, index: tuple[int, ...], call: Call) -> float | None:
    """Return the change of a cost divided by the step by which one entry of a parameter grows."""
    raised = np.array(inputs[parameter], dtype=np.float64)
    if len(index) != raised.ndim:
        return None
    raised[index] += STEP
    before, after = (cost.value({**inputs, parameter: point}, call) for point in (inputs[parameter], raised[()]))
    return None if before is None or after is None else (after - before) / STEP


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= NEAR * max(abs(one), abs(other)) and bool(np.isfinite(one))


def _sentence(
    context: Context, cost: _Cost, place: tuple[str, str, tuple[int, ...]], slope_of_cost: float, yours: str
) -> str:
    parameter, result, index = place
    forward = context.student.required(cost.forward)
    bound = match([name for name, _kind, _default in forward.parameters], [parameter], context.content.aliases)
    entry = _entry(context, next(iter(bound), parameter), parameter, index)
    of_result = _entry(context, result, result, index)
    change, near = plain_number(slope_of_cost * STEP, DIGITS), plain_number(slope_of_cost, DIGITS)
    step = plain_number(STEP)
    if cost.loss:
        sentence = _(
            "Raising {entry} by {step} changes your loss by {change}, so {result} should be near {near}; yours is {yours}."
        )
        return sentence.format(entry=entry, step=step, change=change, result=of_result, near=near, yours=yours)
    sentence = _(
        "Raising {entry} by {step} changes the cost of your own {forward}() by {change}, so {result} should be near {near}; "
        "yours is {yours}."
    )
    return sentence.format(
        entry=entry, step=step, forward=forward.label, change=change, result=of_result, near=near, yours=yours
    )


def _entry(context: Context, label: str, name: str, index: tuple[int, ...]) -> str:
    """Return an entry of an array in the layout of the submission, e.g. ``w[0]``."""
    if name in context.student.layout.transposed:
        index = index[::-1]
    return f"{label}[{', '.join(map(str, index))}]" if index else label
