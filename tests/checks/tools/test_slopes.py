"""A wrong gradient is compared with the change of the student's own cost."""

from __future__ import annotations

import re

import pytest

from tests.checks.one_check import changed, solution
from tests.checks.tools.test_examples import example_of, value_of

NEURON = "single-neuron"
SENTENCE = re.compile(r"Raising (\S+) by 0.001 changes (.+) by (\S+), so (\S+) should be near (\S+); yours is (\S+)\.")


def slope_of(assignment, check, source, functions):
    sentence = example_of(assignment, check, source, functions).slope
    return None if sentence is None else SENTENCE.fullmatch(sentence).groups()


@pytest.fixture
def flipped():
    return changed(solution(NEURON), "return X.T @ delta, np.sum(delta)", "return -X.T @ delta, -np.sum(delta)")


def test_own_loss_shows_the_right_gradient(flipped):
    entry, cost, change, result, near, yours = slope_of(
        NEURON, "gradients", flipped, {"predict": True, "loss": True, "gradients": False}
    )
    assert (entry, cost, result) == ("b", "your loss", "db")
    assert float(near) == pytest.approx(1000 * float(change), rel=0.02)
    assert float(yours) == pytest.approx(-float(near), rel=0.02)


def test_names_are_those_of_the_submission():
    source = "import numpy as np\n\n" + (
        "def predict(inputs, weights, bias=0.0):\n    return 1 / (1 + np.exp(-(inputs @ weights + bias)))\n\n"
        "def loss(y, y_hat):\n    return 0.5 * np.sum((y - y_hat) ** 2)\n\n"
        "def gradients(inputs, y, weights, bias=0.0):\n"
        "    error = predict(inputs, weights, bias) - y\n    slope = error * predict(inputs, weights, bias)\n"
        "    slope = slope * (1 - predict(inputs, weights, bias))\n    return 2 * inputs.T @ slope, np.sum(slope)\n"
    )
    entry, *_others = slope_of(NEURON, "gradients", source, {"predict": True, "loss": True})
    assert entry == "weights[0]"


@pytest.mark.parametrize("functions", [{"predict": True}, {"predict": False, "loss": True}, {}])
def test_functions_that_did_not_pass_are_no_evidence(flipped, functions):
    assert slope_of(NEURON, "gradients", flipped, functions) is None


def test_cost_of_the_own_forward_pass_is_used_without_a_loss_function():
    source = changed(solution("relu-swap"), "/ len(y)", "/ 1")
    _entry, cost, change, _result, near, yours = slope_of("relu-swap", "backward", source, {"forward": True})
    assert cost == "the cost of your own forward()"
    assert float(near) == pytest.approx(1000 * float(change), rel=0.02)
    assert float(yours) == pytest.approx(2 * float(near), rel=0.02)


def test_other_checks_have_no_slope():
    source = changed(solution(NEURON), "0.5 * np.sum", "np.sum")
    example = example_of(NEURON, "loss", source, {"predict": True})
    assert example.slope is None
    assert value_of(example, source)
