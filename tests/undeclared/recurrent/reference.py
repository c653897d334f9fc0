"""TensorFlow reference of recurrent: a tanh cell; X is (T, n, d), the state (n, k), and all sums run over steps and samples."""

import numpy as np
import tensorflow as tf


def _float64(value):
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def step(x, h, Wx, Wh, b):
    return tf.tanh(tf.matmul(_float64(x), _float64(Wx)) + tf.matmul(_float64(h), _float64(Wh)) + _float64(b))


def forward(X, h0, Wx, Wh, b):
    states, h = [], _float64(h0)
    for x in tf.unstack(_float64(X)):
        h = step(x, h, Wx, Wh, b)
        states.append(h)
    return tf.stack(states)


def weighted_sum(X, h0, Wx, Wh, b, dH):
    return tf.reduce_sum(_float64(dH) * forward(X, h0, Wx, Wh, b))


def backward(X, h0, H, dH, Wx, Wh):
    # The bias is not an argument. It follows from the first state, and is the same in every row.
    X, h0, H, Wx, Wh = map(_float64, (X, h0, H, Wx, Wh))
    b = (tf.atanh(H[0]) - tf.matmul(X[0], Wx) - tf.matmul(h0, Wh))[0]
    with tf.GradientTape() as tape:
        tape.watch([Wx, Wh, b, h0])
        value = weighted_sum(X, h0, Wx, Wh, b, dH)
    return tuple(tape.gradient(value, [Wx, Wh, b, h0]))


def clip(dWx, dWh, db, limit):
    return tuple(tf.clip_by_global_norm([_float64(dWx), _float64(dWh), _float64(db)], limit)[0])
