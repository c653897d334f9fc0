"""Activations that do not belong to their layer are named."""

from __future__ import annotations

import pytest

from grader.checks.tools import activation_mistakes
from grader.checks.tools.outputs import Outputs
from tests.checks import models
from tests.checks.models import HIDDEN, OUTPUT, layer

PROBABILITIES = Outputs(10, "probabilities", 0, 1, False)
LOGITS = Outputs(10, "logits", 0, 40, False)


@pytest.mark.parametrize(
    ("layers", "observed", "bug"),
    [
        ([HIDDEN, OUTPUT], PROBABILITIES, None),
        ([HIDDEN, layer("Dense", 10), layer("Softmax")], PROBABILITIES, None),
        ([HIDDEN, layer("Dense", 10)], LOGITS, None),
        ([HIDDEN, layer("Dense", 10, "relu")], None, None),
        ([HIDDEN, layer("Dense", 10, "relu")], LOGITS, "wrong-output-activation"),
        ([HIDDEN, layer("Dense", 10), layer("ReLU")], LOGITS, "wrong-output-activation"),
        ([HIDDEN, OUTPUT, layer("Softmax")], PROBABILITIES, "softmax-applied-twice"),
        ([layer("Dense", 32, "softmax"), OUTPUT], PROBABILITIES, "softmax-in-hidden-layer"),
    ],
)
def test_wrong_activation_is_named(layers, observed, bug):
    mistake = activation_mistakes.mistake("model", layers, observed)
    assert (mistake and mistake.bug) == bug


@pytest.mark.parametrize(
    ("observed", "loss", "bug"),
    [
        (LOGITS, models.LOGITS, None),
        (LOGITS, models.CROSS_ENTROPY, "logits-taken-for-probabilities"),
        (LOGITS, None, None),
        (PROBABILITIES, models.CROSS_ENTROPY, None),
        (Outputs(1, "independent", 1, 1, True), models.CROSS_ENTROPY, "softmax-of-one-output"),
        (Outputs(1, "independent", 0, 1, True), models.CROSS_ENTROPY, None),
        (None, models.CROSS_ENTROPY, None),
    ],
)
def test_output_fits_the_loss(observed, loss, bug):
    mistake = activation_mistakes.of_output("model", models.model(loss=loss), observed)
    assert (mistake and mistake.bug) == bug
