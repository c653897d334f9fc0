"""Tests: assignments of a submission that follow the formulas of the task are recognised."""

from __future__ import annotations

import ast

import pytest

from grader.grading.task_formulas import TaskFormulas
from grader.submission.dataflow import Body
from tests.conftest import bundled

pytestmark = pytest.mark.quick


def formulas(*lines, head="def backward(X, y, Z1, A1, Z2, y_hat, W2):"):
    """Return the formulas of relu-swap next to a function, and its lines that follow them."""
    body = Body(ast.parse("\n    ".join([head, *lines])).body[0])
    task = TaskFormulas(bundled("relu-swap").content, "backward", body, {"slope": "relu_derivative"})
    return task, sorted(body.assignments[number].line - 1 for number in task.equal({}))


def test_assignments_of_the_tasks_quantities_are_compared():
    lines = (
        "dZ2 = (1 - y_hat) * (y_hat - y) * y_hat",
        "dW2 = A1.T.dot(dZ2) / len(y)",
        "dZ1 = dZ2 @ W2.T * slope(Z1)",
        "return dZ1",
    )
    assert formulas(*lines)[1] == [1, 2, 3]


def test_wrong_formula_is_not_equal_and_leaves_the_next_ones():
    lines = (
        "dZ2 = (y - y_hat) * y_hat * (1 - y_hat)",
        "dW2 = A1.T @ dZ2 / len(y)",
        "db2 = dZ2.sum(axis=1)",
        "return dW2",
    )
    assert formulas(*lines)[1] == [2]


def test_own_names_of_arguments_are_the_assignments_names():
    head = "def backward(inputs, target, Z1, A1, Z2, y_hat, W2):"
    assert formulas("m = len(target)", "return m", head=head)[1] == [1]


def test_variable_with_two_assignments_stands_for_no_quantity():
    task, equal = formulas("dZ2 = y", "dZ2 = y_hat * dZ2", "dW2 = A1.T @ dZ2 / len(y)", "return dW2")
    assert task.only_assignment("dZ2") is None and equal == []


def test_quantities_depend_on_each_other():
    task, _equal = formulas("return X")
    assert task.depending("dZ1") == {"dZ1", "dW1", "db1"}
    assert {"dW2", "db2", "dZ1"} <= task.depending("error")


def test_assumed_name_brings_others_with_it():
    lines = ("d2 = y_hat - y", "d1 = d2 @ W2.T * slope(Z1)", "dW1 = X.T @ d1 / len(y)", "return dW1")
    task, equal = formulas(*lines)
    assert equal == []
    assumed = task.assuming("dZ2", 0, is_scaled=False)
    assert assumed.numbers["dZ1"] == [1] and 2 in assumed.equal({})


def test_sizes_are_factors_only():
    task, _equal = formulas("n = len(y)", "k = len(y)", "a = X / n", "b = X[k]", "return a + b")
    assert task.sizes == {0}
