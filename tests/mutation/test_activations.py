"""Activation functions and their derivatives are recognised in all common forms."""

from __future__ import annotations

import ast

import pytest

from grader.mutation import activations, rewriting
from grader.mutation.rewriting import Surroundings

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("sigmoid(z)", "sigmoid"),
        ("1 / (1 + np.exp(-z))", "sigmoid"),
        ("1.0 / (1.0 + np.exp(-z))", "sigmoid"),
        ("ReLU(Z1)", "relu"),
        ("np.maximum(0, Z1)", "relu"),
        ("np.maximum(Z1, 0)", "relu"),
        ("Z1 * (Z1 > 0)", "relu"),
        ("np.tanh(z)", "tanh"),
        ("softmax(z, axis=1)", "softmax"),
        ("np.where(x > 0, x, alpha * x)", "leaky relu"),
        ("np.where(x > 0, x, alpha * (np.exp(x) - 1))", "elu"),
        ("np.log1p(np.exp(x))", "softplus"),
        ("predict(X)", None),
        ("x + 1", None),
    ],
)
def test_activation_is_recognised(text, name):
    use = activations.value_in(rewriting.parsed(text))
    assert (use and use.name) == name


@pytest.mark.parametrize(
    ("text", "name", "at_output"),
    [
        ("der_ReLU(Z1)", "relu", False),
        ("relu_derivative(Z1)", "relu", False),
        ("d_sigmoid(z)", "sigmoid", False),
        ("sigmoid_prime(z)", "sigmoid", False),
        ("(Z1 > 0) * 1.0", "relu", False),
        ("(Z1 > 0).astype(float)", "relu", False),
        ("np.where(Z1 > 0, 1, 0)", "relu", False),
        ("a * (1 - a)", "sigmoid", True),
        ("sigmoid(z) * (1 - sigmoid(z))", "sigmoid", False),
        ("1 - a ** 2", "tanh", True),
        ("1 - np.tanh(z) ** 2", "tanh", False),
        ("np.where(x > 0, 1, alpha)", "leaky relu", False),
        ("sigmoid(z)", None, False),
    ],
)
def test_derivative_is_recognised(text, name, at_output):
    use = activations.slope_in(rewriting.parsed(text))
    assert (use and use.name) == name
    assert use is None or use.at_output == at_output


def written(tree):
    return ast.unparse(tree)


def test_function_in_reach_is_called():
    reach = Surroundings({}, frozenset({"sig", "sig_prime"}))
    z = rewriting.parsed("z")
    assert written(activations.value_of("sigmoid", z, reach)) == "sig(z)"
    assert written(activations.slope_of("sigmoid", z, reach)) == "sig_prime(z)"


def test_other_functions_are_written_out():
    z = rewriting.parsed("z")
    assert written(activations.value_of("relu", z, Surroundings({}))) == "np.maximum(0, z)"
    assert written(activations.slope_of("relu", z, Surroundings({}))) == "(z > 0) * 1.0"
    assert written(activations.slope_of("sigmoid", z, Surroundings({}, frozenset({"sigmoid"})))) == (
        "sigmoid(z) * (1 - sigmoid(z))"
    )
