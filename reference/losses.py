"""TensorFlow reference of ``losses``: softmax, three loss functions and four metrics.

Lecture decks 000 (loss functions, metrics), 002 (cost functions that return functions) and 004 (softmax with a
temperature). All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

EPSILON = 10**-11.5
"""The distance of probabilities from 0 and 1: the middle, on a logarithmic scale, of the usual 1e-16 to 1e-7."""


def _float64(value):
    # A tensor is passed on as it is: a new constant would cut the tape.
    return value if tf.is_tensor(value) else tf.constant(np.asarray(value, dtype=np.float64))


def softmax(z, T=1):
    """Return e^(z/T) divided by its sum over the last axis, in the shape of z."""
    return tf.nn.softmax(_float64(z) / T, axis=-1)


def mse(y, y_hat):
    """Return the mean of the squared errors."""
    return tf.reduce_mean(tf.math.squared_difference(_float64(y), _float64(y_hat)))


def binary_cross_entropy(y, p):
    """Return the mean of -(y log p + (1 - y) log(1 - p)), with p kept away from 0 and 1."""
    y, p = _float64(y), tf.clip_by_value(_float64(p), EPSILON, 1 - EPSILON)
    return -tf.reduce_mean(y * tf.math.log(p) + (1 - y) * tf.math.log(1 - p))


def cross_entropy(Y, P):
    """Return the mean over the rows of -sum(Y log P), with P kept away from 0."""
    P = tf.clip_by_value(_float64(P), EPSILON, 1.0)
    return tf.reduce_mean(-tf.reduce_sum(_float64(Y) * tf.math.log(P), axis=1))


def _counts(y, y_hat):
    """Return the numbers of true positives, false positives and false negatives."""
    actual, predicted = (tf.equal(_float64(value), 1) for value in (y, y_hat))
    pairs = (actual & predicted, ~actual & predicted, actual & ~predicted)
    return [tf.reduce_sum(tf.cast(pair, tf.float64)) for pair in pairs]


def accuracy(y, y_hat):
    """Return the share of equal entries."""
    return tf.reduce_mean(tf.cast(tf.equal(_float64(y), _float64(y_hat)), tf.float64))


def precision(y, y_hat):
    """Return TP / (TP + FP)."""
    true_positives, false_positives, _ = _counts(y, y_hat)
    return true_positives / (true_positives + false_positives)


def recall(y, y_hat):
    """Return TP / (TP + FN)."""
    true_positives, _, false_negatives = _counts(y, y_hat)
    return true_positives / (true_positives + false_negatives)


def f1(y, y_hat):
    """Return the harmonic mean of precision and recall."""
    return 2 / (1 / precision(y, y_hat) + 1 / recall(y, y_hat))


def CostOLS(target):
    """Return a function of X: the sum of the squared errors, divided by the number of rows."""
    target = _float64(target)

    def cost(X):
        return tf.reduce_mean(tf.reduce_sum(tf.math.squared_difference(target, _float64(X)), axis=1))

    return cost


def CostLogReg(target):
    """Return a function of X: the binary cross-entropy, divided by the number of rows."""
    target = _float64(target)

    def cost(X):
        X = tf.clip_by_value(_float64(X), EPSILON, 1 - EPSILON)
        entropy = -(target * tf.math.log(X) + (1 - target) * tf.math.log(1 - X))
        return tf.reduce_mean(tf.reduce_sum(entropy, axis=1))

    return cost


def CostCrossEntropy(target):
    """Return a function of X: the cross-entropy of its rows, divided by their number."""

    def cost(X):
        return cross_entropy(target, X)

    return cost
