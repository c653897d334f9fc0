"""The training of a small network of a submission, which the diagnosis repeats with other inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from ...assignment.base import Constant, StrictModel
from ...expected.mutant import Mutant
from ...sandbox.failures import CallError
from ...student.networks import split
from ..context import Context

Array = np.ndarray[Any, Any]
SEEDS = 5
ROWS = 200
CLOSE = 1e-6  # the same outputs


class NetworkSteps(StrictModel):
    """How a small network can be asked, for the diagnosis."""

    without_hidden: str
    """The function of the assignment that computes, from the inputs of training and W1 and b1, the output and the gradients of W1
    and b1, of any multiple of the cost."""
    with_hidden: str
    """The same with a hidden layer, from W1, b1, W2 and b2."""
    hidden: str
    """The argument with the number of hidden nodes; 0 for no hidden layer."""
    start: dict[str, Constant]
    """Inputs with which training returns its start."""
    step: dict[str, Constant]
    """Inputs with which training makes one small step. Rows of different sizes make mistakes in a slope visible."""
    few: dict[str, Constant]
    """Inputs with which training is short."""

    def dimensions(self, inputs: Mapping[str, Any], argument: str) -> list[int]:
        """Return the number of nodes of each layer."""
        hidden = int(inputs[self.hidden])
        return [np.shape(inputs[argument])[1], *([hidden] if hidden else []), 1]

    def function(self, dimensions: Sequence[int]) -> str:
        """Return the function of the assignment for this number of layers."""
        return self.without_hidden if len(dimensions) == 2 else self.with_hidden

    def example(self, function: str, inputs: Mapping[str, Any], argument: str, seed: int) -> dict[str, Any]:
        """Return the inputs of the small step and random parameters; {} if these inputs belong to another function."""
        dimensions = self.dimensions(inputs, argument)
        if function != self.function(dimensions):
            return {}
        count = sum(before * after + after for before, after in pairwise(dimensions))
        parameters = np.random.default_rng(seed).normal(size=count)
        return {**inputs, **_values(self.step), **split(parameters, dimensions)}


@dataclass(frozen=True)
class SmallNetwork:
    """The training of a submission, which can be repeated with other inputs."""

    context: Context
    train: str
    use: str
    inputs: Mapping[str, Any]
    seed: str
    argument: str
    seeds: Sequence[int]
    steps: NetworkSteps
    matters: Mapping[str, Constant]

    @cached_property
    def dimensions(self) -> list[int]:
        """The number of nodes of each layer."""
        return self.steps.dimensions(self.inputs, self.argument)

    @cached_property
    def rows(self) -> Array:
        """Rows in all directions, and the opposite of each."""
        some = self.context.generator("rows of a small network").normal(size=(ROWS, self.dimensions[0])) * 3
        return np.concatenate([some, -some])

    def outputs(self, seed: int, changes: Mapping[str, Any], rows: Array | None = None) -> Array:
        """Return the outputs (rows,) after training; raises CallError or ValueError."""
        rows = self.rows if rows is None else rows
        inputs = {**self.inputs, **_values(changes)}
        student = self.context.student
        answer = student.trained_and_used(self.train, self.use, inputs, {self.seed: seed}, {self.argument: rows})
        numbers = np.asarray(answer, dtype=np.float64).ravel()
        if len(numbers) != len(rows) or not np.isfinite(numbers).all():
            raise ValueError("there is not one finite number for each row")
        return numbers

    def forms(self, seed: int, changes: Mapping[str, Any]) -> Any:
        """Return what training leaves; None if it cannot be read."""
        inputs = {**self.inputs, **_values(changes)}
        rows = {self.argument: self.rows}
        try:
            return self.context.student.trained_parameters(self.train, self.use, inputs, {self.seed: seed}, rows)
        except CallError:
            return None

    @property
    def function(self) -> str:
        """The function of the assignment for this number of layers."""
        return self.steps.function(self.dimensions)

    def computed(self, mutants: Sequence[Mutant], parameters: Array, rows: Array | None = None) -> tuple[Array, Array]:
        """Return (outputs, gradient) of a network with these parameters; raises any exception of a mutant.

        Without ``rows`` they are those of the small step.
        """
        values = {**self.inputs, **_values(self.steps.step), **split(parameters, self.dimensions)}
        if rows is not None:
            values |= {
                name: np.zeros((len(rows), 1)) for name in self.inputs if np.shape(self.inputs[name])[1:] == (1,)
            }
            values[self.argument] = rows
        output, *gradients = self.context.mutations.results(self.function, mutants, values).values()
        shapes = [np.shape(item) for item in split(parameters, self.dimensions).values()]
        if [item.shape for item in gradients] != shapes:
            raise ValueError("a gradient has another shape than its parameter")
        return output.ravel(), np.concatenate([item.ravel() for item in gradients])


def are_classes(outputs: Array) -> bool:
    """True if all outputs are 0 or 1."""
    return bool(np.isin(outputs, (0, 1)).all())


def _values(changes: Mapping[str, Constant]) -> dict[str, Any]:
    return {n: np.asarray(v, dtype=np.float64) if isinstance(v, list) else v for n, v in changes.items()}


def are_alike(network: SmallNetwork, parameters: Array) -> bool:
    """True if all hidden nodes have the same weights before and after them, so that their gradients are the same."""
    before, hidden, after = network.dimensions
    W1 = parameters[: before * hidden].reshape(before, hidden)
    W2 = parameters[(before + 1) * hidden :][: hidden * after].reshape(hidden, after)
    return bool(hidden > 1 and not np.ptp(W1, axis=1).any() and not np.ptp(W2, axis=0).any())
