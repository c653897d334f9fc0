"""The reference of ``optimizers`` computes the same as Keras, and what it subtracts is a step of the lecture."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from grader.support.places import REFERENCE

pytestmark = pytest.mark.long  # imports TensorFlow

GRADIENTS = (1.0, 0.5, -0.25)
WEIGHTS = {
    ("Momentum", 0.1, 0.9): (0.9, 0.76, 0.659),
    ("Adagrad", 0.1): (0.9, 0.8552786, 0.8771004),
    ("RMS_prop", 0.1, 0.9): (0.6837723, 0.5363303, 0.611794),
    ("Adam", 0.1, 0.9, 0.999): (0.9000007, 0.8067837, 0.7504178),
}


@pytest.fixture(scope="module")
def reference():
    spec = importlib.util.spec_from_file_location("optimizers_reference", REFERENCE / "optimizers.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("row", WEIGHTS)
def test_weights_after_three_updates(reference, row):
    name, *arguments = row
    optimizer = getattr(reference, name)(*arguments)
    weight, weights = 1.0, []
    for gradient in GRADIENTS:
        weight -= float(optimizer.update_change(gradient))
        weights.append(weight)
    assert weights == pytest.approx(WEIGHTS[row], abs=2e-6)


def of_keras(name, rate):
    import keras

    makers = {
        "Momentum": lambda: keras.optimizers.SGD(rate, momentum=0.8),
        "Adagrad": lambda: keras.optimizers.Adagrad(rate, initial_accumulator_value=0.0, epsilon=1e-8),
        "RMS_prop": lambda: keras.optimizers.RMSprop(rate, rho=0.8, epsilon=1e-8),
        "Adam": lambda: keras.optimizers.Adam(rate, beta_1=0.8, beta_2=0.95, epsilon=1e-8),
    }
    return makers[name]()


@pytest.mark.parametrize("row", [("Momentum", 0.8), ("Adagrad",), ("RMS_prop", 0.8), ("Adam", 0.8, 0.95)])
def test_keras_makes_the_same_updates(reference, row):
    import keras

    name, *arguments = row
    random = np.random.default_rng(3)
    own, keras_own = getattr(reference, name)(0.3, *arguments), of_keras(name, 0.3)
    variable = keras.Variable(np.ones((3, 4)), dtype="float64")
    weights = np.ones((3, 4))
    for _update in range(5):
        gradient = random.choice([-1.7, -0.6, 0.4, 1.2], (3, 4))
        weights = weights - own.update_change(gradient).numpy()
        keras_own.apply([keras.ops.convert_to_tensor(gradient, "float64")], [variable])
        assert np.asarray(variable) == pytest.approx(weights, abs=1e-6)


def test_change_of_plain_descent_lowers_a_cost_as_central_differences_say(reference):
    def cost(w):
        return float(np.sum((w - 3.0) ** 2))

    weights, step = np.array([[1.0, 2.0]]), 1e-5
    slopes = [(cost(weights + step * d) - cost(weights - step * d)) / (2 * step) for d in np.eye(2)[:, None]]
    change = reference.Constant(0.1).update_change(np.array([slopes])).numpy()
    assert change == pytest.approx(0.1 * 2 * (weights - 3.0), abs=1e-8)
