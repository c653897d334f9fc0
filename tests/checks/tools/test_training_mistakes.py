"""A low accuracy is explained by inputs, learning rate, batches or epochs, if the record shows it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.checks.tools import training_mistakes
from grader.sandbox.observations import InputData, RecordedCall
from tests.checks import models


def bug(losses, rate=0.001, optimizer="Adam [...]", batch=64, limits=(0.0, 1.0), method="fit"):
    inputs = InputData(shape=[9000, 12], rows=9000, range=list(limits))
    call = RecordedCall(method=method, model=["model"], inputs=inputs, batch_size=batch, history={"loss": list(losses)})
    model = models.model(optimizer=optimizer, learning_rate=rate)

    def predict(_name, images):
        scores = images @ np.random.default_rng(0).normal(size=(12, 10))
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return shares / shares.sum(axis=1, keepdims=True)

    history = SimpleNamespace(value={"loss": list(losses)})
    context = models.context(
        None, models={"model": model}, record=[call], predict=predict, variable=lambda _name: history
    )
    mistake = training_mistakes.of(context, "model")
    return mistake and mistake.bug


LONG = [1 / (1 + epoch) for epoch in range(20)]


@pytest.mark.parametrize(
    ("losses", "keys", "name"),
    [
        (LONG, {}, None),
        ([2.3, 2.4, float("nan")], {"rate": 0.5}, "learning-rate-too-high"),
        ([2.5, 2.4, 2.4], {"rate": 10.0, "optimizer": "SGD [...]"}, "learning-rate-too-high"),
        ([500.0, 2.5, 2.4], {"rate": 0.5}, "learning-rate-too-high"),
        ([2.5, 1.0, 0.5], {"rate": 0.1, "optimizer": "SGD [...]"}, None),
        ([2.5, 1.0, 0.5], {"rate": 0.05, "optimizer": "SGD [...]"}, "too-few-epochs"),
        ([2.3, 2.2, 2.1, 2.0], {"rate": 1e-5}, "learning-rate-too-low"),
        ([2.303, 2.302, 2.302], {"rate": 1e-6}, "learning-rate-too-low"),
        ([2.303, 2.302, 2.302], {"rate": 1e-4}, None),
        (LONG, {"limits": (0.0, 255.0)}, "not-scaled"),
        (LONG, {"limits": (-2.0, 3.0)}, None),
        ([], {"limits": (0.0, 255.0), "method": "GradientTape"}, "not-scaled"),
        ([], {"method": "GradientTape"}, None),
        ([2.5, 2.4, 2.4], {"method": "GradientTape", "rate": 0.3}, "learning-rate-too-high"),
        ([2.3], {"method": "GradientTape"}, "too-few-epochs"),
        ([2.3, 2.1], {"batch": 9000}, "batch-too-large"),
        ([2.3], {}, "too-few-epochs"),
        ([1.0, 0.5, 0.499], {}, None),
        ([2.3, 2.4], {"rate": None}, None),
    ],
)
def test_mistake_is_named_only_with_evidence(losses, keys, name):
    assert bug(losses, **keys) == name
