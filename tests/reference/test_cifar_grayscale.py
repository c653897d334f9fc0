"""The grayscale reference: the lecture's formula in float64."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from reference import cifar_grayscale


@pytest.fixture
def images():
    return np.random.RandomState(0).randint(0, 256, (3, 32, 32, 3)).astype(np.uint8)


def test_reference_is_the_formula_of_the_lecture_in_float64(images):
    gray = np.asarray(cifar_grayscale.to_grayscale(images))
    red, green, blue = (images[..., channel].astype(float) for channel in range(3))
    assert gray.dtype == np.float64
    assert gray.shape == (3, 32, 32)
    np.testing.assert_allclose(gray, (0.2989 * red + 0.5870 * green + 0.1140 * blue) / 255, rtol=0, atol=1e-15)


def test_tensorflow_has_the_same_weights(images):
    theirs = np.asarray(tf.image.rgb_to_grayscale(images.astype(np.float32) / 255))[..., 0]
    np.testing.assert_allclose(np.asarray(cifar_grayscale.to_grayscale(images)), theirs, rtol=0, atol=1e-6)


def test_values_are_in_the_unit_interval_and_the_input_is_unchanged():
    images = np.stack([np.zeros((32, 32, 3), np.uint8), np.full((32, 32, 3), 255, np.uint8)])
    original = images.copy()
    gray = np.asarray(cifar_grayscale.to_grayscale(images))
    assert gray[0].max() == 0
    np.testing.assert_allclose(gray[1], 0.9999, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(images, original)
