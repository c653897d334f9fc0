"""TensorFlow reference of ``data-preparation``: one-hot labels, and one of the many right splits.

Splits of a submission are judged by their properties, since any order is right.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def split(X, y, train, validation, test, seed):
    """Return the rows and labels of the three parts, in an order that depends on the seed."""
    order = np.random.default_rng(seed).permutation(len(X))
    first = round(train * len(X))
    second = first + round(validation * len(X))
    parts = []
    for chosen in (order[:first], order[first:second], order[second:]):
        parts += [tf.gather(tf.constant(np.asarray(values)), chosen) for values in (X, y)]
    return tuple(parts)


def stratified_split(X, y, train, validation, test, seed):
    """Return the same parts with the same share of each class."""
    X, y = np.asarray(X), np.asarray(y)
    parts = [split(X[y == label], y[y == label], train, validation, test, seed) for label in np.unique(y)]
    return tuple(tf.concat(pieces, 0) for pieces in zip(*parts, strict=True))


def one_hot(labels):
    """Return (n, k) for labels from 0 to k - 1."""
    labels = np.asarray(labels)
    return tf.one_hot(labels, int(labels.max()) + 1, dtype=tf.float64)
