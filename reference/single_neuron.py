"""TensorFlow reference of ``single-neuron``: one sigmoid neuron, trained by gradient descent.

Formulas: lecture deck "Introduction to machine learning methods" (tCSC 2024), slides "Gradient
descent" and "Gradient descent with bias". The sign of b in the slides, exp(-w.x + b), is a mistake. All
computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def sigmoid(z):
    """Return 1 / (1 + exp(-z)) for each element; z may have any shape."""
    return tf.math.sigmoid(_float64(z))


def predict(X, w, b=0.0):
    """Return the outputs (n,) of the neuron for X (n, d), w (d,) and a scalar b."""
    return tf.math.sigmoid(tf.linalg.matvec(_float64(X), _float64(w)) + _float64(b))


def loss(y, y_hat):
    """Return half the sum of the squared errors, a scalar."""
    return 0.5 * tf.reduce_sum(tf.square(_float64(y) - _float64(y_hat)))


def cost(X, y, w, b=0.0):
    """Return the loss as a function of the parameters, for its derivatives."""
    return loss(y, predict(X, w, b))


def gradients(X, y, w, b=0.0):
    """Return d cost / d w, shape (d,), and d cost / d b, a scalar, by automatic differentiation."""
    w, b = _float64(w), _float64(b)
    with tf.GradientTape() as tape:
        tape.watch([w, b])
        value = cost(X, y, w, b)
    return tuple(tape.gradient(value, [w, b]))


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    """Train by gradient descent. Return (w, b, losses).

    ``losses`` has epochs + 1 entries: one before the first update and one after each update. With
    ``fit_bias=False`` the forward pass uses the argument b, and b is not updated.
    """
    w, b = _float64(w), _float64(b)
    losses = [cost(X, y, w, b)]
    for _ in range(int(epochs)):
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
        losses.append(cost(X, y, w, b))
    return w, b, tf.stack(losses)
