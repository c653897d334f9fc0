"""Mistakes of random functions that their results show by themselves."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.expectations import Expectations
from grader.checks.tools import random_mistakes
from grader.checks.tools.random_samples import Samples

pytestmark = pytest.mark.quick

PARTS = Expectations(shape={"X": ["n", "d"], "y": ["n"], "Z": ["m", "d"], "t": ["m"]})
SPREAD = Expectations(shape={"W": ["n", "m"]}, mean={"W": 0}, deviation={"W": "np.sqrt(2 / (n + m))"})
NUMBERS = {"n": 30, "m": 40, "d": 3}


def samples(*results):
    return Samples([NUMBERS] * len(results), results)


def parts(**changes):
    right = {"X": np.ones((30, 3)), "y": np.arange(30), "Z": np.zeros((40, 3)), "t": np.arange(40)}
    return samples({**right, **changes})


@pytest.mark.parametrize(
    ("changes", "bug"),
    [
        ({"X": np.zeros((40, 3)), "Z": np.ones((30, 3))}, "permuted-results"),
        ({"t": np.arange(30)}, "another-quantity"),
        ({"X": np.ones((3, 30)), "Z": np.ones((3, 40))}, "transposed"),
        ({"y": np.ones((30, 1))}, "dimension-kept"),
        ({"t": np.arange(30) + 1}, ""),
        ({"X": np.ones((29, 3))}, ""),
        ({}, ""),
    ],
)
def test_shapes_show_a_mistake(changes, bug):
    assert random_mistakes.of_shapes(parts(**changes), PARTS) == bug


@pytest.mark.parametrize(
    ("draw", "bug"),
    [
        (lambda generator: generator.choice([-1, 0, 1], size=(30, 40)), "another-distribution"),
        (lambda generator: np.clip(generator.normal(size=(30, 40)), -1, 1), "clipped-values"),
        (lambda generator: generator.normal(size=(30, 40)), ""),
        (lambda generator: np.zeros((30, 40)), ""),
    ],
)
def test_numbers_show_a_mistake(draw, bug):
    assert random_mistakes.of_numbers(samples({"W": draw(np.random.default_rng(1))}), SPREAD) == bug


def test_wrong_formulas_of_a_deviation_keep_the_mean():
    bugs = {expected.deviation["W"]: bug for bug, expected in random_mistakes.of_deviations(SPREAD, ["n", "m"])}
    assert bugs["np.sqrt(2 / (n * m))"] == "product-instead-of-sum"
    assert bugs["2 / (n + m)"] == "root-missing"
    assert all(expected.mean == SPREAD.mean for _bug, expected in random_mistakes.of_deviations(SPREAD, ["n", "m"]))
