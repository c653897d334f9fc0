"""The small network that the diagnosis asks."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from grader.checks.tools.small_network import are_alike, are_classes
from tests.checks.tools.small_trainings import small_network
from tests.conftest import ROOT

SOURCE = (ROOT / "assignments" / "gates" / "solution.py").read_text()


@pytest.mark.parametrize(("check", "dimensions"), [("and", [2, 1]), ("xor", [2, 4, 1])])
def test_gradient_of_the_assignment_is_that_of_central_differences(check, dimensions):
    network = small_network(SOURCE, check)
    assert network.dimensions == dimensions
    size = sum(a * b + b for a, b in pairwise(dimensions))
    start = np.random.default_rng(2).normal(size=size)
    y = np.array(network.steps.step["y"], dtype=float).ravel()

    def cost(parameters):
        output = network.computed([], parameters)[0]
        return -np.sum(y * np.log(output) + (1 - y) * np.log(1 - output))

    numeric = [(cost(start + step) - cost(start - step)) / 2e-6 for step in 1e-6 * np.eye(size)]
    assert network.computed([], start)[1] == pytest.approx(np.array(numeric), abs=1e-6)


def test_each_row_has_its_opposite():
    rows = small_network(SOURCE).rows
    assert np.array_equal(rows[: len(rows) // 2], -rows[len(rows) // 2 :])


def test_nodes_with_equal_weights_are_alike():
    network = small_network(SOURCE)
    start = np.random.default_rng(2).normal(size=17)
    assert not are_alike(network, start) and are_alike(network, np.ones(17))
    assert are_classes(np.array([0.0, 1.0])) and not are_classes(np.array([0.0, 0.5]))


@pytest.mark.parametrize("check", ["and", "xor"])
def test_functions_of_the_diagnosis_have_an_example(check):
    network = small_network(SOURCE, check)
    other = {"one_layer", "two_layers"} - {network.function}
    example = network.steps.example(network.function, network.inputs, network.argument, 1)
    parameters = np.concatenate([value.ravel() for name, value in example.items() if name[0] in "Wb"])
    assert np.array_equal(example["X"], network.steps.step["X"])
    assert network.computed([], parameters)[1].shape == parameters.shape
    assert network.steps.example(*other, network.inputs, network.argument, 1) == {}
