"""The inputs that a loss expects, found from its name or from its values on the probe."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools import losses
from grader.checks.tools.losses import LossInput
from grader.sandbox import observations
from grader.worker.losses import MOST_OUTPUTS, probe

pytestmark = pytest.mark.quick


def model(loss, outputs=(10,)):
    sizes = list(outputs) if outputs else None
    return observations.KerasModel(
        built=True, sequential=False, layers=[], loss=loss, optimizer="", inputs=[784], outputs=sizes
    )


def input_of(name="<lambda>", from_logits=False, values=(), outputs=(10,)):
    loss = observations.Loss(name=name, from_logits=from_logits, settings="", values=list(values))
    return losses.input_of(model(loss, outputs))


def crossentropies(outputs):
    """Return the mean of each cross-entropy on the probe, by the input that it expects."""
    probabilities, labels = probe(outputs)
    right = np.eye(outputs)[labels]
    softmax = np.exp(probabilities) / np.exp(probabilities).sum(axis=1, keepdims=True)
    sigmoid = 1 / (1 + np.exp(-probabilities))
    return {
        LossInput("probabilities"): -np.log((right * probabilities).sum(axis=1)).mean(),
        LossInput("logits"): -np.log((right * softmax).sum(axis=1)).mean(),
        LossInput("probabilities", True): -np.log(np.where(right == 1, probabilities, 1 - probabilities)).mean(),
        LossInput("logits", True): -np.log(np.where(right == 1, sigmoid, 1 - sigmoid)).mean(),
    }


@pytest.mark.parametrize(
    ("name", "from_logits", "expected"),
    [
        ("sparse_categorical_crossentropy", False, LossInput("probabilities")),
        ("SparseCategoricalCrossentropy", True, LossInput("logits")),
        ("CategoricalCrossentropy", True, LossInput("logits")),
        ("BinaryCrossentropy", True, LossInput("logits", True)),
        ("binary_crossentropy", False, LossInput("probabilities", True)),
        ("mean_squared_error", False, LossInput(None)),
    ],
)
def test_name_of_a_cross_entropy_decides(name, from_logits, expected):
    assert input_of(name, from_logits, values=[12.5]) == expected


@pytest.mark.parametrize("expected", crossentropies(10))
def test_values_decide_if_the_name_does_not(expected):
    value = crossentropies(10)[expected]
    assert input_of(values=[9.9, value]) == expected
    assert input_of(values=[9.9, value * (1 + 5e-4)]) == expected
    assert input_of(values=[9.9, value * (1 + 3e-3)]) == LossInput(None)


def test_squared_error_is_not_a_cross_entropy():
    probabilities, labels = probe(10)
    assert input_of(values=[((np.eye(10)[labels] - probabilities) ** 2).mean()]) == LossInput(None)


def test_values_depend_on_the_number_of_outputs():
    value = crossentropies(3)[LossInput("logits")]
    assert input_of(values=[value], outputs=(3,)) == LossInput("logits")
    assert input_of(values=[value], outputs=(7, 3)) == LossInput("logits")
    assert input_of(values=[value], outputs=(10,)) == LossInput(None)
    assert input_of(values=[crossentropies(10)[LossInput("logits")]], outputs=None) == LossInput("logits")


@pytest.mark.parametrize("outputs", [0, MOST_OUTPUTS + 1])
def test_unusable_number_of_outputs_decides_nothing(outputs):
    assert input_of(values=[1.0], outputs=(outputs,)) == LossInput(None)


def test_model_without_a_loss_has_no_expected_input():
    assert losses.input_of(model(None)) == LossInput(None)
