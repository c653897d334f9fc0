"""Which update rule a training follows, from how much the loss falls in its first steps.

With a small learning rate the gradient hardly changes, so the sizes of the first steps are known whatever the problem is:
momentum .9 makes 1 and 1.9 times the step of gradient descent, Adam two equal steps, and RMSprop 1 / sqrt(.1) and 1 / sqrt(.19)
times the step of Adam. The loss falls by the product of step and gradient.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import Field

from ...assignment.base import Scalar, StrictModel

Array = np.ndarray[Any, Any]
TOLERANCE = 0.15  # relative: the gradient changes a little
MOST_VALUES = 6  # of which all orders are tried


class FirstSteps(StrictModel):
    """The sizes of the first steps, for a training with a small learning rate."""

    inputs: dict[str, str | Scalar] = Field(min_length=1)
    """Arguments of the runs, such as ``{learning_rate: 3.0e-4, epochs: 3}``."""
    sizes: list[dict[str, list[float]]] = Field(min_length=1)
    """Groups of values of an argument, each with the sizes of its first steps. The sizes of a group have a common factor."""

    def values(self) -> list[str]:
        """Return all values that have sizes."""
        return [value for group in self.sizes for value in group]

    @property
    def count(self) -> int:
        """The number of steps."""
        return max(len(sizes) for group in self.sizes for sizes in group.values())


def decreases(start: float, losses: Array, count: int) -> Array:
    """Return how much the loss falls in each of the first steps; ``losses`` begin before or after the first one."""
    is_before = abs(losses[0] - start) <= 0.1 * abs(losses[0] - losses[1])
    path = losses if is_before else [start, *losses]
    return -np.diff(np.asarray(path, dtype=np.float64))[:count]


def exchanged(steps: FirstSteps, falls: Mapping[str, Array]) -> list[str]:
    """Return the values whose steps are those of each other; [] if all are right or another order does not explain them.

    ``falls`` has for each value of the argument how much the loss falls in each step.
    """
    if _fit(steps, falls) or len(falls) > MOST_VALUES:
        return []
    orders = [dict(zip(falls, order, strict=True)) for order in itertools.permutations(falls)]
    moved = [[name for name, other in order.items() if name != other] for order in orders]
    fitting = [
        names
        for names, order in zip(moved, orders, strict=True)
        if names and _fit(steps, {name: falls[other] for name, other in order.items()})
    ]
    return min(fitting, key=len, default=[])


def _fit(steps: FirstSteps, falls: Mapping[str, Array]) -> bool:
    return all(_have_common_factor([falls[value] for value in group], [*group.values()]) for group in steps.sizes)


def _have_common_factor(falls: Sequence[Array], sizes: Sequence[Sequence[float]]) -> bool:
    ratios = np.concatenate([fall[: len(size)] / size for fall, size in zip(falls, sizes, strict=True)])
    if not (ratios > 0).all():
        return False
    factor = np.exp(np.log(ratios).mean())
    return bool((np.abs(ratios / factor - 1) <= TOLERANCE).all())
