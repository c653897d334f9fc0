"""The outputs of a model, for any layers and names."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.checks.tools import outputs
from grader.sandbox import observations

RANDOM = np.random.default_rng(0)
HIDDEN, OUTPUT = RANDOM.normal(size=(784, 16)) / 28, RANDOM.normal(size=(16, 10))


def softmax(z):
    return np.exp(z - z.max(axis=1, keepdims=True)) / np.exp(z - z.max(axis=1, keepdims=True)).sum(
        axis=1, keepdims=True
    )


def described(**changed):
    plain = {"built": True, "sequential": False, "layers": [], "loss": None, "optimizer": "", "inputs": [784]}
    return observations.KerasModel(**plain | changed)


def seen_by(predict, **changed):
    """Return the outputs of a model with the function ``predict`` for inputs (n, 784)."""
    images = RANDOM.integers(0, 256, (60, 28, 28), dtype=np.uint8)
    context = SimpleNamespace(
        splits={"fashion_mnist": SimpleNamespace(x_train=images, white=255)},
        student=SimpleNamespace(
            training=list,
            find_variable=str,
            predict=lambda _, inputs: predict(inputs).astype(np.float32),
        ),
    )
    return outputs.of(context, "model", described(**changed))


def scores(inputs):
    return np.maximum(inputs @ HIDDEN, 0) @ OUTPUT


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (softmax, "probabilities"),
        (lambda z: z, "logits"),
        (lambda z: np.log(softmax(z)), "logits"),
        (lambda z: np.maximum(z, 0) + 1, "logits"),
        (lambda z: 1 / (1 + np.exp(-z)), "independent"),
        (np.tanh, "logits"),
    ],
)
def test_outputs_are_judged_by_their_values(function, kind):
    found = seen_by(lambda inputs: function(scores(inputs)))
    assert (found.kind, found.count, found.linear) == (kind, 10, False)


@pytest.mark.parametrize("function", [softmax, lambda z: z, lambda z: 1 / (1 + np.exp(-z))])
def test_layers_without_activation_are_one_linear_layer(function):
    assert seen_by(lambda inputs: function(inputs @ HIDDEN @ OUTPUT - 0.3)).linear is True


def test_what_does_not_depend_on_the_image_is_not_called_linear():
    assert seen_by(lambda inputs: softmax(np.ones((len(inputs), 10)))).linear is None


@pytest.mark.parametrize("answer", [None, np.zeros((3, 10)), np.full((72, 10), np.nan), np.array(1.0)])
def test_what_is_no_prediction_says_nothing(answer):
    student = SimpleNamespace(training=list, find_variable=str, predict=lambda *_: answer)
    context = SimpleNamespace(splits={}, student=student)
    assert outputs.of(context, "model", described()) is None


def test_losses_are_those_of_the_probabilities_that_the_outputs_mean():
    z = scores(RANDOM.random((20, 784)))
    expected = np.log(softmax(z))
    np.testing.assert_allclose(outputs.log_probabilities(z), np.maximum(expected, np.log(1e-7)), rtol=1e-6)
    np.testing.assert_allclose(outputs.log_probabilities(softmax(z)), np.maximum(expected, np.log(1e-7)), rtol=1e-6)
    sigmoids = 1 / (1 + np.exp(-z / 4))
    np.testing.assert_allclose(outputs.log_probabilities(sigmoids), np.log(softmax(z / 4)), rtol=1e-6)
