"""Mistakes in layers, losses and metrics are named from descriptions; correct models have none."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools import model_mistakes
from grader.checks.tools.outputs import Outputs
from grader.sandbox.observations import InputData, LabelForm, Loss, RecordedCall
from tests.checks import models
from tests.checks.models import HIDDEN, OUTPUT, layer

NUMBERS = LabelForm(shape=[], range=[0, 9], whole=True)
ROWS = LabelForm(shape=[10], range=[0, 1], whole=True)
PROBABILITIES = Outputs(10, "probabilities", 0, 1, False)
ANY = Outputs(10, "logits", 0, 40, False)
ONE = Outputs(1, "independent", 1, 1, True)
FROZEN = HIDDEN.model_copy(update={"frozen": True, "parameters": 5})


def bug(model, observed=PROBABILITIES, labels=NUMBERS, predict=lambda _name, inputs: inputs):
    record = [models.fit("model", shape=[50, 12], range=[0.0, 1.0], labels=labels)]
    mistake = model_mistakes.of(models.context(None, record=record, predict=predict), "model", model, observed)
    return mistake and mistake.bug


def with_loss(name, *layers, outputs=10, **keys):
    return models.model(*layers, loss=Loss(name=name, from_logits=False, settings=""), outputs=[outputs], **keys)


@pytest.mark.parametrize(
    ("model", "observed", "labels"),
    [
        (models.model(), PROBABILITIES, NUMBERS),
        (models.model(layer("Dropout").model_copy(update={"rate": 0.5}), OUTPUT), PROBABILITIES, NUMBERS),
        (models.model(HIDDEN, layer("Dense", 10), layer("Softmax")), PROBABILITIES, NUMBERS),
        (models.model(HIDDEN, layer("Dense", 10)), ANY, NUMBERS),
        (with_loss("CategoricalCrossentropy"), PROBABILITIES, ROWS),
        (with_loss("categorical_crossentropy"), PROBABILITIES, None),
        (with_loss("mse"), PROBABILITIES, ROWS),
        (with_loss("binary_crossentropy", HIDDEN, layer("Dense", 1, "sigmoid"), outputs=1), ONE, NUMBERS),
        (
            with_loss("mse", HIDDEN, layer("Dense", 1), outputs=1),
            ONE,
            LabelForm(shape=[], range=[0.1, 0.7], whole=False),
        ),
    ],
)
def test_correct_model_has_no_mistake(model, observed, labels):
    assert bug(model, observed, labels) is None


@pytest.mark.parametrize(
    ("model", "observed", "labels", "name"),
    [
        (models.model(HIDDEN, layer("Dense", 10, "relu")), ANY, NUMBERS, "wrong-output-activation"),
        (models.model(HIDDEN, OUTPUT, layer("Softmax")), PROBABILITIES, NUMBERS, "softmax-applied-twice"),
        (models.model(layer("Dense", 32, "softmax"), OUTPUT), PROBABILITIES, NUMBERS, "softmax-in-hidden-layer"),
        (with_loss("mse"), PROBABILITIES, NUMBERS, "loss-does-not-fit"),
        (with_loss("BinaryCrossentropy"), PROBABILITIES, NUMBERS, "loss-does-not-fit"),
        (
            with_loss("SparseCategoricalCrossentropy", HIDDEN, layer("Dense", 1), outputs=1),
            ONE,
            NUMBERS,
            "loss-does-not-fit",
        ),
        (with_loss("categorical_crossentropy"), PROBABILITIES, NUMBERS, "labels-in-the-wrong-form"),
        (with_loss("sparse_categorical_crossentropy"), PROBABILITIES, ROWS, "labels-in-the-wrong-form"),
        (models.model(), PROBABILITIES, LabelForm(shape=[], range=[0, 0.04], whole=False), "labels-in-the-wrong-form"),
        (models.model(FROZEN, OUTPUT), PROBABILITIES, NUMBERS, "frozen-layers"),
        (models.model(HIDDEN, OUTPUT, layer("Dropout")), PROBABILITIES, NUMBERS, "dropout-after-output"),
        (models.model(HIDDEN, OUTPUT, layer("BatchNormalization")), ANY, NUMBERS, "normalisation-after-output"),
        (
            models.model(layer("Dropout").model_copy(update={"rate": 0.9}), OUTPUT),
            PROBABILITIES,
            NUMBERS,
            "dropout-too-strong",
        ),
        (
            models.model(HIDDEN.model_copy(update={"uses": 2, "parameters": 5}), OUTPUT),
            PROBABILITIES,
            NUMBERS,
            "layer-used-twice",
        ),
    ],
)
def test_mistake_is_named(model, observed, labels, name):
    assert bug(model, observed, labels) == name


def test_random_predictions_are_a_mistake():
    random = np.random.default_rng(0)
    model = models.model(layer("Dropout"), HIDDEN, OUTPUT)
    assert bug(model, predict=lambda _name, inputs: random.random((len(inputs), 10))) == "random-at-prediction"


@pytest.mark.parametrize(
    ("listed", "labels", "is_wrong"),
    [
        (["accuracy"], NUMBERS, False),
        (["acc", "mse"], NUMBERS, False),
        (["SparseCategoricalAccuracy"], NUMBERS, False),
        (["CategoricalAccuracy"], ROWS, False),
        ([], NUMBERS, False),
        (["SparseTopKCategoricalAccuracy"], NUMBERS, False),
        (["Accuracy"], NUMBERS, True),
        (["CategoricalAccuracy"], NUMBERS, True),
        (["sparse_categorical_accuracy"], ROWS, True),
        (["binary_accuracy"], NUMBERS, True),
        (["mae"], NUMBERS, True),
    ],
)
def test_metrics_that_do_not_fit(listed, labels, is_wrong):
    assert (model_mistakes.metrics("model", models.model(metrics=listed), labels) is not None) == is_wrong


def failed(model, labels, shape, error=""):
    inputs = InputData(shape=[50, *shape], labels=labels)
    call = RecordedCall(method="fit", model=["net"], inputs=inputs, error=error or "ValueError: x", failed=model)
    mistake = model_mistakes.of_failed_call(call, "net")
    return mistake and mistake.bug


def test_failed_training_is_explained_by_shapes():
    assert (
        failed(models.model(), NUMBERS, [28, 28], "ValueError: Invalid input shape, incompatible")
        == "wrong-input-shape"
    )
    assert failed(models.model(outputs=[28, 10]), NUMBERS, [12]) == "flatten-missing"
    assert failed(models.model(outputs=[5]), NUMBERS, [12]) == "wrong-number-of-outputs"
    assert failed(with_loss("categorical_crossentropy"), NUMBERS, [12]) == "labels-in-the-wrong-form"
    assert failed(models.model(metrics=["BinaryAccuracy"]), NUMBERS, [12]) == "metric-does-not-fit"
    assert failed(models.model(), NUMBERS, [12]) is None
