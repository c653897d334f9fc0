"""TensorFlow reference of ``activations``: the table of activation functions of lecture deck 000, and their slopes.

Swish is x sigmoid(beta x), and leaky ReLU is alpha x for x < 0; the slide prints 2 x sigmoid(beta x) and a constant. ELU and maxout
are from decks 001 and 002. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def linear(x):
    """Return x."""
    return _float64(x)


def step(x):
    """Return 0 for x < 0 and 1 for x >= 0."""
    return tf.cast(_float64(x) >= 0, tf.float64)


def sigmoid(x):
    """Return 1 / (1 + e^-x), in a form that does not overflow."""
    return tf.math.sigmoid(_float64(x))


def tanh(x):
    """Return the hyperbolic tangent."""
    return tf.math.tanh(_float64(x))


def relu(x):
    """Return max(0, x)."""
    return tf.nn.relu(_float64(x))


def leaky_relu(x, alpha=0.01):
    """Return x for x >= 0 and alpha x for x < 0."""
    x = _float64(x)
    return tf.where(x >= 0, x, alpha * x)  # tf.nn.leaky_relu rounds alpha to float32


def elu(x, alpha=1.0):
    """Return x for x >= 0 and alpha (e^x - 1) for x < 0."""
    x = _float64(x)
    return tf.where(x >= 0, x, alpha * tf.math.expm1(tf.minimum(x, 0)))


def swish(x, beta=1.0):
    """Return x sigmoid(beta x)."""
    x = _float64(x)
    return x * tf.math.sigmoid(beta * x)


def maxout(x, w1, b1, w2, b2):
    """Return the larger of two weighted sums for each row of x (n, d): (n,)."""
    x, w1, w2 = _float64(x), _float64(w1), _float64(w2)
    return tf.maximum(tf.linalg.matvec(x, w1) + b1, tf.linalg.matvec(x, w2) + b2)


def _slope(function, x, *parameters):
    """Return the slope of an activation at each entry of x."""
    x = _float64(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = function(x, *parameters)
    return tape.gradient(value, x)


def sigmoid_derivative(x):
    """Return the slope of sigmoid."""
    return _slope(sigmoid, x)


def tanh_derivative(x):
    """Return the slope of tanh."""
    return _slope(tanh, x)


def relu_derivative(x):
    """Return the slope of relu; no probe of it contains 0."""
    return _slope(relu, x)


def leaky_relu_derivative(x, alpha=0.01):
    """Return the slope of leaky_relu; no probe of it contains 0."""
    return _slope(leaky_relu, x, alpha)


def elu_derivative(x, alpha=1.0):
    """Return the slope of elu; no probe of it contains 0."""
    return _slope(elu, x, alpha)


# Sums over all entries: their derivatives with respect to x are the slopes.


def sigmoid_sum(x):
    """Return the sum of sigmoid over all entries."""
    return tf.reduce_sum(sigmoid(x))


def tanh_sum(x):
    """Return the sum of tanh over all entries."""
    return tf.reduce_sum(tanh(x))


def relu_sum(x):
    """Return the sum of relu over all entries."""
    return tf.reduce_sum(relu(x))


def leaky_relu_sum(x, alpha=0.01):
    """Return the sum of leaky_relu over all entries."""
    return tf.reduce_sum(leaky_relu(x, alpha))


def elu_sum(x, alpha=1.0):
    """Return the sum of elu over all entries."""
    return tf.reduce_sum(elu(x, alpha))
