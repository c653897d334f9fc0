# Wrong: a reshape instead of the transpose, argmax along the wrong axis, ones on the right, and a copy of the Variable.
import tensorflow as tf


def shapes(t):
    return t.ndim, t.shape, tf.size(t)


def last_row(t):
    return t[-1, :]


def skip_first(t):
    return t[1:, :]


def second_column(t):
    return t[:, 1]


def flatten(t):
    return tf.reshape(t, [-1]).numpy().tolist()


def pairs(t):
    return tf.reshape(t, [6, 5])


def per_block(t):
    return tf.reshape(t, [3, -1])


def swap_axes(t):
    return tf.reshape(t, t.shape[::-1])


def largest(t):
    return tf.math.argmax(t, axis=1)


def scale_columns(a, b):
    return tf.cast(a, tf.float32) * tf.cast(b, tf.float32)


def broadcast_shape(s1, s2):
    while len(s1) < len(s2):
        s1 = (*s1, 1)
    while len(s2) < len(s1):
        s2 = (*s2, 1)
    return tuple(max(pair) for pair in zip(s1, s2))


def update(v):
    w = tf.Variable(v)
    w.assign([5, 6])
    w.assign_add([2, 3])
    return w
