"""Finds the cost to which a loss, a gradient or a history belongs.

A submission computes a cost in several functions: the loss is the cost, the gradients are its derivatives, and the history
of a training has its values. Each is compared with the cost of the task, with its multiples (without the half, the mean
instead of the sum, ...) and with other well-known costs, so that two functions can be compared with each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.base import EPOCHS
from ..assignment.spec import AssignmentSpec
from ..expected.mutations import Mutations
from . import usual_costs
from .samples import Sample, alike

TASK = "task"  # the name of the task's own cost
DIRECTIONS = 3  # in which derivatives are compared
STEP = 1e-5  # of a central difference
PRECISION = 1e-5  # of the largest derivative; central differences of float64 reach about 1e-9
MOST_EPOCHS = 200

Values = Mapping[str, Any]


@dataclass(frozen=True)
class CostPair:
    """Functions of an assignment that belong to one cost: ``loss`` is the cost and ``gradients`` are its derivatives.

    ``parameters`` are {result of the gradients: parameter}. The argument ``output`` of the loss is a result of the function
    ``maker``, and the other argument is ``target``.
    """

    loss: str
    gradients: str
    parameters: Mapping[str, str]
    output: str
    maker: str
    target: str


def pairs(content: AssignmentSpec, mutations: Mutations) -> list[CostPair]:
    """Return the pairs of the assignment that may belong together; :func:`is_proven` compares their numbers."""
    candidates = []
    for check in content.checks:
        derivatives = [*check.derivatives()]
        for gradients in set(check.functions()) if derivatives else ():
            parameters = {result: parameter for _objective, parameter, result in derivatives}
            for loss, declared in content.functions.items():
                arguments = declared.argument_names()
                outputs = [name for name in arguments if name in declared.comes_from]
                if len(arguments) != 2 or len(outputs) != 1 or len(declared.returns) != 1:
                    continue
                (target,) = (name for name in arguments if name not in outputs)
                maker = declared.comes_from[outputs[0]]
                if all(map(mutations.has_steps, (loss, gradients, maker))):
                    candidates.append(CostPair(loss, gradients, parameters, outputs[0], maker, target))
    return list({(pair.loss, pair.gradients): pair for pair in candidates}.values())


class Costs:
    """The costs that are compared, for one pair."""

    def __init__(self, mutations: Mutations, pair: CostPair) -> None:
        self._mutations = mutations
        self.pair = pair

    def of_loss(self, samples: Sequence[Sample]) -> set[str]:
        """Return the names of the costs that equal the answers of the loss in all cases."""
        names: set[str] | None = None
        for sample in samples:
            answered = sample.answered[self._result]
            own = {
                name for name, value in self._values(sample.inputs).items() if alike(answered, value, sample.relative)
            }
            names = own if names is None else names & own
        return names or set()

    def of_gradients(self, samples: Sequence[Sample]) -> set[str]:
        """Return the names of the costs whose derivatives are the answers of the gradients in all cases."""
        names: set[str] | None = None
        for sample in samples:
            own = self._with_derivatives(sample.inputs, sample.answered)
            names = own if names is None else names & own
        return names or set()

    def of_history(self, function: str, history: str, samples: Sequence[Sample]) -> set[str]:
        """Return the names of the costs whose values along the correct training are the history of ``function``."""
        names: set[str] | None = None
        ordered = sorted(samples, key=lambda sample: np.size(sample.right[history]))
        for number, sample in enumerate(ordered):
            if number and sum(np.size(other.right[history]) for other in ordered[: number + 1]) > MOST_EPOCHS:
                break
            path = self._path(function, history, sample)
            if path is None:
                return set()
            own = {name for name in path[0] if sample.agrees(history, np.array([values[name] for values in path]))}
            names = own if names is None else names & own
        return names or set()

    def is_proven(self, sample: Sample) -> bool:
        """True if the correct gradients are the derivatives of the correct loss in a case of the gradients."""
        return TASK in self._with_derivatives(sample.inputs, sample.right)

    @property
    def _result(self) -> str:
        return self._mutations.order(self.pair.loss)[0]

    def _with_derivatives(self, inputs: Values, answered: Values) -> set[str]:
        random = np.random.default_rng(0)
        parameters = {
            result: np.asarray(inputs[name], dtype=np.float64) for result, name in self.pair.parameters.items()
        }
        if any(np.size(answered.get(result, ())) != np.size(value) for result, value in parameters.items()):
            return set()
        own = {
            result: np.reshape(answered[result], np.shape(value)).astype(np.float64)
            for result, value in parameters.items()
        }
        names: set[str] | None = None
        for _direction in range(DIRECTIONS):
            steps = {result: random.normal(size=np.shape(value)) for result, value in parameters.items()}
            along = float(sum(np.sum(own[result] * steps[result]) for result in parameters))
            high, low = (
                self._composed(
                    {
                        **inputs,
                        **{
                            self.pair.parameters[result]: value + sign * STEP * steps[result]
                            for result, value in parameters.items()
                        },
                    }
                )
                for sign in (1, -1)
            )
            slopes = {name: (high[name] - low[name]) / (2 * STEP) for name in high.keys() & low.keys()}
            largest = max(float(np.linalg.norm(np.ravel(value))) for value in own.values())
            near = {
                name for name, slope in slopes.items() if abs(slope - along) <= PRECISION * max(abs(slope), largest)
            }
            names = near if names is None else names & near
        return names or set()

    def _path(self, function: str, history: str, sample: Sample) -> list[dict[str, float]] | None:
        """Return the costs before each epoch of the correct training, and at its end."""
        epochs = max(np.size(sample.answered[history]), np.size(sample.right[history]) - 1)
        name = next((each for each in sample.inputs if each in EPOCHS), None)
        if name is None or epochs > MOST_EPOCHS or not self._mutations.has_steps(function):
            return None
        state = dict(sample.inputs)
        path = [self._composed(state)]
        for _epoch in range(epochs):
            results = self._mutations.results(function, [], state | {name: 1})
            state |= {result: value for result, value in results.items() if result in state}
            path.append(self._composed(state))
        return path if all(values.keys() == path[0].keys() for values in path) else None

    def _composed(self, inputs: Values) -> dict[str, float]:
        """Return the costs of the output that the correct functions have for these inputs, by name."""
        outputs = self._mutations.results(self.pair.maker, [], dict(inputs))
        return self._values({**inputs, self.pair.output: outputs[self.pair.output]})

    def _values(self, inputs: Values) -> dict[str, float]:
        target, output = (np.asarray(inputs[name], dtype=np.float64) for name in (self.pair.target, self.pair.output))
        arguments = {self.pair.target: target, self.pair.output: output}
        own = self._mutations.results(self.pair.loss, [], arguments)[self._result]
        if np.size(own) != 1:
            return {}
        return usual_costs.of(output, target, {TASK: float(np.ravel(own)[0])})


def shared(first: set[str], second: set[str]) -> bool:
    """True if two functions belong to one cost that is not the task's."""
    return TASK not in first | second and bool(first & second)


def disagree(first: set[str], second: set[str]) -> bool:
    """True if two functions belong to different known costs."""
    return bool(first) and bool(second) and not first & second
