"""Probes like those of an assignment, with other numbers and other lengths: do two functions agree on these too?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ..assignment.base import Constant
from ..assignment.probes import ArrayInput, Probe, RandomInput
from ..assignment.spec import AssignmentSpec

LARGEST_EPOCHS = 5  # more than a fixed number of epochs has


def varied(content: AssignmentSpec, generator: np.random.Generator) -> AssignmentSpec:
    """Return the assignment with other probes.

    Random inputs keep their kind, computed ones their formula, fixed numbers become random ones, and about half of all lengths grow: a solution may
    rely on the entries that each probe has. Equal lengths and numbers in a probe stay equal, since they may mean the
    same, such as the number of samples.
    """
    probes = {name: _varied_probe(probe, generator) for name, probe in content.probes.items()}
    return content.model_copy(update={"probes": probes})


def _varied_probe(probe: Probe, generator: np.random.Generator) -> Probe:
    lengths = {length for value in probe.inputs.values() for length in _lengths(value)}
    longer = {length: length + int(generator.integers(4)) for length in sorted(lengths) if length > 1}
    unchanged = {length: length for length in longer if generator.random() < 0.5}
    new_lengths = longer | unchanged
    inputs = {name: _varied_value(value, new_lengths, generator) for name, value in probe.inputs.items()}
    return probe.model_copy(update={"inputs": inputs})


def _lengths(value: ArrayInput | Constant) -> Iterable[int]:
    """Return the lengths of the axes of an input."""
    if isinstance(value, RandomInput):
        return [length for length in value.shape if isinstance(length, int)]
    if isinstance(value, ArrayInput):  # of other inputs, or fixed together with its type
        return ()
    return np.shape(value)


def _varied_value(
    value: ArrayInput | Constant, lengths: dict[int, int], generator: np.random.Generator
) -> ArrayInput | Constant:
    if isinstance(value, ArrayInput) and not isinstance(value, RandomInput):
        return value
    if isinstance(value, RandomInput):
        shape = [lengths.get(length, length) if isinstance(length, int) else length for length in value.shape]
        return value.model_copy(update={"shape": shape} | _wider(value, generator))
    if isinstance(value, bool):
        return bool(generator.random() < 0.5)
    if isinstance(value, int):
        return lengths.get(value) or int(generator.integers(1, value + LARGEST_EPOCHS)) if value > 0 else value
    if isinstance(value, float):
        return value * float(generator.uniform(0.5, 1.5)) if value else float(generator.standard_normal())
    return _random_list(value, lengths, generator)


def _wider(value: RandomInput, generator: np.random.Generator) -> dict[str, Any]:
    """Return the changes that give decimals of a uniform distribution both signs in every second case."""
    if value.random != "uniform" or value.dtype != "float" or generator.random() < 0.5:
        return {}
    return {"random": "normal", "scale": max(abs(value.low), abs(value.high))}


def _random_list(value: list[Any], lengths: dict[int, int], generator: np.random.Generator) -> RandomInput:
    """Return random numbers like fixed ones: the same numbers in another order, or decimals in their range."""
    numbers = np.asarray(value, dtype=np.float64)
    shape = [lengths.get(length, length) for length in numbers.shape]
    largest = float(np.abs(numbers).max(initial=0.0)) or 1.0
    if generator.random() < 0.5 and numbers.size:
        return RandomInput(random="choice", values=numbers.ravel().tolist(), shape=shape)
    if (numbers < 0).any():
        return RandomInput(random="normal", scale=largest, shape=shape)
    return RandomInput(random="uniform", high=largest, shape=shape)
