"""Lists of arrays as arguments and results: names, forms and conventions."""

from __future__ import annotations

import numpy as np
import pytest

from grader.sandbox.calls import SubmittedFunction
from grader.sandbox.failures import CallError
from grader.student import listed, signatures
from grader.worker.values import Opaque
from tests.assignment.tiny import load

pytestmark = pytest.mark.quick

BACK = """\
name: nets
version: "1"
title: Nets of any depth
reference: reference.py
lists: {weights: W, biases: b, dW: dW, db: db}
functions:
  back: {signature: "(X, weights, biases)", returns: [dW, db]}
aliases: {weights: [ws], dW: [grads_w]}
probes:
  nets:
    each: {layers: [[3, 5, 2]]}
    inputs:
      X: {random: normal, shape: [6, <0>]}
      weights: {random: normal, shape: [<k-1>, <k>]}
      biases: {random: normal, shape: [<k>]}
checks:
  - {name: back, title: The derivatives, kind: values, function: back, probes: [nets], points: 8}
"""
X = np.full((6, 3), 1 / 3)
ARRAYS = {"X": X, "W1": np.ones((3, 5)), "W2": np.ones((5, 2)), "b1": np.ones(5), "b2": np.ones(2)}
RIGHT = {"dW1": np.full((3, 5), 1.0), "dW2": np.full((5, 2), 2.0), "db1": np.full(5, 3.0), "db2": np.full(2, 4.0)}
W1, W2, B1, B2 = RIGHT.values()
SHAPES = {name: array.shape for name, array in RIGHT.items()}


@pytest.fixture
def content(tmp_path):
    return load(tmp_path, BACK).content


def function(*parameters, returns=()):
    described = [(name.strip("="), "POSITIONAL_OR_KEYWORD", name.endswith("=")) for name in parameters]
    return SubmittedFunction("back", described, list(returns))


def taken_apart(content, value, returns=(), habits=None):
    target = function("X", "weights", "biases", returns=returns)
    return listed.taken_apart(content, "back_2", target, value, SHAPES, ARRAYS, habits or listed.Habits())


@pytest.mark.parametrize(
    "parameters",
    [("X", "weights", "biases"), ("biases", "X", "ws"), ("X", "params_w", "params_b"), ("x", "Weights", "p")],
)
def test_arguments_are_put_together_by_name(content, parameters):
    target = function(*parameters)
    bundles = listed.bundles(content, "back_2", target, ARRAYS)
    assert sorted(len(bundle.value) for bundle in bundles.values()) == [2, 2]
    _positional, keywords = signatures.bind_arguments(content, "back_2", target, ARRAYS, bundles)
    assert {*keywords} == {*parameters}
    weights = [value for value in keywords.values() if isinstance(value, list) and value[0] is ARRAYS["W1"]]
    assert len(weights) == 1


@pytest.mark.parametrize(
    ("value", "returns"),
    [
        (([W1, W2], [B1, B2]), ("dW", "db")),
        (([B1, B2], [W1, W2]), ("db", "grads_w")),
        (([B1, B2], [W1, W2]), ("p", "q")),
        (([W1, W2], [B1, B2]), ()),
        ([(W1, B1), (W2, B2)], ("grads",)),
        ({"dW": [W1, W2], "db": [B1, B2]}, ()),
        ({"dW1": W1, "dW2": W2, "db1": B1, "db2": B2}, ()),
        (((W1, W2), (B1, B2)), ("dW", "db")),
        (([W1, W2], [B1, B2], X), ("dW", "db", "loss")),
    ],
)
def test_results_are_taken_apart(content, value, returns):
    parts, notes = taken_apart(content, value, returns)
    assert notes == []
    assert {name: parts[name] is array for name, array in RIGHT.items()} == dict.fromkeys(RIGHT, True)


def test_reversed_lists_are_accepted_with_a_note(content):
    parts, notes = taken_apart(content, ([W2, W1], [B2, B1]), ("dW", "db"))
    assert parts["dW1"] is W1 and parts["db2"] is B2
    assert notes == ["`dW` begins with the last layer: accepted.", "`db` begins with the last layer: accepted."]


def test_all_lists_of_a_function_have_the_same_order(content):
    with pytest.raises(CallError, match="dW begins with the first layer, but db begins with the last one"):
        taken_apart(content, ([W1, W2], [B2, B1]), ("dW", "db"))


def test_square_arrays_are_in_the_order_of_earlier_answers(content):
    habits = listed.Habits()
    taken_apart(content, ([W2, W1], [B2, B1]), ("dW", "db"), habits)
    one, two = np.ones((4, 4)), np.zeros((4, 4))
    target = function("X", "weights", "biases", returns=("dW", "db"))
    shapes = {"dW1": (4, 4), "dW2": (4, 4), "db1": (4,), "db2": (4,)}
    parts, _notes = listed.taken_apart(
        content, "back_2", target, ([two, one], [two[0], one[0]]), shapes, ARRAYS, habits
    )
    assert parts["dW1"] is one


@pytest.mark.parametrize("first", [X, X.astype(np.float32), X.tolist()])
def test_a_list_may_begin_with_an_input(content, first):
    parts, notes = taken_apart(content, ([first, W1, W2], [None, B1, B2]), ("dW", "db"))
    assert parts["dW1"] is W1 and parts["db1"] is B1
    assert "`dW` begins with the input: accepted." in notes


def test_one_array_may_hold_arrays_of_equal_shapes(content):
    parts, _notes = taken_apart(content, (np.zeros((2, 4, 4)), [B1, B2]), ("dW", "db"))
    assert parts["dW2"].shape == (4, 4)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (([W1], [B1, B2]), "dW has 1 entry, expected 2 arrays: one for each layer."),
        (([W1, W2, W2], [B1, B2]), "dW has 3 entries"),
        ((W1, [B1, B2]), "dW is an array of shape (3, 5), expected a list"),
        (([W1, W2],), "returned 1 value; expected 2 values: dW, db."),
        (3.0, "returned a single number (float); expected 2 values"),
        ({"a": 1}, "returned 1 value"),
        (([W1, W2], Opaque("function")), "db is a function, expected a list"),
        (([W1, W2], None), "db is None, expected a list"),
        (("ab", "cd"), "dW is a str, expected a list"),
        (([], []), "dW has 0 entries, expected 2 arrays"),
        ((np.float64(1), [B1, B2]), "dW is a single number"),
        (None, "returned None; expected 2 values"),
    ],
)
def test_other_values_are_refused(content, value, sentence):
    with pytest.raises(CallError) as raised:
        taken_apart(content, value, ("dW", "db"))
    assert sentence in raised.value.message


def test_function_without_return_is_asked_for_it():
    target = function("weights")
    with pytest.raises(CallError, match=r"Does the function end with `return` and a list"):
        listed._items(target, "dW", None, 2, is_alone=True)
