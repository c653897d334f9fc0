"""Checks of models and histories say why fit() failed."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.checks.tools import failed_training
from grader.judging.wrong_answer import WrongAnswer
from grader.sandbox.failures import CallError
from grader.sandbox.observations import InputData, RecordedCall
from tests.checks import models

CHECK = SimpleNamespace(variables=lambda: [("history", "")])
FAILED = RecordedCall(
    method="fit", model=["model"], inputs=InputData(), error="ValueError: x", failed=models.model(outputs=[28, 10])
)
SPLITS = {"images": SimpleNamespace(x_train=np.zeros((50, 4, 3)), budget=20)}


def context(*record):
    variables = {"history": SimpleNamespace(type="history"), "images": SimpleNamespace(type="array")}
    student = SimpleNamespace(training=lambda: list(record), find_variable=lambda name: None)
    return SimpleNamespace(student=student, content=SimpleNamespace(variables=variables), splits=SPLITS)


def test_failure_is_explained_by_the_call_that_failed():
    failure = CallError("error", "`history` is not defined.", place=(1, 2))
    explained = failed_training.explained(context(FAILED), CHECK, failure)
    assert (explained.bug, explained.where, explained.status, explained.place) == (
        "flatten-missing",
        "model",
        "error",
        (1, 2),
    )
    assert explained.message.endswith("`history` is not defined.")


def test_layer_that_refuses_its_input_is_an_input_shape():
    text = "ValueError: Input 0 with name 'None' of layer 'conv2d_1' is incompatible with the layer: expected min_ndim=4, found ndim=3."
    assert failed_training.mistake(context(), CHECK, text).bug == "wrong-input-shape"


@pytest.mark.parametrize(
    ("rows", "bug"), [(20 * 12, "wrong-input-shape"), (50 * 12, "wrong-input-shape"), (600_000, "")]
)
def test_input_shape_with_all_images_needs_too_much_memory(rows, bug):
    text = f"ResourceExhaustedError: OOM when allocating tensor with shape[{rows},64] and type float"
    mistake = failed_training.mistake(context(), CHECK, text)
    assert (mistake.bug if mistake else "") == bug


def test_other_failures_stay_as_they_are():
    failure = WrongAnswer("no", bug="overflow")
    assert failed_training.explained(context(FAILED), CHECK, failure) is failure
    plain = CallError("error", "no")
    assert failed_training.explained(context(), CHECK, plain) is plain
    arrays = SimpleNamespace(variables=lambda: [("images", "array")])
    assert failed_training.mistake(context(FAILED), arrays) is None
