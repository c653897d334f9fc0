"""One sigmoid neuron, trained by hand. Replace every `raise NotImplementedError`."""

import numpy as np


def sigmoid(z):
    """Return 1 / (1 + e^-z) for each element of z; the result has the shape of z."""
    raise NotImplementedError


def predict(X, w, b=0.0):
    """Return the output of the neuron for each row of X: shape (n,)."""
    raise NotImplementedError


def loss(y, y_hat):
    """Return half the sum of the squared errors, one number."""
    raise NotImplementedError


def gradients(X, y, w, b=0.0):
    """Return the derivatives (dw, db) of the loss, summed over the points: dw has the shape of w, db is one number."""
    raise NotImplementedError


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    """Train by gradient descent. Return (w, b, losses); losses has one entry per epoch.

    With fit_bias=False every prediction uses the argument b, and b is never updated.
    """
    raise NotImplementedError


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    y = np.array([0, 1, 0, 1])
    w, b, losses = train(X, y, np.array([-0.2, 0.4, -1.0]))
    corners = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]])
    print(predict(corners, w, b))
