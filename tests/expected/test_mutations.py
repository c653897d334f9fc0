"""Mutations compute the wrong numbers of each declared bug, and the correct ones without a bug."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import yaml

from grader.assignment import Assignment
from grader.assignment.spec import AssignmentSpec
from grader.expected.mutations import Mutations
from grader.expected.probes import ProbeInputs
from grader.support.errors import NotGradable

pytestmark = pytest.mark.quick

TEXT = """
name: chained
version: "1"
title: Two functions that call each other
reference: reference.py
functions:
  relu: {signature: (z), returns: [a]}
  layer: {signature: "(x, w)", returns: [z, out]}
  train: {signature: "(x, w)", returns: [w]}
probes:
  some: {inputs: {x: 2.0, w: 3.0, z: 1.0}}
checks:
  - {name: layer, title: t, kind: values, function: layer, probes: [some], points: 1}
steps:
  relu: {a: "np.maximum(z, 0)"}
  layer: {z: w * x, out: relu(z)}
bugs:
  - {name: sign-flipped, function: layer, instead: {z: -z}}
  - {name: absolute-value, function: relu, instead: {a: np.abs(z)}}
  - {name: leaky-relu, function: relu, instead: {a: "np.where(z > 0, z, c * z)"}, unknown: c}
  - {name: rounded-result, function: layer, detector: rounded}
"""
INPUTS = {"x": 2.0, "w": -3.0}


@pytest.fixture
def mutations():
    return mutations_of(TEXT)


def mutations_of(text):
    return Mutations(Assignment(Path("nowhere"), AssignmentSpec.model_validate(yaml.safe_load(text))))


def values(mutations, *mutants, function="layer", inputs=None):
    results = mutations.results(function, mutants, dict(inputs or INPUTS))
    return {name: float(array) for name, array in results.items()}


def test_steps_without_a_mutant_are_correct(mutations):
    assert values(mutations) == {"z": -6.0, "out": 0.0}


def test_missing_arguments_have_their_defaults():
    mutations = mutations_of(TEXT.replace('"(x, w)", returns: [z, out]', '"(x, w=-3.0)", returns: [z, out]'))
    assert values(mutations, inputs={"x": 2.0}) == {"z": -6.0, "out": 0.0}


def test_mutant_changes_its_function(mutations):
    (mutant,) = mutations.of("layer")
    assert values(mutations, mutant) == {"z": 6.0, "out": 6.0}
    assert mutant.replaced == set()  # the formula reads the value that it replaces


def test_mutant_of_a_called_function_changes_the_caller(mutations):
    absolute, _ = mutations.of("relu")
    assert values(mutations, absolute) == {"z": -6.0, "out": 6.0}
    assert absolute.replaced == {"a"}


def test_two_mutants_work_together(mutations):
    (flipped,), (absolute, _) = mutations.of("layer"), mutations.of("relu")
    assert values(mutations, flipped, absolute) == {"z": 6.0, "out": 6.0}


def test_unknown_gets_a_number(mutations):
    _, leaky = mutations.of("relu")
    assert values(mutations, leaky.with_constant(0.5)) == {"z": -6.0, "out": -3.0}


def test_detector_is_not_a_mutant(mutations):
    assert [mutant.bug.name for mutant in mutations.of("layer")] == ["sign-flipped"]


def test_called_functions_are_known(mutations):
    assert mutations.uses("layer") == mutations.uses_in_all("layer") == {"relu"}
    assert mutations.uses("relu") == set()


def test_own_function_replaces_the_steps(mutations):
    own = mutations.with_own({"relu": lambda z: np.asarray(z) + 100})
    assert values(own) == {"z": -6.0, "out": 94.0}
    assert values(mutations) == {"z": -6.0, "out": 0.0}


def test_results_of_a_class_are_computed_once_for_each_mutant_and_input(mutations, monkeypatch):
    (flipped,) = mutations.of("layer")
    first = mutations.known_results("layer", [flipped], INPUTS)
    assert float(first["z"]) == 6.0 and not first["z"].flags.writeable
    assert float(mutations.known_results("layer", [], INPUTS)["z"]) == -6.0
    assert float(mutations.known_results("layer", [flipped], {**INPUTS, "w": 1.0})["z"]) == -2.0
    monkeypatch.setattr(mutations, "results", lambda *_: pytest.fail("computed again"))
    assert mutations.known_results("layer", [flipped], ProbeInputs(INPUTS)) is first


def test_number_of_an_unknown_is_a_part_of_the_mutant(mutations):
    (leaky,) = [mutant for mutant in mutations.of("relu") if mutant.bug.unknown]
    results = [mutations.known_results("relu", [leaky.with_constant(c)], {"z": -2.0})["a"] for c in (0.5, 0.25)]
    assert [float(a) for a in results] == [-1.0, -0.5]


def test_inputs_of_other_sizes_have_no_results(mutations):
    inputs = {"x": np.ones(2), "w": np.ones(3)}
    assert mutations.known_results("layer", [], inputs) is None is mutations.known_results("layer", [], inputs)


def test_shapes_are_those_of_the_results(mutations):
    inputs = {"x": np.ones((4, 1)), "w": np.ones(3)}
    assert mutations.shapes("layer", inputs) == {"z": (4, 3), "out": (4, 3)}


def test_order_of_results_is_that_of_the_computation(mutations):
    assert mutations.order("layer") == ["z", "out"]
    assert [name for name, _ in mutations.each_result("layer", [], dict(INPUTS))] == ["z", "out"]


def test_missing_python_function_is_not_gradable():
    mutations = mutations_of(TEXT.replace("  relu: {a:", "  train: nowhere.train\n  relu: {a:"))
    assert mutations.uses("train") == set()
    with pytest.raises(NotGradable, match=r"names nowhere\.train, which does not exist"):
        values(mutations, function="train")
