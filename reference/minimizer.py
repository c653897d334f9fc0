"""TensorFlow reference of ``minimizer``: linear regression by gradient descent, in batches.

The cost is the mean squared error, as on the slide "Empirical loss" of lecture deck 000; the steps are those of the slides
"Gradient descent" and "Mini-Batch gradient descent" of deck 004. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def cost(w, b, x, y):
    """Return the mean of the squared errors of w x + b over the points x (n,) and y (n,)."""
    return tf.reduce_mean(tf.square(_float64(w) * _float64(x) + _float64(b) - _float64(y)))


def gradient(w, b, x, y):
    """Return d cost / d w and d cost / d b, both scalars, by automatic differentiation."""
    parameters = [_float64(w), _float64(b)]
    with tf.GradientTape() as tape:
        tape.watch(parameters)
        value = cost(*parameters, x, y)
    return tuple(tape.gradient(value, parameters))


def minimise(x, y, w, b, learning_rate, epochs, batch_size=None):
    """Minimise by gradient descent. Return (w, b, costs).

    The batches of an epoch follow each other in the given order, the last one may be smaller; without ``batch_size`` all
    points are one batch. ``costs`` has epochs + 1 entries over all points: one before and one after each epoch.
    """
    x, y, w, b = map(_float64, (x, y, w, b))
    size = len(x) if batch_size is None else int(batch_size)
    costs = [cost(w, b, x, y)]
    for _ in range(int(epochs)):
        for start in range(0, len(x), size):
            dw, db = gradient(w, b, x[start : start + size], y[start : start + size])
            w, b = w - learning_rate * dw, b - learning_rate * db
        costs.append(cost(w, b, x, y))
    return w, b, tf.stack(costs)


def learning_rates(x, y):
    """Return 2 / the largest eigenvalue of the cost's second derivatives: below it gradient descent converges."""
    x, y = _float64(x), _float64(y)
    parameters = tf.zeros(2, tf.float64)
    with tf.GradientTape(persistent=True) as outer:
        outer.watch(parameters)
        with tf.GradientTape() as inner:
            inner.watch(parameters)
            value = cost(parameters[0], parameters[1], x, y)
        slopes = tf.unstack(inner.gradient(value, parameters))
    curvature = tf.stack([outer.gradient(slope, parameters) for slope in slopes])
    return 2 / tf.reduce_max(tf.linalg.eigvalsh(curvature))
