"""Cases have the inputs of probes, and results of the reference as further inputs."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from grader.assignment import load
from grader.expected.cases import Cases
from grader.expected.probes import known_digest
from grader.expected.reference import Oracle

pytestmark = pytest.mark.quick

LOADED = load("relu-swap")


@pytest.fixture(scope="module")
def cases():
    return Cases(LOADED.content, Oracle(LOADED), 0)


def test_results_of_the_reference_become_inputs(cases):
    (first, *_) = cases.draw(["random net"], ["forward"])
    assert {"X", "W1", "Z1", "A1", "y_hat"} <= first.inputs.keys()
    assert np.allclose(first.inputs["A1"], np.maximum(first.inputs["Z1"], 0))


def test_cases_depend_on_the_seed(cases):
    other = Cases(LOADED.content, Oracle(LOADED), 1)
    assert not np.array_equal(cases.draw(["random net"])[0].inputs["X"], other.draw(["random net"])[0].inputs["X"])


def test_examples_come_from_a_check_of_the_function(cases):
    (example,) = cases.examples("backward")
    assert example.inputs.keys() >= {"X", "y", "Z1", "A1", "Z2", "y_hat", "W2"}


def test_function_without_a_suitable_probe_has_no_examples():
    neuron = load("numpy-mnist")
    assert Cases(neuron.content, Oracle(neuron), 0).examples("challenge_predict") == []


def test_expected_results_have_the_declared_names(cases):
    (case, *_) = cases.draw(["random net"])
    assert cases.expected("forward", case.inputs).keys() == {"Z1", "A1", "Z2", "y_hat"}


def test_history_of_a_submission_has_one_entry_per_epoch(cases):
    (case, *_) = cases.draw(["forty epochs"])
    assert cases.shapes("train", case.inputs, {})["losses"] == (40,)
    assert cases.shapes("relu", case.inputs, {}) == {}


def test_arguments_may_be_replaced():
    mnist = load("numpy-mnist")
    cases = Cases(mnist.content, Oracle(mnist), 0)
    (case, *_) = cases.draw(["small batch"])
    assert cases.replacements(["back_propagation"], case) == [("", ""), ("Y", "labels")]


def test_cases_are_drawn_once_and_cannot_be_changed():
    oracle = Oracle(LOADED)
    (case, *_), (again, *_) = (oracle.cases(0).draw(["random net"], ["forward"]) for _ in range(2))
    assert case is again
    with pytest.raises(TypeError, match="cannot be changed"):
        case.inputs["X"] = 0
    with pytest.raises(ValueError, match="read-only"):
        case.inputs["X"][0] = 0
    assert oracle.cases(1).draw(["random net"], ["forward"])[0] is not case


def test_inputs_of_a_case_reach_another_process_and_cannot_be_changed_there():
    (case, *_) = Oracle(LOADED).cases(0).draw(["random net"], ["forward"])
    inputs = pickle.loads(pickle.dumps(case)).inputs
    assert known_digest(inputs) == known_digest(case.inputs)
    with pytest.raises(TypeError, match="cannot be changed"):
        inputs["X"] = 0
    with pytest.raises(ValueError, match="read-only"):
        inputs["X"][0] = 0


def test_known_cases_still_name_the_sources_of_their_answers():
    oracle = Oracle(LOADED)
    sources = []
    for _ in range(2):
        oracle.sources.clear()
        oracle.cases(0).draw(["random net"], ["forward"])
        sources.append(set(oracle.sources))
    assert sources == [{"recorded"}, {"recorded"}]
