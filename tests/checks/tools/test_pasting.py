"""A call of an example is code that a student can paste, and gives there what the report says."""

from __future__ import annotations

from tests.checks.tools.test_examples import NEURON, example_of, value_of


def test_numpy_is_imported_if_the_submission_has_no_name_for_it():
    source = "import numpy\n\ndef predict(X, w, b):\n    return numpy.tanh(X.dot(w) + b)\n"
    example = example_of(NEURON, "predict", source)
    assert example.setup == ["import numpy as np"]
    assert value_of(example, source).tolist() == eval(example.gives)


def test_wrong_result_is_taken_from_those_that_are_returned():
    source = "def gradients(X, y, w, b=0.0):\n    return {'dw': w * 0.0, 'db': 7.0 + 0 * b, 'X': X}\n"
    example = example_of(NEURON, "gradients", source)
    assert example.call.endswith(("['dw']", "['db']"))


def test_result_that_is_not_returned_is_no_example():
    source = "def update_params(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1):\n    w3 += dW3\n"
    assert example_of("numpy-mnist", "update", source) is None
