"""Splitting of data into three parts, and one-hot labels."""

import numpy as np


def split(X, y, train, validation, test, seed):
    """Return X_train, y_train, X_val, y_val, X_test, y_test: the rows in random order, each in one part."""
    order = np.random.default_rng(seed).permutation(len(X))
    first = round(train * len(X))
    second = first + round(validation * len(X))
    X, y = X[order], y[order]
    return X[:first], y[:first], X[first:second], y[first:second], X[second:], y[second:]


def one_hot(labels):
    """Return (n, k) with a one in the column of each label 0 to k - 1."""
    Y = np.zeros((len(labels), np.max(labels) + 1))
    Y[np.arange(len(labels)), labels] = 1
    return Y


def stratified_split(X, y, train, validation, test, seed):
    """Return the same parts as split, with the same share of each class in all of them."""
    parts = [split(X[y == label], y[y == label], train, validation, test, seed) for label in np.unique(y)]
    X_train, y_train, X_val, y_val, X_test, y_test = map(np.concatenate, zip(*parts))
    return X_train, y_train, X_val, y_val, X_test, y_test
