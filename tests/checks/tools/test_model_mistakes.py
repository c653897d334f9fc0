"""A correct model has no mistake; of several mistakes the first is named."""

from __future__ import annotations

import pytest

from grader.checks.tools import model_mistakes
from grader.checks.tools.outputs import Outputs
from grader.sandbox.observations import LabelForm, Loss
from tests.checks import models
from tests.checks.models import HIDDEN, OUTPUT, layer

NUMBERS = LabelForm(shape=[], range=[0, 9], whole=True)
TWO = LabelForm(shape=[], range=[0, 1], whole=True)
ROWS = LabelForm(shape=[10], range=[0, 1], whole=True)
PROBABILITIES = Outputs(10, "probabilities", 0, 1, False)
ANY = Outputs(10, "logits", 0, 40, False)
ONE = Outputs(1, "independent", 0, 1, True)
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
        (models.model(HIDDEN, layer("Dense", 10), loss=models.LOGITS), ANY, NUMBERS),
        (with_loss("CategoricalCrossentropy"), PROBABILITIES, ROWS),
        (with_loss("categorical_crossentropy"), PROBABILITIES, None),
        (with_loss("mse"), PROBABILITIES, ROWS),
        (with_loss("binary_crossentropy", HIDDEN, layer("Dense", 1, "sigmoid"), outputs=1), ONE, TWO),
        (
            with_loss("mse", HIDDEN, layer("Dense", 1), outputs=1),
            ONE,
            LabelForm(shape=[], range=[0.1, 0.7], whole=False),
        ),
    ],
)
def test_correct_model_has_no_mistake(model, observed, labels):
    assert bug(model, observed, labels) is None


def test_first_mistake_is_named():
    model = models.model(FROZEN, layer("Dense", 10, "relu"))
    assert bug(model, ANY) == "wrong-output-activation"
    assert bug(models.model(FROZEN, OUTPUT)) == "frozen-layers"
    assert bug(with_loss("mse", FROZEN, OUTPUT)) == "loss-does-not-fit"
