"""Datasets in a worker are memory maps of the served file."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker import datasets


@pytest.fixture
def file(tmp_path, monkeypatch):
    random = np.random.default_rng(0)
    made = {
        "x_train": random.integers(0, 256, (5, 4, 4, 3), dtype=np.uint8),
        "y_train": random.integers(0, 10, (5, 1), dtype=np.uint8),
        "x_test": random.normal(size=(3, 4)),
        "y_test": np.array([7], np.uint8),
    }
    monkeypatch.setattr(datasets, "_files", {"mnist": str(tmp_path / "mnist.npz")})
    np.savez(tmp_path / "mnist.npz", **made)
    return tmp_path / "mnist.npz", made


def test_arrays_have_the_values_of_the_file(file):
    for name, array in datasets.arrays("mnist").items():
        assert type(array) is np.ndarray
        assert array.dtype == file[1][name].dtype
        assert np.array_equal(array, file[1][name])


def test_changes_do_not_reach_the_file(file):
    path, made = file
    before = path.read_bytes()
    array = datasets.arrays("mnist")["x_train"]
    array[:] = 0
    assert path.read_bytes() == before
    assert np.array_equal(datasets.arrays("mnist")["x_train"], made["x_train"])
