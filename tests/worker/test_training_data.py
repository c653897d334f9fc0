"""The record of images and labels that a model gets."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker import known_images, training_data

RANDOM = np.random.default_rng(0)
DATA = {
    "x_train": RANDOM.integers(0, 256, (1000, 12, 12), dtype=np.uint8),
    "y_train": RANDOM.integers(0, 10, 1000).astype(np.uint8),
    "x_test": RANDOM.integers(0, 256, (600, 12, 12), dtype=np.uint8),
}
X, Y, TEST = DATA["x_train"] / 255, DATA["y_train"], DATA["x_test"] / 255


@pytest.fixture(autouse=True)
def served(monkeypatch):
    monkeypatch.setattr(known_images, "served", lambda: ["mnist"])
    monkeypatch.setattr(known_images, "arrays", lambda _: DATA)
    monkeypatch.setattr(known_images, "_known", {})
    monkeypatch.setattr(training_data, "_described", {})


def right(described):
    """Return the share of recorded labels that are correct, and the number of recorded labels."""
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
def test_labels_are_recorded_with_their_images(x, y):
    described = training_data.describe(x, y)
    share, count = right(described)
    assert share == 1
    assert count > 100
    assert described["origin"]["mnist"] == {"training": 1.0, "test": 0.0, "test_images": 0}
    assert described["rows"] == len(x)


def test_unknown_images_and_labels_that_are_not_classes_are_not_recorded():
    assert right(training_data.describe(X, X.reshape(1000, -1)))[1] == 0
    assert right(training_data.describe(X, RANDOM.random(1000)))[1] == 0
    assert right(training_data.describe(np.roll(X, 3, axis=1), Y))[1] == 0
    assert right(training_data.describe(0.5 * X + 0.5 * X[RANDOM.permutation(1000)], Y))[1] <= 2
    assert training_data.describe(TEST, None)["origin"]["mnist"] == {"training": 0.0, "test": 1.0, "test_images": 600}


def test_arrays_standardised_by_their_own_statistics_are_recognised():
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    own = [(X - mean) / deviation, (X - X.mean()) / X.std(), (TEST - TEST.mean(axis=0)) / (TEST.std(axis=0) + 1e-7)]
    assert all(training_data.describe(x.astype(np.float32), None)["standardised"] for x in own)
    honest = [(TEST - mean) / deviation, (TEST - X.mean()) / X.std(), X, 2 * X - 1, ((X - mean) / deviation)[:600]]
    assert not any(training_data.describe(x.astype(np.float32), None)["standardised"] for x in honest)


def test_batches_are_described_while_they_pass():
    examined = training_data.ExaminedBatches("generator")
    images = np.empty((50, 12, 12))
    for first in range(0, 1000, 50):
        images[:] = X[first : first + 50]  # into the same array
        examined.add(images, Y[first : first + 50])
    described = examined.described()
    assert right(described) == (1.0, 200)
    assert (described["type"], described["shape"], described["rows"]) == ("generator", [128, 12, 12], 1000)
    assert np.allclose([*described["range"], described["deviation"]], [X.min(), X.max(), X.std()])
    examined.add(TEST[:3], None)
    assert examined.described()["origin"]["mnist"]["test_images"] == 3


def test_images_with_each_pixel_scaled_separately_are_recognised():
    examined = training_data.ExaminedBatches("generator")
    scaled = (np.concatenate([X, TEST[:20]]) - X.mean(axis=0)) / X.std(axis=0)
    for first in range(0, 1020, 34):
        examined.add(scaled[first : first + 34], None)
    assert examined.described()["origin"]["mnist"] == {"training": 1000 / 1020, "test": 20 / 1020, "test_images": 20}


def test_input_that_is_not_an_array_is_only_named():
    assert training_data.describe(object(), None) == {"type": "object"}
    examined = training_data.ExaminedBatches("generator")
    examined.add(X[:10], None)
    examined.add("nonsense", None)
    assert examined.described() == {"type": "generator"}


def test_array_changed_in_place_is_examined_again():
    images = X.copy()
    assert training_data.describe(images, Y)["origin"]["mnist"]["test_images"] == 0
    images[500:504] = TEST[:4]
    assert training_data.describe(images, Y)["origin"]["mnist"]["test_images"] == 4


def test_same_data_are_examined_once(monkeypatch):
    first = training_data.describe(X, Y)
    monkeypatch.setattr(training_data, "_Origin", None)
    assert training_data.describe(X.copy(), Y.copy())["pairs"] == first["pairs"]
