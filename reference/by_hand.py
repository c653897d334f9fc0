"""TensorFlow reference of ``by-hand``: two inputs, two linear hidden nodes, one linear output, half the squared error.

i (2,) or (1, 2), W1 (2, 2), W2 (2,) or (2, 1); the example "Backward Propagation" of lecture deck 000. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def forward(i, W1, W2):
    """Return the hidden nodes h in the shape of i, and the prediction: one number, or (1, 1) for W2 (2, 1)."""
    i, W1, W2 = _float64(i), _float64(W1), _float64(W2)
    h = tf.tensordot(i, W1, 1)
    return h, tf.tensordot(h, W2, 1)


def error(pred, target):
    """Return half the squared difference."""
    return 0.5 * tf.square(_float64(pred) - _float64(target))


def delta(pred, target):
    """Return the derivative of the error with respect to the prediction."""
    pred = _float64(pred)
    with tf.GradientTape() as tape:
        tape.watch(pred)
        value = error(pred, target)
    return tape.gradient(value, pred)


def update(i, W1, W2, target, a):
    """Return the weights W1 and W2 after one step against the gradient of the error."""
    W1, W2 = _float64(W1), _float64(W2)
    with tf.GradientTape() as tape:
        tape.watch([W1, W2])
        value = error(forward(i, W1, W2)[1], target)
    slope1, slope2 = tape.gradient(value, [W1, W2])
    a = _float64(a)
    return W1 - a * slope1, W2 - a * slope2
