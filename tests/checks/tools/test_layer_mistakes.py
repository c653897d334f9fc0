"""Layers that are frozen, in a wrong place, used twice or random in predictions are named."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools import layer_mistakes
from tests.checks import models
from tests.checks.models import HIDDEN, OUTPUT, layer

FROZEN = HIDDEN.model_copy(update={"frozen": True, "parameters": 5})
STRONG = layer("Dropout").model_copy(update={"rate": 0.9})
SHARED = HIDDEN.model_copy(update={"uses": 2, "parameters": 5})
USUAL = models.model(layer("Dropout").model_copy(update={"rate": 0.5}), OUTPUT)


def random_predictions(model, predict):
    record = [models.fit("model", shape=[50, 12], range=[0.0, 1.0])]
    return layer_mistakes.random_predictions(models.context(None, record=record, predict=predict), "model", model)


@pytest.mark.parametrize(
    ("layers", "bug"),
    [
        ([HIDDEN, OUTPUT, layer("Dropout")], "dropout-after-output"),
        ([HIDDEN, OUTPUT, layer("BatchNormalization")], "normalisation-after-output"),
        ([STRONG, OUTPUT], "dropout-too-strong"),
    ],
)
def test_layer_in_a_wrong_place_is_named(layers, bug):
    assert layer_mistakes.places("model", models.model(*layers)).bug == bug


def test_frozen_and_shared_layers_are_named():
    assert layer_mistakes.frozen("model", models.model(FROZEN, OUTPUT)).bug == "frozen-layers"
    assert layer_mistakes.used_twice("model", [SHARED, OUTPUT]).bug == "layer-used-twice"


def test_usual_layers_have_no_mistake():
    assert layer_mistakes.frozen("model", USUAL) is None
    assert layer_mistakes.places("model", USUAL) is None
    assert layer_mistakes.used_twice("model", USUAL.layers) is None
    assert random_predictions(USUAL, lambda _name, inputs: inputs) is None


def test_random_predictions_are_a_mistake():
    random = np.random.default_rng(0)
    model = models.model(layer("Dropout"), HIDDEN, OUTPUT)
    mistake = random_predictions(model, lambda _name, inputs: random.random((len(inputs), 10)))
    assert mistake.bug == "random-at-prediction"
