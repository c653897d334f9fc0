"""Changes of a quantity to another one."""

from __future__ import annotations

import pytest

from grader.mutation import siblings

pytestmark = pytest.mark.quick

NAMES = (
    "X",
    "Y",
    "labels",
    "Z1",
    "A1",
    "Z2",
    "A2",
    "w1",
    "w2",
    "error",
    "slope2",
    "dZ2",
    "dW2",
    "dA1",
    "slope1",
    "dZ1",
    "db1",
    "db2",
)


@pytest.mark.parametrize(
    ("text", "result", "wrong", "bug"),
    [
        ("w2 @ A1 + b2", "Z2", "w2 @ Z1 + b2", "preactivation-handed-on"),
        ("w2 @ A1 + b2", "Z2", "w1 @ A1 + b2", "another-layer"),
        ("dZ2 @ A1.T", "dW2", "dZ2 @ Z1.T", "wrong-input-in-gradient"),
        ("dZ2 @ A1.T", "dW2", "dZ2 @ A2.T", "wrong-input-in-gradient"),
        ("dZ2 @ A1.T", "dW2", "dZ1 @ A1.T", "wrong-delta"),
        ("dZ1 @ X.T", "dW1", "dA1 @ X.T", "activation-derivative-missing"),
        ("np.sum(dZ1)", "db1", "np.sum(slope1)", "gradient-of-the-output"),
        ("w2.T @ dZ2", "dA1", "w2.T @ error", "chain-cut"),
        ("dA1 * slope1", "dZ1", "dA1 * slope2", "derivative-of-another-layer"),
        ("b1 - lr * db1", "b1", "b1 - lr * db2", "gradient-of-another-layer"),
        ("w2 - lr * dW2", "w2", "w2 - lr * db2", "gradient-of-another-layer"),
        ("A2 - Y", "error", "A2 - labels", "labels-not-one-hot"),
    ],
)
def test_another_quantity_is_used(made, text, result, wrong, bug):
    assert made(siblings.another_quantity, text, *NAMES, result=result)[wrong] == bug


@pytest.mark.parametrize(
    ("text", "names", "wrong"),
    [
        ("tp / (tp + fp)", ("tp", "fp", "fn"), "tp / (tp + fn)"),
        ("Q @ K.T", ("Q", "K", "V"), "Q @ V.T"),
        ("beta1 * m", ("beta1", "beta2"), "beta2 * m"),
    ],
)
def test_similar_names_are_confused(made, text, names, wrong):
    assert wrong in made(siblings.another_quantity, text, *names)


def test_derivatives_are_confused_only_with_derivatives(made):
    wrong = made(siblings.another_quantity, "dA1 * slope1", *NAMES, result="dZ1")
    assert "dA1 * slope2" in wrong
    assert "dA1 * dZ2" not in wrong
    assert made(siblings.another_quantity, "A1 * (1 - A1)", *NAMES, result="slope1") == {}


def test_different_names_are_not_confused(made):
    assert made(siblings.another_quantity, "mask * scale", "mask", "scale", "kernel") == {}


def test_shapes_exclude_quantities(made):
    shapes = {"A1": (4, 5), "Z1": (4, 5), "X": (3,)}
    assert set(made(siblings.another_quantity, "w @ A1", shapes, result="Z2")) == {"w @ Z1"}


def test_column_of_the_inputs_is_used_as_labels(made):
    wrong = made(siblings.labels, "a - y", {"X": (7, 2), "y": (7,), "a": (7,)})
    assert wrong == {"a - X[:, 0]": "labels-from-the-inputs", "a - X[:, 1]": "labels-from-the-inputs"}


def test_numbers_of_classes_are_used_as_labels(made):
    wrong = made(siblings.class_numbers, "2 * (A2 - Y)", *NAMES, result="error")
    assert wrong["2 * (A2 - np.argmax(Y, axis=0))"] == "labels-not-one-hot"
    assert made(siblings.class_numbers, "a - y", *NAMES, result="error") == {}


def test_delta_gets_the_derivative_again(made):
    assert made(siblings.slope_again, "w2.T @ dZ2", *NAMES, result="dA1") == {
        "w2.T @ (dZ2 * slope2)": "derivative-applied-twice"
    }


def test_two_quantities_are_exchanged(made):
    wrong = made(siblings.exchanged, "red * x + blue * z", "red", "blue", "x")
    assert wrong["blue * x + red * z"] == "quantities-exchanged"
    assert made(siblings.exchanged, "np.array([0.3, 0.6, 0.1])")["np.array([0.6, 0.3, 0.1])"] == "quantities-exchanged"


def test_another_matrix_of_a_product_is_used(made):
    wrong = made(siblings.another_factor, "dS.T @ Q", "Q", "K", "V", "dS", "scale")
    assert wrong == {"dS.T @ K": "another-quantity", "dS.T @ V": "another-quantity"}
    assert made(siblings.another_factor, "A.T @ d", "A", "S", "d")["S.T @ d"] == "another-quantity"
    assert made(siblings.another_factor, "Q * K", "Q", "K") == {}


def test_quantities_before_a_step_that_renames_them_are_used_together(made):
    names = ("w", "m", "v", "m_hat", "v_hat", "x_1")
    wrong = made(siblings.without_suffix, "step(w, m_hat, v_hat)", *names)
    assert wrong == {"step(w, m, v)": "another-quantity"}
    assert made(siblings.without_suffix, "x_1 + x", "x", "x_1") == {}
