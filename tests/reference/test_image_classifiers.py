"""The training references on a small task of stripes; docs/reference-results.md has results on real data."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from reference import image_classifiers

ALL = [
    image_classifiers.plain,
    image_classifiers.regularized,
    image_classifiers.mnist_mlp,
    image_classifiers.clothing_cnn,
    image_classifiers.clothing_cnn_dropout,
]


@pytest.fixture(scope="module")
def stripes():
    """Return uint8 images (200, 28, 28), sorted by class: class k has a bright stripe at row 2 k."""
    random = np.random.RandomState(0)
    labels = np.repeat(np.arange(10), 20).astype(np.uint8)
    images = random.randint(0, 100, (200, 28, 28)).astype(np.uint8)
    images[np.arange(200), 2 * labels] = 200
    return images, labels


@pytest.mark.table
@pytest.mark.parametrize("reference", ALL)
def test_scores_are_probabilities_in_evaluation_mode(stripes, reference):
    images, labels = stripes
    predict = reference(images, labels, seed=1)
    scores = predict(images)
    assert isinstance(scores, np.ndarray)
    assert scores.shape == (200, 10)
    np.testing.assert_allclose(scores.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(scores, predict(images))
    assert np.mean(scores.argmax(axis=1) == labels) > 0.5


@pytest.mark.long
def test_seed_determines_the_result(stripes):
    images, labels = stripes
    first, again, other = (image_classifiers.regularized(images, labels, seed)(images) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_early_stopping_keeps_the_best_epoch(stripes):
    images, labels = stripes
    noise = np.random.RandomState(0).permutation(labels)  # nothing to learn: the loss on unseen images only grows

    def build():
        return keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])

    trained = image_classifiers.train(build, images, noise, 1, epochs=30, validation=0.2, patience=3)
    seen = trained.history["val_loss"]
    assert len(seen) == 1 + int(np.argmin(seen)) + 3 < 30
    validation = np.random.RandomState(1).permutation(200)[160:]
    scores = trained(images[validation])
    loss = -np.mean(np.log(scores[np.arange(40), noise[validation]]))
    assert loss == pytest.approx(min(seen), rel=1e-4)
