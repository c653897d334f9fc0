"""Update rules are recognised by the sizes of their first steps."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from grader.checks.tools.first_steps import FirstSteps, decreases, exchanged

pytestmark = pytest.mark.quick

STEPS = FirstSteps(
    inputs={"rate": 1e-4}, sizes=[{"sgd": [1, 1], "momentum": [1, 1.9]}, {"adam": [1, 1], "rmsprop": [3.162, 2.294]}]
)
FALLS = {
    "sgd": np.array([0.5, 0.48]),
    "momentum": np.array([0.5, 0.93]),
    "adagrad": np.array([0.9, 0.8]),
    "adam": np.array([2.0, 1.95]),
    "rmsprop": np.array([6.2, 4.4]),
}


def test_right_steps_are_not_exchanged():
    assert exchanged(STEPS, FALLS) == []


@pytest.mark.parametrize(("one", "other"), [*itertools.combinations(FALLS, 2)])
def test_two_exchanged_values_are_found(one, other):
    falls = {**FALLS, one: FALLS[other], other: FALLS[one]}
    assert exchanged(STEPS, falls) == [name for name in FALLS if name in (one, other)]


def test_steps_that_no_order_explains_have_no_name():
    assert exchanged(STEPS, {**FALLS, "adam": np.array([2.0, 0.1])}) == []
    assert exchanged(STEPS, {**FALLS, "adam": np.array([2.0, -1.0])}) == []


def test_losses_may_be_recorded_before_or_after_a_step():
    path = np.array([1.0, 0.75, 0.5, 0.375])
    for losses in (path[:-1], path[1:]):
        assert decreases(1.0, losses, 2).tolist() == [0.25, 0.25]
