"""TensorFlow reference of ``ffnn``: a feed forward network of any depth, lecture deck 002, with gradients from the tape.

``parameters`` has all weights and biases in one array, layer by layer, W (in, out) before b. All computation is in float64.
"""

from __future__ import annotations

import itertools

import numpy as np
import tensorflow as tf

ACTIVATIONS = {
    "sigmoid": tf.math.sigmoid,
    "tanh": tf.math.tanh,
    "RELU": tf.nn.relu,
    "LRELU": lambda z: tf.where(z > 0, z, 0.01 * z),  # tf.nn.leaky_relu rounds the slope to float32
    "identity": tf.identity,
    "softmax": tf.nn.softmax,
}


def _float64(value):
    return tf.constant(np.asarray(value, dtype=np.float64))


def _split(parameters, dimensions):
    """Return the Variables W and b of each layer."""
    sizes = [int(size) for size in np.ravel(dimensions)]
    parameters, arrays = np.asarray(parameters, dtype=np.float64), []
    for before, after in itertools.pairwise(sizes):
        for shape in ((before, after), (after,)):
            count = int(np.prod(shape))
            arrays.append(tf.Variable(parameters[:count].reshape(shape)))
            parameters = parameters[count:]
    return arrays


def _logits(X, arrays, hidden):
    a = _float64(X)
    for W, b in zip(arrays[:-2:2], arrays[1:-2:2], strict=True):
        a = ACTIVATIONS[hidden](a @ W + b)
    return a @ arrays[-2] + arrays[-1]


def _cost(t, logits, output, cost):
    t = _float64(t)
    count = tf.cast(tf.shape(t)[0], tf.float64)
    if cost == "CostCrossEntropy" and output == "softmax":
        return tf.reduce_sum(tf.nn.softmax_cross_entropy_with_logits(t, logits)) / count
    if cost == "CostLogReg" and output == "sigmoid":
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(t, logits)) / count
    return tf.reduce_sum(tf.square(t - ACTIVATIONS[output](logits))) / count


def identity(X):
    """Return X as it is."""
    return ACTIVATIONS["identity"](_float64(X))


def sigmoid(X):
    """Return 1 / (1 + e^-X) of each number."""
    return ACTIVATIONS["sigmoid"](_float64(X))


def RELU(X):
    """Return the larger of X and 0, of each number."""
    return ACTIVATIONS["RELU"](_float64(X))


def LRELU(X):
    """Return X, and 0.01 X for negative numbers."""
    return ACTIVATIONS["LRELU"](_float64(X))


def softmax(X):
    """Return e^X divided by its sum over each row, (n, k)."""
    return ACTIVATIONS["softmax"](_float64(X))


def CostOLS(target):
    """Return a function of X: the sum of the squared errors, divided by the number of rows."""
    return lambda X: tf.reduce_sum(tf.math.squared_difference(_float64(target), _float64(X))) / len(target)


def CostLogReg(target):
    """Return a function of X: the sum of the binary cross-entropies, divided by the number of rows."""
    return lambda X: (
        tf.reduce_sum(_entropy(target, X) + _entropy(1 - np.asarray(target), 1 - np.asarray(X))) / len(target)
    )


def CostCrossEntropy(target):
    """Return a function of X: the cross-entropy of its rows, divided by their number."""
    return lambda X: tf.reduce_sum(_entropy(target, X)) / len(target)


def _entropy(target, X):
    return -_float64(target) * tf.math.log(_float64(X))


class Constant:
    """Changes of ``eta`` times the gradient."""

    def __init__(self, eta):
        self.eta = eta

    def update_change(self, gradient):
        """Return the change, in the shape of ``gradient``."""
        return self.eta * _float64(gradient)


class Momentum(Constant):
    """Changes that carry on a share of the last change."""

    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum, self.change = momentum, 0.0

    def update_change(self, gradient):
        """Return the change, in the shape of ``gradient``."""
        self.change = self.momentum * self.change + super().update_change(gradient)
        return self.change


def network_output(X, parameters, dimensions, hidden_name, output_name, cost_name, threshold=0.5):
    """Return the outputs (n, k), for CostLogReg the classes 0 and 1 (n, k), for CostCrossEntropy the class numbers (n,)."""
    y = ACTIVATIONS[output_name](_logits(X, _split(parameters, dimensions), hidden_name))
    if cost_name == "CostOLS":
        return y
    if cost_name == "CostLogReg":
        return tf.cast(y > threshold, tf.float64)
    return tf.cast(tf.argmax(y, axis=1), tf.float64)


def network_cost(X, t, parameters, dimensions, hidden_name, output_name, cost_name):
    """Return the cost of the outputs, divided by the number of rows."""
    return _cost(t, _logits(X, _split(parameters, dimensions), hidden_name), output_name, cost_name)


def network_training(
    X,
    t,
    parameters,
    dimensions,
    hidden_name,
    output_name,
    cost_name,
    eta,
    momentum=0.0,
    batches=1,
    epochs=1,
    lam=0.0,
    fits=1,
):
    """Return the parameters after ``fits`` trainings with momentum. Each gradient of a weight has ``lam`` times the weight added.

    A new training begins with the trained parameters, but without the last changes: with momentum, ``fits`` is 1.
    """
    arrays = _split(parameters, dimensions)
    X, t, batches = np.asarray(X), np.asarray(t), int(batches)
    size, changes = len(X) // batches, [tf.zeros_like(array) for array in arrays]
    for _epoch in range(int(fits) * int(epochs)):
        for batch in range(batches):
            rows = slice(batch * size, len(X) if batch == batches - 1 else (batch + 1) * size)
            with tf.GradientTape() as tape:
                total = _cost(t[rows], _logits(X[rows], arrays, hidden_name), output_name, cost_name)
                total += lam / 2 * tf.add_n([tf.reduce_sum(tf.square(W)) for W in arrays[::2]])
            gradients = tape.gradient(total, arrays)
            changes = [momentum * change + eta * gradient for change, gradient in zip(changes, gradients, strict=True)]
            for array, change in zip(arrays, changes, strict=True):
                array.assign_sub(change)
    return tf.concat([tf.reshape(array, [-1]) for array in arrays], 0)
