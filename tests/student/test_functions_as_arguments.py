"""Functions as arguments: the submission's own, and functions of NumPy."""

from __future__ import annotations

import pytest

from grader.support.yaml_model import Mistakes
from grader.worker import values
from tests.assignment.tiny import load

ASSIGNMENT = """\
name: layers
version: 1
title: Layers
reference: reference.py
functions:
  sigmoid: {signature: (z), returns: [a], aliases: [logistic]}
  layer: {signature: "(X, activation)", returns: [output]}
aliases: {activation: [func]}
probes:
  own: {times: 2, inputs: {X: {random: normal, shape: [4, 3]}, activation: {own: sigmoid}}}
  tanh: {inputs: {X: {random: normal, shape: [4, 3]}, activation: {given: tanh}}}
checks:
  - {name: own, title: t, kind: values, function: layer, probes: [own], points: 1}
  - {name: given, title: t, kind: values, function: layer, probes: [tanh], points: 1}
steps:
  sigmoid: {a: 1 / (1 + np.exp(-z))}
  layer: {output: 2 * activation(X)}
"""
SOURCE = """\
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def layer(X, activation):
    return 2 * activation(X)
"""


@pytest.fixture
def ends(graded, tmp_path):
    """Return a function that grades a source and returns the results of its checks."""

    def run(source):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "reference.py").write_text(SOURCE)
        return graded(ASSIGNMENT, source).checks

    return run


@pytest.mark.parametrize(("old", "new"), [("", ""), ("sigmoid", "logistic"), ("activation", "func")])
def test_own_function_under_any_name_and_function_of_numpy_are_passed(ends, old, new):
    assert [result.status for result in ends(SOURCE.replace(old, new) if old else SOURCE)] == ["passed", "passed"]


def test_wrong_use_of_the_function_is_named_and_shown(ends):
    own, given = ends(SOURCE.replace("2 * activation(X)", "activation(2 * X)"))
    assert (own.status, given.status) == ("failed", "failed")
    assert "sigmoid" in own.evidence.example.call
    assert "np.tanh" in given.evidence.example.call


def test_only_the_check_that_passes_a_missing_function_fails(ends):
    own, given = ends(SOURCE.replace("def sigmoid", "def other"))
    assert (own.status, given.status) == ("failed", "passed")
    assert "`sigmoid(z)` is missing" in own.message


@pytest.mark.parametrize("value", ["{own: relu}", "{given: exec}", "{own: sigmoid, given: tanh}"])
def test_unknown_functions_are_mistakes_of_the_file(tmp_path, value):
    with pytest.raises(Mistakes):
        load(tmp_path, ASSIGNMENT.replace("{given: tanh}", value))


@pytest.mark.parametrize("tree", [["given", "tanh"], ["own", "sigmoid"], ["given", "exec"]])
def test_a_submission_cannot_send_references_to_functions(tree):
    with pytest.raises(values.ProtocolError):
        values.decode(tree, b"")
