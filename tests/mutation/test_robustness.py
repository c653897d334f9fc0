"""No formula makes an operator fail, and no formula has too many changes."""

from __future__ import annotations

import ast
import os
import subprocess
import sys

import pytest

from grader.assignment import bundled_names, load
from grader.mutation.changes import Surroundings, of_formula, of_function

pytestmark = pytest.mark.quick

NAMES = (
    "X",
    "y",
    "Y",
    "w",
    "b",
    "W1",
    "b1",
    "Z1",
    "A1",
    "W2",
    "b2",
    "Z2",
    "A2",
    "m",
    "lr",
    "p",
    "Q",
    "K",
    "V",
    "z",
    "x",
    "d",
)
FUNCTIONS = frozenset({"sigmoid", "relu", "softmax", "predict", "relu_derivative", "f"})
FORMULAS = [
    "softmax(Z2, axis=0)",
    "softmax(Q @ K.T / np.sqrt(d)) @ V",
    "np.exp(z - np.max(z, axis=1, keepdims=True)) / np.sum(np.exp(z - np.max(z, axis=1, keepdims=True)), axis=1, keepdims=True)",
    "-np.mean(y * np.log(p + 1e-9) + (1 - y) * np.log(1 - p + 1e-9))",
    "(x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 1e-5)",
    "np.where(x > 0, x, 0.01 * x)",
    "np.where(y == 1, -np.log(p), -np.log(1 - p))",
    "x[:, 1:-1] * (d[2:] - d[:-2])",
    "[w - lr * d for w, d in zip(W1, Z1)]",
    "{'w': w, 'b': b}",
    "lambda t: t + 1",
    "f(x, y=b, **d)",
    "f(*x)",
    "not x",
    "x if y else -x",
    "x",
    "3",
    "'text'",
    "np.sum()",
    "x.sum(axis=(0, 1))",
    "x[..., 0]",
    "len(X)",
    "np.eye(10)[y]",
    "np.dot(x.T, d) / X.shape[1]",
    "sigmoid()",
    "np.linalg.norm(x)",
]


@pytest.mark.parametrize("result", ["dW1", "A2", "loss", "W1", "db1", "m", "Y", "slope1", "anything", ""])
@pytest.mark.parametrize("text", FORMULAS)
def test_formula_has_valid_changes(text, result):
    changes = list(of_formula(text, Surroundings(dict.fromkeys(NAMES), FUNCTIONS, result)))
    for change in changes:
        ast.parse(change.text, mode="eval")
        assert change.before != change.after
    assert len({(change.text, change.only_if) for change in changes}) == len(changes)
    assert len(changes) < 150


@pytest.mark.parametrize("name", bundled_names())
def test_formulas_of_exercises_have_tens_of_changes(name):
    content = load(name).content
    for function, steps in content.steps.items():
        if isinstance(steps, dict):
            names = dict.fromkeys(content.functions[function].argument_names())
            for result, text in steps.items():
                count = len(list(of_formula(text, Surroundings(dict(names), FUNCTIONS, result))))
                assert count < 80, (function, result)
                names[result] = None


def test_changes_have_the_same_order_in_each_process():
    source = load("single-neuron").file("solution.py")
    code = f"from grader.mutation.changes import of_function; print([c.text for c in of_function(open({str(source)!r}).read())])"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


@pytest.mark.parametrize("name", bundled_names())
def test_changed_solutions_are_valid_source(name):
    source = load(name).file("solution.py").read_text()
    for change in of_function(source):
        ast.parse(change.text)
