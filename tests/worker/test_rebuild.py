"""Predictions of a rebuilt model."""

from __future__ import annotations

import io

import numpy as np
import pytest

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


def hdf5(entries):
    h5py = pytest.importorskip("h5py")
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        for name, value in entries.items():
            file[name] = value
    return np.frombuffer(content.getvalue(), np.uint8)


def test_datasets_of_a_file_are_in_the_order_in_which_keras_counts_layers():
    names = ["layers/dense_10/vars/0", "layers/dense_2/vars/1", "layers/dense/vars/0", "layers/dense_2/vars/0"]
    content = hdf5({name: np.full(2, number) for number, name in enumerate(names)} | {"layers/name": "dense"})
    assert [array.tolist() for array in rebuild._datasets(content)] == [[2, 2], [3, 3], [1, 1], [0, 0]]


def test_file_with_too_much_content_is_not_read_to_its_end(monkeypatch):
    content = hdf5({"a": np.ones(3), "b": np.ones(3), "c": np.ones(3)})
    monkeypatch.setattr(rebuild, "LARGEST", 7)
    assert len(rebuild._datasets(content)) == 2
    monkeypatch.setattr(rebuild, "MOST_DATASETS", 1)
    assert len(rebuild._datasets(content)) == 1
