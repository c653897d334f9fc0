"""TensorFlow reference of ``playground``: the four data sets of playground.tensorflow.org, and networks that learn them.

Deck 000, exercise 2: "Try different activation functions and change the learning rate".
"""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


def make(name, n, noise, seed):
    """Return n points, float64 (n, 2), of the data set with this name, and their labels, half of them 0 and half 1."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.arange(n) % 2)
    if name == "circle":
        radius, angle = random.random(n) + 2 * (1 - labels), 2 * np.pi * random.random(n)
    elif name == "spiral":
        radius = 3 * random.random(n)
        angle = np.pi * (radius + labels)
    if name in ("circle", "spiral"):
        points = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    elif name == "xor":
        signs = random.choice([-1, 1], n)
        points = 3 * random.random((n, 2)) * np.column_stack([signs, signs * (1 - 2 * labels)])
    else:
        points = 0.5 * random.standard_normal((n, 2)) + 2 * (2 * labels - 1)[:, None]
    return points + noise * random.standard_normal((n, 2)), labels


def train(data, hidden, activation, learning_rate, regularization, epochs, seed):
    """Return the function that predicts the probability of label 1, float32 (n,), after training with Adam."""
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    points, labels = data
    penalty = keras.regularizers.l2(regularization)
    layers = [keras.layers.Dense(width, activation=activation, kernel_regularizer=penalty) for width in hidden]
    model = keras.Sequential([keras.layers.Input((2,)), *layers, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss="binary_crossentropy")
    model.fit(points, labels, epochs=epochs, batch_size=32, verbose=0)
    return lambda new: np.asarray(model.predict(new, batch_size=2000, verbose=0)).ravel()
