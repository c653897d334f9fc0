"""TensorFlow reference of ``gradient-tape``: derivatives of lecture deck 000, with GradientTape in float64."""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _variable(value):
    return tf.Variable(np.asarray(value, dtype=np.float64))


def derivative(f, x):
    """Return the derivative of f at the number x."""
    x = _variable(x)
    with tf.GradientTape() as tape:
        y = f(x)
    return tape.gradient(y, x)


def gradients(x, w, b):
    """Return the derivatives of mean((x @ w + b)**2) by w and b."""
    w, b = _variable(w), _variable(b)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w + b) ** 2)
    return tuple(tape.gradient(loss, [w, b]))


def train_step(w, b, x, y, lr):
    """Return w and b after one step of gradient descent on mean((x @ w + b - y)**2)."""
    w, b = _variable(w), _variable(b)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((x @ w + b - y) ** 2)
    for variable, slope in zip((w, b), tape.gradient(loss, [w, b]), strict=True):
        variable.assign_sub(lr * slope)
    return w.numpy(), b.numpy()


def second_derivative(f, x):
    """Return the second derivative of f at the number x."""
    x = _variable(x)
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = f(x)
        slope = inner.gradient(y, x)
    return outer.gradient(slope, x)


def jacobian(f, x):
    """Return the derivatives of the outputs of f (rows) by the entries of the vector x (columns)."""
    x = _variable(x)
    with tf.GradientTape(persistent=True) as tape:
        y = f(x)
    return tape.jacobian(y, x, experimental_use_pfor=False)  # a vectorised loop would be traced again for each f
