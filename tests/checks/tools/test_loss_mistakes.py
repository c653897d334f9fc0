"""Losses and metrics that do not fit the outputs or the labels are named; the usual ones are not."""

from __future__ import annotations

import pytest

from grader.checks.tools import loss_mistakes
from grader.checks.tools.outputs import Outputs
from grader.sandbox.observations import LabelForm, Loss
from tests.checks import models

NUMBERS = LabelForm(shape=[], range=[0, 9], whole=True)
TWO = LabelForm(shape=[], range=[0, 1], whole=True)
ROWS = LabelForm(shape=[10], range=[0, 1], whole=True)
LOGIT = Outputs(1, "logits", -3, 4, False)


@pytest.mark.parametrize(
    ("loss", "outputs", "labels", "bug"),
    [
        ("sparse_categorical_crossentropy", 10, NUMBERS, None),
        ("CategoricalCrossentropy", 10, ROWS, None),
        ("categorical_crossentropy", 10, None, None),
        ("mse", 10, ROWS, None),
        ("binary_crossentropy", 1, TWO, None),
        ("mse", 10, NUMBERS, "loss-does-not-fit"),
        ("BinaryCrossentropy", 10, NUMBERS, "loss-does-not-fit"),
        ("SparseCategoricalCrossentropy", 1, TWO, "loss-does-not-fit"),
        ("categorical_crossentropy", 10, NUMBERS, "labels-in-the-wrong-form"),
        ("sparse_categorical_crossentropy", 10, ROWS, "labels-in-the-wrong-form"),
    ],
)
def test_losses_that_do_not_fit(loss, outputs, labels, bug):
    model = models.model(loss=Loss(name=loss, from_logits=False, settings=""), outputs=[outputs])
    mistake = loss_mistakes.loss("model", model, labels)
    assert (mistake and mistake.bug) == bug


@pytest.mark.parametrize(
    ("count", "loss", "labels", "bug"),
    [
        (10, "", NUMBERS, None),
        (12, "", NUMBERS, None),
        (10, "", ROWS, None),
        (1, "binary_crossentropy", TWO, None),
        (1, "mse", NUMBERS, None),  # may be a regression
        (1, "binary_crossentropy", NUMBERS, "wrong-number-of-outputs"),
        (9, "", NUMBERS, "wrong-number-of-outputs"),
        (1, "", ROWS, "wrong-number-of-outputs"),
        (9, "", LabelForm(shape=[], range=[1, 9], whole=True), "labels-in-the-wrong-form"),
        (1, "binary_crossentropy", LabelForm(shape=[], range=[1, 2], whole=True), "labels-in-the-wrong-form"),
        (10, "", LabelForm(shape=[], range=[1, 9], whole=True), None),
        (3, "", LabelForm(shape=[28, 28, 1], range=[0, 2], whole=True), None),  # a class for each pixel
        (10, "", None, None),
    ],
)
def test_number_of_outputs_fits_the_classes(count, loss, labels, bug):
    model = models.model(loss=Loss(name=loss, from_logits=False, settings=""), outputs=[count])
    mistake = loss_mistakes.outputs("model", model, labels)
    assert (mistake and mistake.bug) == bug


@pytest.mark.parametrize(
    ("listed", "threshold", "observed", "is_wrong"),
    [
        (["accuracy"], None, LOGIT, True),
        (["BinaryAccuracy"], 0.5, LOGIT, True),
        (["BinaryAccuracy"], 0.0, LOGIT, False),
        ([], None, LOGIT, False),
        (["accuracy"], None, Outputs(1, "independent", 0, 1, False), False),
        (["accuracy"], None, Outputs(10, "logits", -3, 4, False), False),
        (["accuracy"], None, None, False),
    ],
)
def test_accuracy_of_a_logit_needs_another_threshold(listed, threshold, observed, is_wrong):
    model = models.model(metrics=listed, threshold=threshold)
    assert (loss_mistakes.metric_of_logits("model", model, observed) is not None) == is_wrong


def test_labels_that_were_scaled_are_named():
    fractions = LabelForm(shape=[], range=[0, 0.04], whole=False)
    assert loss_mistakes.labels_as_fractions("model", models.model(), fractions).bug == "labels-in-the-wrong-form"
    assert loss_mistakes.labels_as_fractions("model", models.model(), NUMBERS) is None
    assert loss_mistakes.labels_as_fractions("model", models.model(outputs=[1]), fractions) is None


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
    assert (loss_mistakes.metrics("model", models.model(metrics=listed), labels) is not None) == is_wrong
