"""Predictions of a rebuilt model."""

from __future__ import annotations

import numpy as np

from grader.worker import rebuild


def test_inputs_are_predicted_in_batches_without_training(monkeypatch):
    monkeypatch.setattr(rebuild, "BATCH", 4)
    calls = []

    def model(batch, training):
        calls.append((len(batch), batch.dtype, training))
        return batch.astype(np.float64) * 2

    outputs = rebuild._predicted(model, np.arange(10.0).reshape(10, 1))
    assert outputs.dtype == np.float32
    assert outputs[:, 0].tolist() == [2.0 * number for number in range(10)]
    assert calls == [(4, np.float32, False), (4, np.float32, False), (2, np.float32, False)]


def test_integers_stay_integers():
    dtypes = []
    rebuild._predicted(lambda batch, training: dtypes.append(batch.dtype) or batch, np.zeros((3, 2), np.uint8))
    assert dtypes == [np.uint8]
