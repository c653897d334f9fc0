"""Two groups of points, a network that separates them, and its decision boundary."""

import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import layers


def make_data(n, seed):
    """Return 2 n points, (2 n, 2), of two normal distributions in random order, and their labels 0 and 1, (2 n,)."""
    raise NotImplementedError


# The network after training, and the result of its fit().
model = None
history = None


def predict(X):
    """Return for each point (x1, x2) in the rows of X its class, or the probability of class 1."""
    raise NotImplementedError


# Plot the points in two colours, the loss and the accuracy against the epoch, and the decision boundary with the points.
