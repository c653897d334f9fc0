"""Initial weights, scaled inputs and one-hot labels."""

import numpy as np


def init(n_in, n_out):
    """Return new weights (n_in, n_out), uniform with the variance 2 / (n_in + n_out)."""
    variance = 2 / (n_in + n_out)
    limit = np.sqrt(3 * variance)
    return np.random.uniform(-limit, limit, size=(n_in, n_out))


def _divisor(spread):
    """Return the spread, with 1 instead of 0 for constant columns."""
    return np.where(spread == 0, 1, spread)


def standardise(X, mean=None, std=None):
    """Return X with mean 0 and standard deviation 1 in each column, the means and the standard deviations."""
    if mean is None:
        mean = np.mean(X, axis=0)
    if std is None:
        std = np.std(X, axis=0)
    return (X - mean) / _divisor(std), mean, std


def min_max(X, low=None, high=None):
    """Return X with each column scaled to [0, 1], the smallest and the largest values."""
    if low is None:
        low = np.min(X, axis=0)
    if high is None:
        high = np.max(X, axis=0)
    return (X - low) / _divisor(high - low), low, high


def robust(X, median=None, iqr=None):
    """Return X with median 0 and interquartile range 1 in each column, the medians and the ranges."""
    if median is None:
        median = np.median(X, axis=0)
    if iqr is None:
        iqr = np.percentile(X, 75, axis=0) - np.percentile(X, 25, axis=0)
    return (X - median) / _divisor(iqr), median, iqr


def one_hot(labels):
    """Return (n, k) with a one in the column of each label 0 to k - 1."""
    Y = np.zeros((len(labels), np.max(labels) + 1))
    Y[np.arange(len(labels)), labels] = 1
    return Y


def decorrelate(X):
    """Return X without its mean, turned and scaled so that the covariance is the identity."""
    centred = X - np.mean(X, axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred / len(X))
    return centred @ vectors / np.sqrt(values)
