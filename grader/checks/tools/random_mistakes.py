"""Names mistakes in the results of a random function that no assignment needs to declare.

The shapes or the numbers themselves show them, or another formula for the standard deviation, as the operators make it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...assignment.expectations import Expectations
from ...mutation.changes import Surroundings, of_formula
from .random_samples import Array, Samples

FEW = 20  # different numbers in a distribution
MANY = 500  # numbers, so that few different ones are not chance
AT_A_LIMIT = 0.005  # share of numbers that are equal to the largest, and to the smallest one


def of_shapes(samples: Samples, expected: Expectations) -> str:
    """Return the bug that wrong shapes show, or ""."""
    shapes = samples.shapes(expected)
    answers = {name: samples.numbers_of(name) for name in shapes}
    numbers = {name: [array for array in arrays if array is not None] for name, arrays in answers.items()}
    if not shapes or any(not arrays or len(arrays) < len(answers[name]) for name, arrays in numbers.items()):
        return ""
    answered = {name: arrays[0].shape for name, arrays in numbers.items()}
    wrong = [name for name, shape in shapes.items() if answered[name] != shape]
    if not wrong:
        return ""
    if len(wrong) > 1 and sorted(answered.values()) == sorted(shapes.values()):
        return "permuted-results"
    if all(_is_another(name, shapes, numbers) for name in wrong):
        return "another-quantity"
    for bug, is_so in (
        ("transposed", lambda one, right: len(right) == 2 and one == right[::-1]),
        ("dimension-kept", lambda one, right: len(one) > len(right) and _without_ones(one) == _without_ones(right)),
        ("dimension-lost", lambda one, right: len(one) < len(right) and _without_ones(one) == _without_ones(right)),
    ):
        if all(is_so(answered[name], shapes[name]) for name in wrong):
            return bug
    return ""


def of_numbers(samples: Samples, expected: Expectations) -> str:
    """Return the bug that the numbers of a result with a distribution show, or ""."""
    shapes = samples.shapes(expected)
    for name in {**expected.uniform, **expected.normal, **expected.deviation}:
        arrays = samples.numbers_of(name) if name in shapes else []
        numbers = np.concatenate([np.ravel(array) for array in arrays if array is not None] or [np.zeros(0)])
        if numbers.size < MANY:
            continue
        values, counts = np.unique(numbers, return_counts=True)
        if 1 < values.size <= FEW:
            return "another-distribution"
        if values.size > FEW and min(counts[0], counts[-1]) > AT_A_LIMIT * numbers.size:
            return "clipped-values"
    return ""


def of_deviations(expected: Expectations, inputs: Sequence[str]) -> Iterator[tuple[str, Expectations]]:
    """Yield (bug, expectations with it) for each wrong formula of a standard deviation; means and shapes stay."""
    for quantity, text in expected.deviation.items():
        for change in of_formula(text, Surroundings(dict.fromkeys(inputs))) if isinstance(text, str) else ():
            if not change.unknown:
                wrong = Expectations(
                    shape=expected.shape, mean=expected.mean, deviation={**expected.deviation, quantity: change.text}
                )
                yield change.bug, wrong


def _is_another(name: str, shapes: Mapping[str, tuple[int, ...]], numbers: Mapping[str, Sequence[Array]]) -> bool:
    """True if a result has the shape of another result, and the numbers of it in each call."""
    own = numbers[name]
    return any(
        own[0].size > 1 and all(np.array_equal(one, two) for one, two in zip(own, numbers[other], strict=True))
        for other in shapes
        if other != name and shapes[other] != shapes[name]
    )


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
