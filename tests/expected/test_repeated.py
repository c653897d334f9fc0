"""Functions whose results the formulas of another function compute again."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.formulas import Formula
from grader.assignment.functions import FunctionSpec
from grader.expected.mutations import Mutations
from grader.expected.repeated import repeated
from tests.conftest import bundled

FUNCTIONS = {
    "forward": FunctionSpec(signature="(x, w)", returns=["z", "a"]),
    "backward": FunctionSpec(signature="(x, y, w)", returns=["dw"]),
}
FORWARD = {"z": "x * w", "a": "np.tanh(z)"}
BACKWARD = {"z": "x * w", "a": "np.tanh(z)", "dw": "(a - y) * (1 - a ** 2) * x"}


def found(backward=BACKWARD, forward=FORWARD, functions=FUNCTIONS):
    formulas = {
        name: {key: Formula(text) for key, text in steps.items()}
        for name, steps in (("forward", forward), ("backward", backward))
    }
    return repeated("backward", functions, formulas)


def test_backward_pass_repeats_the_forward_pass():
    assert found() == {"forward"}


@pytest.mark.parametrize(
    "backward",
    [
        BACKWARD | {"a": "np.sin(z)"},
        BACKWARD | {"z": "w * x"},
        {"a": "np.tanh(x * w)", "dw": "(a - y) * x"},
        {"z": "x * w", "dw": "(z - y) * x"},
    ],
)
def test_other_formulas_do_not_repeat_it(backward):
    assert found(backward) == frozenset()


def test_function_with_other_inputs_is_not_repeated():
    assert found(functions=FUNCTIONS | {"forward": FunctionSpec(signature="(x, w, c)", returns=["z", "a"])}) == set()


def test_function_with_the_same_results_is_not_repeated():
    assert found(functions=FUNCTIONS | {"backward": FunctionSpec(signature="(x, y, w)", returns=["dw", "a"])}) == set()


def test_network_with_fewer_layers_is_not_a_part_of_one_with_more():
    mutations = Mutations(bundled("backprop"))
    assert mutations.uses_in_all("back_propagation_3") == {"feed_forward_3"}


def test_own_forward_pass_gives_the_repeated_quantities():
    mutations = Mutations(bundled("backprop"))
    random = np.random.default_rng(0)
    shapes = {"X": (8, 3), "y": (8, 2), "W1": (3, 4), "W2": (4, 2), "b1": (4,), "b2": (2,)}
    inputs = {name: random.normal(size=shape) for name, shape in shapes.items()}
    without_biases = {**inputs, "b1": np.zeros(4), "b2": np.zeros(2)}

    def forward(X, W1, W2, b1, b2):
        values = {"X": X, "W1": W1, "W2": W2, "b1": 0 * b1, "b2": 0 * b2}
        return tuple(mutations.results("feed_forward_2", [], values).values())

    own = mutations.with_own({"feed_forward_2": forward}).results("back_propagation_2", [], inputs)
    right = mutations.results("back_propagation_2", [], without_biases)
    assert {name: array.tolist() for name, array in own.items()} == {
        name: array.tolist() for name, array in right.items()
    }
