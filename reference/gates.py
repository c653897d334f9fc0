"""TensorFlow reference of ``gates``: networks of sigmoids that learn AND, OR, NAND and XOR by cross-entropy and Adam.

X is (4, 2), y (4, 1). Lecture deck 002, "Testing the XOR gate and other gates". All computation is in float64.
"""

from __future__ import annotations

import itertools

import numpy as np
import tensorflow as tf

ROWS = list(itertools.product((0, 1), repeat=2))
GATES = {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "NAND": (1, 1, 1, 0), "XOR": (0, 1, 1, 0)}


def train_gate(X, y, hidden, learning_rate, epochs, seed):
    """Return the trained parameters: (W, b) of each layer. They begin with a normal distribution of deviation 1."""
    random = np.random.default_rng(int(seed))
    widths = [np.shape(X)[1], int(hidden), 1] if hidden else [np.shape(X)[1], 1]
    params = [
        [tf.Variable(random.normal(size=shape)), tf.Variable(np.zeros(shape[1]))]
        for shape in itertools.pairwise(widths)
    ]
    optimizer = tf.keras.optimizers.Adam(float(learning_rate), epsilon=1e-8)
    variables = [variable for layer in params for variable in layer]
    X, y = tf.constant(X, tf.float64), tf.constant(y, tf.float64)

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            losses = tf.nn.sigmoid_cross_entropy_with_logits(y, _logits(params, X))
            cost = tf.reduce_mean(losses)
        optimizer.apply_gradients(zip(tape.gradient(cost, variables), variables, strict=True))

    optimizer.build(variables)
    for _epoch in range(int(epochs)):
        step()
    return params


def _logits(params, X):
    a = tf.cast(X, tf.float64)
    for W, b in params[:-1]:
        a = tf.math.sigmoid(tf.matmul(a, W) + b)
    return tf.matmul(a, params[-1][0]) + params[-1][1]


def predict(params, X):
    """Return the probability of class 1 for each row, (n, 1)."""
    return tf.math.sigmoid(_logits(params, X))


def one_layer(X, y, W1, b1):
    """Return the output and the gradients of the sum of the cross-entropy, for a network without hidden layer."""
    return _output_and_gradients(X, y, [[W1, b1]])


def two_layers(X, y, W1, b1, W2, b2):
    """Return the same for a network with one hidden layer."""
    return _output_and_gradients(X, y, [[W1, b1], [W2, b2]])


def _output_and_gradients(X, y, params):
    params = [[tf.Variable(item, dtype=tf.float64) for item in layer] for layer in params]
    with tf.GradientTape() as tape:
        logits = _logits(params, X)
        cost = tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(tf.constant(y, tf.float64), logits))
    gradients = tape.gradient(cost, [variable for layer in params for variable in layer])
    return tf.math.sigmoid(logits), *gradients


def needs_hidden(gate):
    """Return True if no line separates the classes of the gate, so that a network without hidden layer cannot learn it."""
    targets = np.array(GATES[str(gate)]) == 1
    numbers = np.arange(-2.0, 2.5, 0.5)
    return not any(
        np.array_equal(np.array(ROWS) @ (one, other) + bias > 0, targets)
        for one, other, bias in itertools.product(numbers, repeat=3)
    )
