"""Changes of activation functions and their derivatives."""

from __future__ import annotations

import pytest

from grader.mutation import functions

pytestmark = pytest.mark.quick

NETWORK = ("X", "W1", "b1", "W2", "b2", "Z1", "A1", "Z2")
BACKWARD = ("X", "Y", "Z1", "A1", "Z2", "A2", "w2", "m", "error", "dZ2", "dA1")
LIBRARY = ("sigmoid", "relu", "softmax")


@pytest.mark.parametrize(
    ("wrong", "bug"),
    [
        ("Z1", "activation-missing"),
        ("sigmoid(Z1)", "another-activation"),
        ("np.tanh(Z1)", "another-activation"),
        ("np.abs(Z1)", "absolute-value"),
        ("np.where(Z1 > 0, Z1, 0.01 * Z1)", "leaky-relu"),
        ("(Z1 > 0) * 1.0", "derivative-instead-of-activation"),
    ],
)
@pytest.mark.parametrize("text", ["relu(Z1)", "np.maximum(0, Z1)", "ReLU(Z1)"])
def test_hidden_activation_is_another_function(made, text, wrong, bug):
    assert made(functions.activation, text, *NETWORK, functions=LIBRARY, result="A1")[wrong] == bug


@pytest.mark.parametrize(
    ("wrong", "bug"),
    [
        ("Z2", "output-activation-missing"),
        ("softmax(Z2)", "softmax-output"),
        ("sigmoid(-Z2)", "exponent-sign"),
        ("sigmoid(sigmoid(Z2))", "activation-applied-twice"),
        ("(Z2 > 0) * 1.0", "threshold-output"),
        ("sigmoid(Z2) * (1 - sigmoid(Z2))", "derivative-instead-of-activation"),
        ("Z2 * (1 - Z2)", "derivative-instead-of-activation"),
    ],
)
def test_output_activation_is_another_function(made, wrong, bug):
    assert made(functions.activation, "sigmoid(Z2)", *NETWORK, functions=LIBRARY, result="A2")[wrong] == bug


def test_softmax_runs_along_another_axis(made):
    wrong = made(functions.activation, "softmax(Z2, axis=0)", *NETWORK, functions=LIBRARY, result="A2")
    assert wrong["softmax(Z2, axis=1)"] == "wrong-axis"
    assert wrong["np.exp(Z2) / np.sum(np.exp(Z2))"] == "wrong-axis"


@pytest.mark.parametrize(
    ("wrong", "bug"),
    [
        ("np.ones_like(Z1)", "activation-derivative-missing"),
        ("relu(Z1)", "derivative-is-activation"),
        ("A1", "derivative-is-activation"),
        ("sigmoid(Z1)", "sigmoid-as-derivative"),
        ("sigmoid(Z1) * (1 - sigmoid(Z1))", "derivative-of-another-activation"),
        ("A1 * (1 - A1)", "derivative-of-another-activation"),
        ("(Z2 > 0) * 1.0", "derivative-of-another-layer"),
        ("(dA1 > 0) * 1.0", "derivative-at-the-error"),
        ("(Z1 < 0) * 1.0", "derivative-inverted"),
    ],
)
@pytest.mark.parametrize("text", ["(Z1 > 0) * 1.0", "np.where(Z1 > 0, 1, 0)"])
def test_derivative_of_relu_is_another_one(made, text, wrong, bug):
    assert (
        made(functions.derivative, text, *BACKWARD, functions=LIBRARY, result="slope1").get(wrong) == bug
        or wrong == text
    )


@pytest.mark.parametrize(
    ("wrong", "bug"),
    [
        ("A2", "derivative-is-activation"),
        ("Z2 * (1 - Z2)", "derivative-at-preactivation"),
        ("sigmoid(A2) * (1 - sigmoid(A2))", "derivative-at-output"),
        ("1 - A2 ** 2", "derivative-of-another-activation"),
        ("A2 * (1 - A2) * (A2 * (1 - A2))", "derivative-applied-twice"),
        ("error * (1 - error)", "derivative-at-the-error"),
    ],
)
def test_derivative_of_sigmoid_is_another_one(made, wrong, bug):
    names = BACKWARD[: BACKWARD.index("dZ2")]
    assert made(functions.derivative, "A2 * (1 - A2)", *names, functions=LIBRARY, result="slope2")[wrong] == bug


def test_derivative_inside_a_product_is_recognised(made):
    wrong = made(functions.derivative, "(A2 - Y) * A2 * (1 - A2)", *BACKWARD, functions=LIBRARY, result="dZ2")
    assert wrong["A2 - Y"] == "activation-derivative-missing"
    assert wrong["(A2 - Y) * (Z2 * (1 - Z2))"] == "derivative-at-preactivation"


def test_error_loses_its_factor(made):
    wrong = made(functions.derivative, "dA1 * (Z1 > 0)", *BACKWARD, functions=LIBRARY, result="dZ1")
    assert wrong["(dA1 > 0) * 1.0"] == "derivative-at-the-error"


def test_weighted_sum_of_one_neuron_is_built(made):
    wrong = made(functions.derivative, "a * (1 - a)", "X", "y", "w", "b", "a", functions=LIBRARY, result="slope")
    assert wrong["(X @ w + b) * (1 - (X @ w + b))"] == "derivative-at-preactivation"


def test_relu_writes_into_its_argument(made):
    wrong = made(functions.in_place, "X @ W1 + b1", *NETWORK, functions=LIBRARY, result="Z1")
    assert wrong == {"relu(X @ W1 + b1)": "argument-changed-in-place"}
    wrong = made(functions.in_place, "A1.T @ dZ2 / m", *BACKWARD, functions=LIBRARY, result="dW2")
    assert wrong == {"((Z1 > 0) * 1.0).T @ dZ2 / m": "argument-changed-in-place"}


@pytest.mark.parametrize("text", ["H[t - 1] if t > 0 else h0", "np.where(t > 0, H, h0)"])
def test_condition_is_no_derivative(made, text):
    assert made(functions.derivative, text, "H", "h0", "t") == {}
