"""TensorFlow reference of ``initialisation``: scaling of columns, and one-hot labels.

X (n, d), samples in rows; all statistics are (d,). Lecture decks 000 and 003. All computation is in float64.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf


def _float64(value):
    return tf.constant(np.asarray(value, dtype=np.float64))


def _divided(difference, spread):
    return difference / tf.where(spread == 0, tf.ones_like(spread), spread)


def _quantile(X, share):
    """Return the quantile of each column, linear between the two entries next to it."""
    ordered = tf.sort(X, axis=0)
    place = share * (X.shape[0] - 1)
    below = int(place)
    above = min(below + 1, X.shape[0] - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def standardise(X, mean=None, std=None):
    """Return the scaled columns, their means and their standard deviations, which divide by n."""
    X = _float64(X)
    mean = tf.reduce_mean(X, axis=0) if mean is None else _float64(mean)
    std = tf.math.reduce_std(X, axis=0) if std is None else _float64(std)
    return _divided(X - mean, std), mean, std


def min_max(X, low=None, high=None):
    """Return the columns scaled to [0, 1], their smallest and their largest values."""
    X = _float64(X)
    low = tf.reduce_min(X, axis=0) if low is None else _float64(low)
    high = tf.reduce_max(X, axis=0) if high is None else _float64(high)
    return _divided(X - low, high - low), low, high


def robust(X, median=None, iqr=None):
    """Return the scaled columns, their medians and their interquartile ranges."""
    X = _float64(X)
    median = _quantile(X, 0.5) if median is None else _float64(median)
    iqr = _quantile(X, 0.75) - _quantile(X, 0.25) if iqr is None else _float64(iqr)
    return _divided(X - median, iqr), median, iqr


def one_hot(labels):
    """Return (n, k) for labels from 0 to k - 1."""
    labels = np.asarray(labels)
    return tf.one_hot(labels, int(labels.max()) + 1, dtype=tf.float64)
