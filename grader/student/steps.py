"""A back-propagation that takes the step itself: it returns no gradients and changes the parameters.

Its gradients are read from the change, which is the learning rate times the gradient. The rate is an argument, or an
attribute or global that the function reads, and is set by the grader.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ..sandbox.failures import CallError
from ..support.i18n import _
from . import classes
from .signatures import RATES, match, normal

if TYPE_CHECKING:
    from .submitted import FunctionCall, Submitted

RATE, ANOTHER_RATE = np.float64(0.5), np.float64(0.25)
SAME = 1e-6  # of the largest entry


class Steps:
    """The steps of the submission of one :class:`~grader.student.submitted.Submitted`."""

    def __init__(self, student: Submitted, parameters: Mapping[str, Mapping[str, str]]) -> None:
        self._student = student
        self._parameters = parameters
        names = student.content.all_names()
        self._rate = next((name for name in RATES if name in names), "")
        self._taken_by: set[str] = set()
        self._follows: dict[str, bool] = {}

    def computes(self, function: str) -> bool:
        """Whether ``function`` is one that has to give gradients."""
        return bool(self._rate) and function in self._parameters

    def inputs(self, function: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return the inputs with a learning rate, for a function that may take the step itself."""
        return {self._rate: RATE, **inputs} if self.computes(function) else inputs

    def gradients(self, function: str, asked: FunctionCall) -> dict[str, Any] | None:
        """Return {result: gradient}, in the submission's layout, read from the change of the parameters.

        None if not all parameters are seen, or none of them has changed. Raises CallError if the rate is not known.
        """
        if not self.computes(function):
            return None
        parameters = self._parameters[function]
        changes = {name: change for name in parameters.values() if (change := self._change(name, asked)) is not None}
        if len(changes) < len(parameters) or not any(np.any(change) for change in changes.values()):
            return None
        rate = asked.laid_out[self._rate]
        if not self._has_rate(asked):
            sentence = _(
                "`{function}` changes the parameters by a step whose learning rate is not known: return the gradients, or take the learning rate as an argument."
            )
            raise CallError("failed", sentence.format(function=asked.function.label))
        self._taken_by.add(function)
        return {result: changes[name] / rate for result, name in parameters.items()}

    def returned(self, function: str, asked: FunctionCall) -> bool:
        """Whether a function that has to give gradients gets the rate and returns the parameters, by their names."""
        if not self.computes(function) or not self._has_rate(asked):
            return False
        returned = {normal(name) for name in asked.function.returns}
        return {normal(name) for name in self._parameters[function].values()} <= returned

    def _has_rate(self, asked: FunctionCall) -> bool:
        """Whether the call was given the learning rate."""
        rate = asked.laid_out[self._rate]
        held = asked.instance.attributes.values() if asked.instance is not None else []
        within = [item for value in held if isinstance(value, dict) for item in value.values()]
        return any(value is rate for value in (*asked.positional, *asked.keywords.values(), *held, *within))

    def note(self, asked: FunctionCall) -> str:
        """The sentence for a function that takes the step itself."""
        return _(
            "`{function}` changes the parameters itself; its gradients are read from the change: accepted."
        ).format(function=asked.function.label)

    def updated(self, function: str, inputs: dict[str, Any]) -> dict[str, Any] | None:
        """What ``function``, which is not there, would give, if back-propagation takes its step; None if not.

        The gradients are the change divided by the rate, so the step is right if it goes with the rate.
        """
        declared, mutations = self._student.content.functions[function], self._student.mutations
        is_step = set(declared.returns) <= set(declared.argument_names()) and self._rate in declared.argument_names()
        if not is_step or declared.history is not None or not self._taken_by or not mutations.known(function):
            return None
        if not all(map(self._goes_with_the_rate, self._taken_by)):
            return None
        return mutations.results(function, [], declared.complete(inputs) | inputs)

    def _goes_with_the_rate(self, function: str) -> bool:
        if function not in self._follows:
            case = self._student.cases.examples(function)[-1]
            try:
                one, other = (
                    self._student.call(function, {**case.inputs, self._rate: rate}).values
                    for rate in (RATE, ANOTHER_RATE)
                )
            except CallError:
                return False
            self._follows[function] = all(
                np.allclose(one[name], other[name], rtol=0, atol=SAME * float(np.abs(one[name]).max(initial=0.0)))
                for name in one
            )
        return self._follows[function]

    def _change(self, parameter: str, asked: FunctionCall) -> Any:
        """What has been taken off a parameter: held by an instance, given as an argument, or returned."""
        before = after = None
        paths = [path for path, argument in asked.state.bound.items() if argument == parameter]
        if paths and asked.instance is not None:
            before = classes.entries(asked.instance.attributes).get(paths[0], ("", None))[1]
            after = classes.entries(asked.answer.attributes).get(paths[0], ("", None))[1]
        else:
            given = asked.laid_out.get(parameter)
            sent = [*asked.positional, *asked.keywords.values()]
            place = next((n for n, value in enumerate(sent) if value is given and given is not None), None)
            if place is not None and place < len(asked.answer.arguments):
                before, after = given, asked.answer.arguments[place]
            returned = asked.answer.value
            if isinstance(returned, tuple | list) and len(returned) == len(asked.function.returns):
                returned = dict(zip(asked.function.returns, returned, strict=True))
            if isinstance(returned, dict) and place is not None:
                bound = match(returned, [parameter], {})
                after = next((returned[name] for name in bound), after)
        before, after = np.asarray(before), np.asarray(after)
        numbers = before.dtype.kind in "fiu" and after.dtype.kind in "fiu"
        return before.reshape(after.shape) - after if numbers and before.size == after.size else None
