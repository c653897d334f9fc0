from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.expected.reference import Oracle
from grader.expected.small_cases import SmallCases


def small_cases(assignment, function, probe, given=()):
    loaded = load(assignment)
    oracle = Oracle(loaded)
    case = oracle.cases(0).draw([probe])[0]
    declared = loaded.content.probes[probe].inputs
    cases = SmallCases(loaded.content, oracle.mutations, function, given, case.inputs, declared)
    return cases, oracle.results(function, cases.start.inputs)


def test_steps_give_the_expected_results_of_the_case():
    cases, expected = small_cases("single-neuron", "predict", "random points")
    assert cases.agrees(expected)
    assert not cases.agrees({name: array + 1e-3 for name, array in expected.items()})


def test_results_of_earlier_functions_belong_to_small_inputs():
    cases, _expected = small_cases("relu-swap", "backward", "random net", ["forward"])
    small = cases.known(next(cases.space.ladder()))
    assert small.inputs["A1"].shape == small.inputs["Z1"].shape == (1, 1)
    assert small.right["dW1"].shape == (1, 1)


def test_lengths_that_the_results_fix_stay():
    cases, _expected = small_cases("numpy-mnist", "back_propagation", "random net", ["one_hot", "forward_propagation"])
    assert 10 not in cases.space.free
    assert {7, 12, 6, 5} == set(cases.space.free)


@pytest.mark.parametrize(("z", "is_clear"), [(0.0, False), (1.0, True), (-2.0, True)])
def test_kink_is_not_clear(z, is_clear):
    cases, _expected = small_cases("relu-swap", "relu_derivative", "pre-activations")
    assert cases.is_clear(cases.known({"z": np.array([[z]])})) is is_clear


def test_tie_is_not_clear():
    cases, _expected = small_cases("numpy-mnist", "get_predictions", "random net", ["forward_propagation"])
    inputs = next(cases.space.ladder())
    dead = {**inputs, "w3": 0 * cases.space.case["w3"][:, :1], "b3": 0 * cases.space.case["b3"]}
    assert not cases.is_clear(cases.known(dead))


def test_results_that_are_not_finite_are_not_known():
    cases, _expected = small_cases("single-neuron", "loss", "outputs")
    assert cases.known({"y": np.array([0.0]), "y_hat": np.array([np.nan])}) is None


def test_function_without_steps_has_no_cases():
    loaded = load("single-neuron")
    mutations = Oracle(loaded).mutations
    probe = loaded.content.probes["scalar"].inputs
    assert SmallCases(loaded.content, mutations, "unknown", [], {"z": np.float64(0.75)}, probe).start is None
