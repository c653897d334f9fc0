"""Results of many calls and the expectations of a ``random`` check."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.expectations import Expectations
from grader.checks.tools.random_samples import Samples
from grader.support.errors import NotGradable


def samples(*results):
    return Samples([{"n": 2, "y": [0, 1]}] * len(results), [{"W": value} for value in results])


def expected(**keys):
    return Expectations(shape={"W": ["n"]}, **keys)


def test_nothing_is_computed_from_a_result_of_another_shape():
    difference = samples(np.zeros((2, 10**6))).first_difference(expected(mean={"W[:, None] + W[None]": 0}))
    assert difference is not None and not difference.of_numbers


def test_quantities_may_use_inputs_that_are_lists():
    draws = np.random.default_rng(0).normal([0, 5], size=(300, 2))
    assert samples(*draws).first_difference(expected(mean={"W[y == 1]": 5, "W": "5 * y"})) is None
    assert samples(*draws).first_difference(expected(mean={"W[y == 0]": 5})) is not None


def test_expression_that_cannot_be_computed_is_a_fault_of_the_assignment():
    with pytest.raises(NotGradable, match="cannot be computed"):
        samples(np.zeros(2)).first_difference(expected(mean={"W[7]": 0}))


def test_repetitions_do_not_change_the_verdict_about_a_distribution():
    draw = np.random.default_rng(0).uniform(-1, 1, 50)
    repeated = [np.tile(draw, (40, 1))] * 20
    case = Samples([{}] * 20, [{"W": value} for value in repeated])
    wanted = {"shape": {"W": [40, 50]}, "mean": {"W": 0}, "uniform": {"W": [-1, 1]}}
    assert case.first_difference(Expectations(**wanted)) is None
    assert case.first_difference(Expectations(**wanted, independent=["W"])) is not None


def test_each_limit_of_a_range_has_its_own_margin():
    """A range without an upper limit has a huge one, which says nothing about rounding errors at the lower limit."""
    limits = {"range": {"W": [1e-3, 1e9]}}
    assert samples(np.zeros(2)).first_difference(expected(**limits)) is not None
    assert samples(np.full(2, 1e-3 - 1e-15)).first_difference(expected(**limits)) is None
    assert samples(np.array([-1e-12, 1])).first_difference(expected(range={"W": [0, 1]})) is None
