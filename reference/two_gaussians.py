"""TensorFlow reference of ``two-gaussians``: two normal distributions in the plane and a network that separates them.

Deck 000, "Examples - Deep Neural Networks": means (-1, -1) and (1, 1), unit variance, a label for each distribution,
``BinaryCrossentropy`` and Adam. The classes overlap: no classifier is right more often than Phi(sqrt 2) = 0.92135.
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


def make_data(n, seed):
    """Return n points of each distribution in random order, float64 (2 n, 2), and their labels 0 and 1, (2 n,)."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.repeat([0, 1], n))
    points = random.standard_normal((2 * n, 2)) + np.where(labels, 1, -1)[:, None]
    return points, labels


def trained(points, labels, seed, hidden=(8,), epochs=60):
    """Return the function that predicts the probability of label 1, float32 (n,), after training with Adam."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    layers = [keras.layers.Dense(width, activation="relu") for width in hidden]
    model = keras.Sequential([keras.layers.Input((2,)), *layers, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss=keras.losses.BinaryCrossentropy(), metrics=["accuracy"])
    model.fit(points, labels, epochs=epochs, batch_size=32, validation_split=0.2, verbose=0)
    return lambda new: np.asarray(model.predict(new, batch_size=2000, verbose=0)).ravel()
