"""A back-propagation that takes the step itself: it returns no gradients and changes the parameters.

Its gradients are read from the change, which is the learning rate times the gradient. The rate is an argument, or an
attribute or global that the function reads, and is set by the grader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..support.i18n import _
from ..support.similar_names import normal
from . import classes
from .answers import FunctionCall
from .signatures import RATES, match

RATE, ANOTHER_RATE = np.float64(0.5), np.float64(0.25)
SAME = 1e-6  # of the largest entry


class Steps:
    """Reads gradients from the steps of functions that have to return gradients."""

    def __init__(self, content: AssignmentSpec, parameters: Mapping[str, Mapping[str, str]]) -> None:
        """``parameters`` has the functions that have to return gradients, each with {result: parameter}."""
        self._content = content
        self._parameters = parameters
        names = content.all_names()
        self.rate = next((name for name in RATES if name in names), "")
        """The name of the learning rate; "" if the assignment has none."""

    def may_take_step(self, function: str) -> bool:
        """True if ``function`` has to return gradients, so that it may take the step instead.

        An argument of the task with the name of the rate, such as the alpha of an activation, is not a learning rate.
        """
        if not self.rate or function not in self._parameters:
            return False
        return self.rate not in self._content.functions[function].argument_names()

    def is_step(self, function: str) -> bool:
        """True if ``function`` is a single step of gradient descent."""
        declared = self._content.functions[function]
        changes_arguments = set(declared.returns) <= set(declared.argument_names())
        return changes_arguments and self.rate in declared.argument_names() and declared.history is None

    def inputs(self, function: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs, with a learning rate for a function that may take the step itself."""
        return {self.rate: RATE, **inputs} if self.may_take_step(function) else inputs

    def gradients(self, function: str, call: FunctionCall) -> dict[str, Any] | None:
        """Return {result: gradient}, in the submission's layout, read from the change of the parameters.

        Return None if the change of a parameter cannot be read, or if no parameter has changed. Raises CallError if the rate is not known.
        """
        if not self.may_take_step(function):
            return None
        parameters = self._parameters[function]
        changes = {name: change for name in parameters.values() if (change := _change(name, call)) is not None}
        if len(changes) < len(parameters) or not any(np.any(change) for change in changes.values()):
            return None
        rate = call.laid_out[self.rate]
        if not self._has_rate(call):
            sentence = _(
                "`{function}` updates the parameters with an unknown learning rate: return the gradients, or take the learning rate as an argument."
            )
            raise WrongAnswer(sentence.format(function=call.function.label))
        return {result: changes[name] / rate for result, name in parameters.items()}

    def returns_parameters(self, function: str, call: FunctionCall) -> bool:
        """True if a function that has to return gradients gets the rate and returns the parameters, by their names."""
        if not self.may_take_step(function) or not self._has_rate(call):
            return False
        names = {normal(name) for name in call.function.returns}
        return {normal(name) for name in self._parameters[function].values()} <= names

    def _has_rate(self, call: FunctionCall) -> bool:
        rate = call.laid_out[self.rate]
        attributes = call.instance.attributes.values() if call.instance is not None else []
        entries = [item for value in attributes if isinstance(value, dict) for item in value.values()]
        return any(value is rate for value in (*call.arguments, *attributes, *entries))


def note(call: FunctionCall) -> str:
    """Return the sentence about a function that takes the step itself."""
    return _(
        "`{function}` updates the parameters itself: accepted. Its gradients are computed from the change."
    ).format(function=call.function.label)


def are_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True if two sets of gradients are the same apart from rounding."""
    return all(
        np.allclose(one[name], other[name], rtol=0, atol=SAME * float(np.abs(one[name]).max(initial=0.0)))
        for name in one
    )


def _change(parameter: str, call: FunctionCall) -> Any:
    """Return the amount that was subtracted from a parameter: in an instance, in an argument, or in a returned value."""
    before = after = None
    paths = [path for path, argument in call.state.bound.items() if argument == parameter]
    if paths and call.instance is not None:
        before = classes.entries(call.instance.attributes).get(paths[0], ("", None))[1]
        after = classes.entries(call.answer.attributes).get(paths[0], ("", None))[1]
    else:
        argument = call.laid_out.get(parameter)
        place = next((n for n, value in enumerate(call.arguments) if value is argument and argument is not None), None)
        if place is not None and place < len(call.answer.arguments):
            before, after = argument, call.answer.arguments[place]
        returned = call.answer.value
        if isinstance(returned, tuple | list) and len(returned) == len(call.function.returns):
            returned = dict(zip(call.function.returns, returned, strict=True))
        if isinstance(returned, dict) and place is not None:
            bound = match(returned, [parameter], {})
            after = next((returned[name] for name in bound), after)
    before, after = np.asarray(before), np.asarray(after)
    has_numbers = before.dtype.kind in "fiu" and after.dtype.kind in "fiu"
    return before.reshape(after.shape) - after if has_numbers and before.size == after.size else None
