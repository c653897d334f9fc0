"""One sigmoid neuron, trained by hand. Replace every `raise NotImplementedError`."""

import numpy as np


def sigmoid(z):
    """1 / (1 + e^-z) for each element of z; the result has the shape of z."""
    raise NotImplementedError


def predict(X, w, b=0.0):
    """Output of the neuron for each row of X: shape (n,)."""
    raise NotImplementedError


def loss(y, y_hat):
    """Half the sum of the squared errors: one number."""
    raise NotImplementedError


def gradients(X, y, w, b=0.0):
    """Derivatives of the loss: (dw, db), dw of the shape of w, db one number. Summed over the points."""
    raise NotImplementedError


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    """Gradient descent: (w, b, losses), losses with one entry an epoch.

    Without fit_bias the given b is used in every prediction, and never updated.
    """
    raise NotImplementedError


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]])
    y = np.array([0, 1, 0, 1])
    w, b, losses = train(X, y, np.array([-0.2, 0.4, -1.0]))
    corners = np.array([[0, 0, 0], [0, 1, 0], [1, 0, 0], [1, 1, 0]])
    print(predict(corners, w, b))
