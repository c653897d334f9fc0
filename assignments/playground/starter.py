"""Four sets of points, and networks with other activations and learning rates."""

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers


def make_circle(n, noise, seed):
    """Return n points, (n, 2), and their labels, (n,): a disc with the label 1 in a ring with the label 0."""
    raise NotImplementedError


def make_xor(n, noise, seed):
    """Return n points and their labels: 1 if exactly one of the two coordinates is positive."""
    raise NotImplementedError


def make_gauss(n, noise, seed):
    """Return n points and their labels: two groups."""
    raise NotImplementedError


def make_spiral(n, noise, seed):
    """Return n points and their labels: two arms of a spiral."""
    raise NotImplementedError


def train(data, hidden, activation, learning_rate, regularization, epochs, seed):
    """Return a trained network. data is a pair (X, labels), hidden a list with the width of each hidden layer."""
    raise NotImplementedError


def predict(trained, X):
    """Return the probability of label 1 for each row of X."""
    raise NotImplementedError


def evaluate(data_name, activation, learning_rate):
    """Train with these arguments, and return the mean binary cross-entropy of points that were not in the training."""
    raise NotImplementedError


# The test loss for each (data_name, activation, learning_rate), and its plot.
results = {}
