"""Two models that are compared must be two: they share no layers, and they differ in some way."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.checks.tools import two_models
from grader.sandbox import observations

pytestmark = pytest.mark.quick


def model(trainable, optimizer="adam", units=64):
    layers = [observations.KerasLayer(type="Dense", settings=f"units={units}", units=units)]
    return observations.KerasModel(
        built=True, sequential=True, layers=layers, loss=None, optimizer=optimizer, trainable=trainable, outputs=[10]
    )


def fit(name, number, epochs=5, **options):
    """Return a recorded call of ``fit`` of the model with this name, with ``epochs`` completed epochs."""
    recorded = {"method": "fit", "model": [name], "number": number, "inputs": {"shape": [100, 784]}, "epochs": epochs}
    return observations.RecordedCall.model_validate(recorded | {"history": {"loss": [1.0] * epochs}} | options)


def problem(one, other, record=()):
    student = SimpleNamespace(
        model={"one": one, "other": other}.get, training=lambda: list(record), find_variable=lambda name: name
    )
    return two_models.problem(SimpleNamespace(student=student), "one", "other")


def test_shared_layers_are_reported():
    reported = problem(model([1, 2]), model([2, 3], "sgd"))
    assert reported.bug == "layers-shared"
    assert "`one` and `other` share layers" in reported.sentence


def test_equal_models_are_reported():
    reported = problem(model([1, 2]), model([3, 4]))
    assert reported.bug == "overfitting-not-addressed"
    assert "`one` has the same layers" in reported.sentence


@pytest.mark.parametrize("other", [model([3, 4], optimizer="sgd"), model([3, 4], units=16)])
def test_models_with_other_layers_or_another_optimizer_differ(other):
    assert problem(model([1, 2]), other) is None


def test_models_without_trainable_variables_share_nothing():
    assert problem(model([], "adam"), model([], "sgd")) is None


def test_equal_training_makes_no_difference():
    reported = problem(model([1]), model([2]), [fit("one", 0), fit("other", 1)])
    assert reported.bug == "overfitting-not-addressed"


@pytest.mark.parametrize(
    "options",
    [
        {"epochs": 4},
        {"batch_size": 32},
        {"validation_split": 0.2},
        {"inputs": {"shape": [90, 784]}},
        {"callbacks": [{"types": ["EarlyStopping"], "monitor": "val_loss", "keeps_best": True, "settings": ""}]},
    ],
)
def test_another_training_makes_a_difference(options):
    assert problem(model([1]), model([2]), [fit("one", 0, **options), fit("other", 1)]) is None
