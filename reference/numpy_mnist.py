"""TensorFlow reference of ``numpy-mnist``: two hidden layers and an output layer, ReLU on all, squared error.

Samples are in columns: X (d, n), w1 (h, d), b1 (h, 1), w2 (k, h), b2 (k, 1), w3 (c, k), b3 (c, 1), Y (c, n). The
cost is sum((A3 - Y)**2) / n. Lecture deck 001. All computation is in float64.
"""

from __future__ import annotations

import itertools

import numpy as np
import tensorflow as tf

CLASSES = 10


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def ReLU(Z):
    """Return max(0, Z) for each element."""
    return tf.nn.relu(_float64(Z))


def der_ReLU(Z):
    """Return 1 where Z > 0, else 0. No probe contains exactly 0."""
    Z = _float64(Z)
    with tf.GradientTape() as tape:
        tape.watch(Z)
        value = tf.nn.relu(Z)
    return tape.gradient(value, Z)


def one_hot(labels):
    """Return one column per label: (10, n)."""
    return tf.one_hot(np.asarray(labels), CLASSES, axis=0, dtype=tf.float64)


def forward_propagation(X, w1, b1, w2, b2, w3, b3):
    """Return Z1, A1, Z2, A2, Z3, A3, each (units, n)."""
    Z1 = tf.matmul(_float64(w1), _float64(X)) + _float64(b1)
    A1 = tf.nn.relu(Z1)
    Z2 = tf.matmul(_float64(w2), A1) + _float64(b2)
    A2 = tf.nn.relu(Z2)
    Z3 = tf.matmul(_float64(w3), A2) + _float64(b3)
    return Z1, A1, Z2, A2, Z3, tf.nn.relu(Z3)


def _cost_of(A3, Y):
    return tf.reduce_sum(tf.square(A3 - Y)) / tf.cast(tf.shape(Y)[1], tf.float64)


def cost(X, Y, w1, b1, w2, b2, w3, b3):
    """Return the cost as a function of the parameters, for its derivatives."""
    return _cost_of(forward_propagation(X, w1, b1, w2, b2, w3, b3)[-1], _float64(Y))


def back_propagation(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3):
    """Return dW3, dB3, dW2, dB2, dW1, dB1, the derivatives of the cost, from the values of a forward pass.

    Some parameters are not arguments, but their changes are enough for a derivative: the tape watches a change
    of each parameter, which is zero here and is added to the pre-activations.
    """
    X, Y, Z1, A1, Z2, A2, Z3, w2, w3 = (_float64(value) for value in (X, Y, Z1, A1, Z2, A2, Z3, w2, w3))
    sizes = [X.shape[0], Z1.shape[0], Z2.shape[0], Z3.shape[0]]
    weights = [tf.zeros((after, before), tf.float64) for before, after in itertools.pairwise(sizes)]
    biases = [tf.zeros((size, 1), tf.float64) for size in sizes[1:]]
    with tf.GradientTape() as tape:
        tape.watch([weights, biases])
        first = tf.nn.relu(Z1 + tf.matmul(weights[0], X) + biases[0])
        second = tf.nn.relu(Z2 + tf.matmul(w2, first - A1) + tf.matmul(weights[1], first) + biases[1])
        third = tf.nn.relu(Z3 + tf.matmul(w3, second - A2) + tf.matmul(weights[2], second) + biases[2])
        value = _cost_of(third, Y)
    (dW1, dW2, dW3), (dB1, dB2, dB3) = tape.gradient(value, [weights, biases])
    return dW3, dB3, dW2, dB2, dW1, dB1


def update_params(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1):
    """Return w3, b3, w2, b2, w1, b1 after one step against the gradient."""
    pairs = ((w3, dW3), (b3, dB3), (w2, dW2), (b2, dB2), (w1, dW1), (b1, dB1))
    return tuple(_float64(value) - alpha * _float64(slope) for value, slope in pairs)


def get_predictions(A3):
    """Return the class with the largest output for each column: (n,)."""
    return tf.argmax(_float64(A3), axis=0)
