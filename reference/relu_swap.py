"""TensorFlow reference of ``relu-swap``: one hidden ReLU layer, a sigmoid output, squared error.

Samples are in rows: X (n, d), W1 (d, h), b1 (h,), W2 (h, 1), b2 (1,), y (n, 1). The cost is
0.5 * sum((y - y_hat)**2) / n. Exercise 3 of lecture deck 000. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def relu(z):
    """Return max(0, z) for each element."""
    return tf.nn.relu(_float64(z))


def relu_derivative(z):
    """Return 1 where z > 0, else 0. No probe contains exactly 0."""
    z = _float64(z)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = tf.nn.relu(z)
    return tape.gradient(value, z)


def forward(X, W1, b1, W2, b2):
    """Return Z1 (n, h), A1 (n, h), Z2 (n, 1), y_hat (n, 1)."""
    Z1 = tf.matmul(_float64(X), _float64(W1)) + _float64(b1)
    A1 = tf.nn.relu(Z1)
    Z2 = tf.matmul(A1, _float64(W2)) + _float64(b2)
    return Z1, A1, Z2, tf.math.sigmoid(Z2)


def cost(X, y, W1, b1, W2, b2):
    """Return the cost as a function of the parameters, for its derivatives."""
    y = _float64(y)
    return 0.5 * tf.reduce_sum(tf.square(y - forward(X, W1, b1, W2, b2)[3])) / tf.cast(tf.shape(y)[0], tf.float64)


def backward(X, y, Z1, A1, Z2, y_hat, W2):
    """Return the derivatives of the cost with respect to W1, b1, W2 and b2, from the values of a forward pass.

    Some parameters are not arguments, but their changes are enough for a derivative: the tape watches a change
    of each parameter, which is zero here and is added to the pre-activations.
    """
    X, y, Z1, A1, Z2, W2 = (_float64(value) for value in (X, y, Z1, A1, Z2, W2))
    d, h = X.shape[1], Z1.shape[1]
    changes = [tf.zeros(shape, tf.float64) for shape in ((d, h), (h,), (h, 1), (1,))]
    with tf.GradientTape() as tape:
        tape.watch(changes)
        c1, e1, c2, e2 = changes
        hidden = tf.nn.relu(Z1 + tf.matmul(X, c1) + e1)
        output = tf.math.sigmoid(Z2 + tf.matmul(hidden - A1, W2) + tf.matmul(hidden, c2) + e2)
        value = 0.5 * tf.reduce_sum(tf.square(y - output)) / tf.cast(tf.shape(y)[0], tf.float64)
    return tuple(tape.gradient(value, changes))


def train(X, y, W1, b1, W2, b2, learning_rate, epochs):
    """Train by gradient descent. Return (W1, b1, W2, b2, losses); losses has epochs + 1 entries."""
    parameters = [_float64(value) for value in (W1, b1, W2, b2)]
    losses = [cost(X, y, *parameters)]
    for _ in range(int(epochs)):
        with tf.GradientTape() as tape:
            tape.watch(parameters)
            value = cost(X, y, *parameters)
        slopes = tape.gradient(value, parameters)
        parameters = [value - learning_rate * slope for value, slope in zip(parameters, slopes, strict=True)]
        losses.append(cost(X, y, *parameters))
    return (*parameters, tf.stack(losses))
