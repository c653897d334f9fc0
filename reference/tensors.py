"""TensorFlow reference of ``tensors``: shapes, slices, reshapes, broadcasting and Variables, as in lecture deck 000."""

from __future__ import annotations

import tensorflow as tf


def shapes(t):
    """Return the number of axes, the shape and the number of elements."""
    t = tf.constant(t)
    return tf.rank(t), tf.shape(t), tf.size(t)


def last_row(t):
    """Return the last row."""
    return tf.constant(t)[-1, :]


def skip_first(t):
    """Return all rows but the first."""
    return tf.constant(t)[1:, :]


def second_column(t):
    """Return the second column."""
    return tf.constant(t)[:, 1]


def flatten(t):
    """Return all elements in one axis."""
    return tf.reshape(t, [-1])


def pairs(t):
    """Return a tensor (3, 2, 5) as (6, 5)."""
    return tf.reshape(t, [3 * 2, 5])


def per_block(t):
    """Return a tensor (3, 2, 5) as (3, 10)."""
    return tf.reshape(t, [3, -1])


def swap_axes(t):
    """Return the transpose: all axes in reversed order."""
    return tf.transpose(t)


def largest(t):
    """Return the index of the largest element of each column."""
    return tf.math.argmax(t)


def scale_columns(a, b):
    """Return a (n, k) with column j multiplied by b[j]."""
    return tf.constant(a) * tf.constant(b)


def broadcast_shape(s1, s2):
    """Return the shape of the result of broadcasting."""
    return tf.broadcast_dynamic_shape(list(s1), list(s2))


def update(v):
    """Return the value of a Variable after assign([5, 6]) and assign_add([2, 3]), and that of the Variable itself."""
    variable = tf.Variable(v)
    variable.assign([5, 6])
    value = variable.assign_add([2, 3]).numpy()
    return value, variable.numpy()
