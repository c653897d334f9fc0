"""What is recorded of images and labels that a model is given."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker import training_data

RANDOM = np.random.default_rng(0)
DATA = {
    "x_train": RANDOM.integers(0, 256, (1000, 12, 12), dtype=np.uint8),
    "y_train": RANDOM.integers(0, 10, 1000).astype(np.uint8),
    "x_test": RANDOM.integers(0, 256, (600, 12, 12), dtype=np.uint8),
}
X, Y, TEST = DATA["x_train"] / 255, DATA["y_train"], DATA["x_test"] / 255


@pytest.fixture(autouse=True)
def served(monkeypatch):
    monkeypatch.setattr(training_data, "served", lambda: ["mnist"])
    monkeypatch.setattr(training_data, "arrays", lambda _: DATA)
    monkeypatch.setattr(training_data, "_known", {})
    monkeypatch.setattr(training_data, "_described", {})


def right(described):
    """The share of recorded labels that are those of their images, and how many there are."""
    pairs = np.array(described["pairs"].get("mnist", [])).reshape(-1, 2)
    return float((Y[pairs[:, 0]] == pairs[:, 1]).mean()) if len(pairs) else None, len(pairs)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (X, Y),
        (2 * X[::-1].reshape(1000, -1) - 1, Y[::-1, None]),
        (X[200:], np.eye(10)[Y[200:]] * 0.9 + 0.01),
        ((X - X.mean(axis=0)) / (X.std(axis=0) + 1e-7), Y.astype(float)),
        (((X - X.mean(axis=0)) / X.std(axis=0))[::2][:500], Y[::2][:500]),
    ],
)
def test_labels_are_recorded_with_the_images_that_they_are_given_with(x, y):
    described = training_data.describe(x, y)
    share, count = right(described)
    assert share == 1
    assert count > 100
    assert described["origin"]["mnist"] == {"training": 1.0, "test": 0.0}


def test_what_is_no_class_and_no_image_of_the_data_set_is_not_recorded():
    assert right(training_data.describe(X, X.reshape(1000, -1)))[1] == 0
    assert right(training_data.describe(X, RANDOM.random(1000)))[1] == 0
    assert right(training_data.describe(X[:, :, ::-1], Y))[1] == 0
    assert right(training_data.describe(0.5 * X + 0.5 * X[RANDOM.permutation(1000)], Y))[1] <= 2
    assert training_data.describe(TEST, None)["origin"]["mnist"] == {"training": 0.0, "test": 1.0}


def test_arrays_with_their_own_mean_and_deviation_are_known():
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    own = [(X - mean) / deviation, (X - X.mean()) / X.std(), (TEST - TEST.mean(axis=0)) / (TEST.std(axis=0) + 1e-7)]
    assert all(training_data.describe(x.astype(np.float32), None)["standardised"] for x in own)
    honest = [(TEST - mean) / deviation, (TEST - X.mean()) / X.std(), X, 2 * X - 1, ((X - mean) / deviation)[:600]]
    assert not any(training_data.describe(x.astype(np.float32), None)["standardised"] for x in honest)


def test_a_generator_is_described_while_it_passes():
    def batches():
        images = np.empty((50, 12, 12))
        for first in range(0, 1000, 50):
            images[:] = X[first : first + 50]  # into the same array
            yield images, Y[first : first + 50], np.ones(50)

    record = []
    passed = [len(x) for x, _, _ in training_data.observed(batches(), record.append)]
    assert passed == [50] * 20
    assert right(record[-1]) == (1.0, 128)
    assert record[-1]["type"] == "generator"


def test_batches_by_index_are_read_without_a_change_of_random_numbers():
    class PyDataset:
        def __len__(self):
            return 20

        def __getitem__(self, index):
            order = np.random.permutation(50)
            return X[50 * index : 50 * index + 50][order], Y[50 * index : 50 * index + 50][order]

    np.random.seed(1)
    expected = np.random.rand()
    np.random.seed(1)
    assert right(training_data.describe(PyDataset(), None))[0] == 1
    assert np.random.rand() == expected


def test_the_same_data_are_looked_at_once(monkeypatch):
    first = training_data.describe(X, Y)
    monkeypatch.setattr(training_data, "_matches", None)
    assert training_data.describe(X.copy(), Y.copy())["pairs"] == first["pairs"]
