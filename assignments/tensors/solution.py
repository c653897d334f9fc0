"""Solution of the assignment `tensors`."""

import tensorflow as tf


def shapes(t):
    return t.ndim, t.shape, tf.size(t).numpy()


def last_row(t):
    return t[-1, :]


def skip_first(t):
    return t[1:, :]


def second_column(t):
    return t[:, 1]


def flatten(t):
    return tf.reshape(t, [-1])


def pairs(t):
    return tf.reshape(t, [3 * 2, 5])


def per_block(t):
    return tf.reshape(t, [3, -1])


def swap_axes(t):
    return tf.transpose(t)


def largest(t):
    return tf.math.argmax(t, axis=0)


def scale_columns(a, b):
    return a * b


def broadcast_shape(s1, s2):
    rank = max(len(s1), len(s2))
    s1 = [1] * (rank - len(s1)) + list(s1)
    s2 = [1] * (rank - len(s2)) + list(s2)
    shape = []
    for n1, n2 in zip(s1, s2):
        if n1 != n2 and n1 != 1 and n2 != 1:
            return None
        shape.append(max(n1, n2))
    return tuple(shape)


def update(v):
    v.assign([5, 6])
    v.assign_add([2, 3])
    return v
