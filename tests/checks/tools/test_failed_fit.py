"""A call of fit() that failed is explained by shapes, the loss, or the metrics."""

from __future__ import annotations

from grader.checks.tools import failed_fit
from grader.sandbox.observations import InputData, LabelForm, Loss, RecordedCall
from tests.checks import models

NUMBERS = LabelForm(shape=[], range=[0, 9], whole=True)


def failed(model, labels, shape, error=""):
    inputs = InputData(shape=[50, *shape], labels=labels)
    call = RecordedCall(method="fit", model=["net"], inputs=inputs, error=error or "ValueError: x", failed=model)
    mistake = failed_fit.mistake(call, "net")
    return mistake and mistake.bug


def test_failed_training_is_explained_by_shapes():
    assert (
        failed(models.model(), NUMBERS, [28, 28], "ValueError: Invalid input shape, incompatible")
        == "wrong-input-shape"
    )
    assert failed(models.model(outputs=[28, 10]), NUMBERS, [12]) == "flatten-missing"
    assert failed(models.model(outputs=[5]), NUMBERS, [12]) == "wrong-number-of-outputs"
    assert (
        failed(
            models.model(loss=Loss(name="categorical_crossentropy", from_logits=False, settings=""), outputs=[10]),
            NUMBERS,
            [12],
        )
        == "labels-in-the-wrong-form"
    )
    assert failed(models.model(metrics=["BinaryAccuracy"]), NUMBERS, [12]) == "metric-does-not-fit"
    assert failed(models.model(), NUMBERS, [12]) is None


def test_fit_that_failed_counts_if_no_other_succeeded():
    wrong = RecordedCall(
        method="fit", model=["net"], inputs=InputData(shape=[50, 12]), error="x", failed=models.model(outputs=[28, 10])
    )
    right = models.fit("net", shape=[50, 12])
    assert failed_fit.of(models.context(None, record=[wrong]), "net").bug == "flatten-missing"
    assert failed_fit.of(models.context(None, record=[right, wrong]), "net") is None
    assert failed_fit.of(models.context(None, record=[wrong, right]), "net") is None
    assert failed_fit.of(models.context(None, record=[wrong]), "other") is None
