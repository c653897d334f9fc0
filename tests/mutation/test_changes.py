"""All changes of a formula and of a function."""

from __future__ import annotations

import ast

import pytest

from grader.mutation.changes import Change, Surroundings, of_formula, of_function

pytestmark = pytest.mark.quick

SOURCE = '''import numpy as np


def forward(X, w):
    """Return the output."""
    return X @ w.T  # without a bias


def backward(X, delta):
    m = len(X)
    for _ in range(2):
        dw = (X.T @ delta
              / m)
    return dw
'''


def test_change_says_what_was_replaced():
    changes = list(of_formula("X.T @ delta", Surroundings({"X": None, "delta": None}, result="dw")))
    assert Change("transpose-forgotten", "dw", "X.T", "X", "X @ delta") in changes


def test_each_text_is_yielded_once_and_the_correct_one_never():
    texts = [change.text for change in of_formula("2 * (a - y) * 2 + (a - y) * 2", Surroundings({}))]
    assert len(texts) == len(set(texts))
    assert "2 * (a - y) * 2 + (a - y) * 2" not in texts


def test_same_expression_is_changed_at_one_place_and_at_all():
    texts = {change.text for change in of_formula("np.sqrt(v) * x + np.sqrt(v)", Surroundings({"v": None, "x": None}))}
    assert {"v * x + np.sqrt(v)", "np.sqrt(v) * x + v", "v * x + v"} <= texts


def test_text_that_is_no_expression_is_refused():
    with pytest.raises(SyntaxError):
        list(of_formula("a = b", Surroundings({})))


def test_changed_function_keeps_all_other_lines():
    change = next(change for change in of_function(SOURCE, "forward") if change.before == "w.T")
    assert change.text == SOURCE.replace("w.T", "w")
    assert (change.quantity, change.line) == ("forward", 6)


def test_change_of_an_assignment_concerns_its_name():
    change = next(change for change in of_function(SOURCE, "backward") if change.before == "X.T")
    assert (change.quantity, change.line) == ("dw", 12)


def test_all_functions_are_changed_by_default():
    assert {change.quantity for change in of_function(SOURCE)} >= {"forward", "dw"}


def test_every_changed_function_is_valid_source():
    for change in of_function(SOURCE):
        ast.parse(change.text)


def test_unknown_number_has_its_condition():
    changes = list(of_formula("X.shape[1]", Surroundings({"X": None}, result="m")))
    conditions = {change.bug: change.only_if for change in changes if change.unknown}
    assert conditions == {
        "batch-size-as-divisor": "(2.5 < 1 / number <= 1024) & (abs(1 / number - np.round(1 / number)) < 1e-3)",
        "wrong-divisor": "1 / number > 1024",
    }


def test_changed_function_has_no_unknown_number():
    source = "def f(X, W, d):\n    dW = d @ X.T\n    return dW * 0.25\n"
    changes = list(of_function(source))
    assert changes
    assert not any("number" in change.text for change in changes)
