"""TensorFlow reference of ``backprop``: a network with any number of layers, sigmoid in each, half the squared error.

Samples are in rows: X (n, d), y (n, k); ``weights`` is the list of W (in, out) and ``biases`` the list of b (out,) of all
layers. The cost is 0.5 * sum((a - y)**2), the sum over samples and outputs. Lecture deck 002, "Setting up the back
propagation algorithm". All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def feed_forward(X, weights, biases, activation=tf.math.sigmoid):
    """Return (zs, activations): for each layer z = a W + b and its output, the activation of z, each (n, units)."""
    a = _float64(X)
    zs, activations = [], []
    for W, b in zip(weights, biases, strict=True):
        z = tf.matmul(a, _float64(W)) + _float64(b)
        a = activation(z)
        zs.append(z)
        activations.append(a)
    return zs, activations


def cost(X, y, weights, biases):
    """Return the cost as a function of the parameters, for its derivatives."""
    return 0.5 * tf.reduce_sum(tf.square(feed_forward(X, weights, biases)[1][-1] - _float64(y)))


def back_propagation(X, y, weights, biases):
    """Return (dW, db): the derivatives of the cost by each W, of its shape, and by each b (out,)."""
    weights, biases = [_float64(W) for W in weights], [_float64(b) for b in biases]
    with tf.GradientTape() as tape:
        tape.watch([*weights, *biases])
        value = cost(X, y, weights, biases)
    slopes = tape.gradient(value, [*weights, *biases])
    return slopes[: len(weights)], slopes[len(weights) :]
