"""Functions that the grader passes to a submission."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker import given_functions

FORMULA = "np.stack([x[0] * x[1], np.sin(x[2]), sigmoid(x[0])])"
X = np.array([0.5, 2.0, -1.0], dtype=np.float32)


@pytest.mark.quick
@pytest.mark.parametrize("name", sorted(given_functions.NAMES))
def test_named_functions_take_arrays_and_numbers(name):
    function = given_functions.given_function(name)
    assert function.__name__ == name
    expected = 1 / (1 + np.exp(-X)) if name == "sigmoid" else getattr(np, name)(np.abs(X) if name == "sqrt" else X)
    np.testing.assert_allclose(function(np.abs(X) if name == "sqrt" else X), expected, rtol=1e-6)


@pytest.mark.quick
def test_formula_is_a_function_of_x():
    assert given_functions.given_function("x ** 3 - 2 * x")(3) == 21
    result = given_functions.given_function(FORMULA)(X)
    np.testing.assert_allclose(result, [1, np.sin(-1), 1 / (1 + np.exp(-0.5))], rtol=1e-6)


@pytest.mark.long
@pytest.mark.parametrize("text", [*sorted(given_functions.NAMES), FORMULA, "x ** 3 - 2 * x"])
def test_tensors_stay_tensors_that_a_tape_records(text):
    import tensorflow as tf

    function, x = given_functions.given_function(text), tf.Variable(np.abs(X))
    with tf.GradientTape() as tape:
        y = function(x)
    assert tape.gradient(y, x) is not None
    np.testing.assert_allclose(y, function(np.abs(X)), rtol=1e-5)
    assert tf.is_tensor(function(tf.constant([3, 2, 1])))
