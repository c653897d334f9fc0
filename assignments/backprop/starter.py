"""A network with any number of layers. Write the feed forward stage and the back-propagation."""

import numpy as np


def sigmoid(z):
    """Return the logistic function of z, without overflow. Not graded."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def feed_forward(X, weights, biases, activation=sigmoid):
    """Return the lists zs and activations, with one array (n, units) for each layer."""
    raise NotImplementedError


def back_propagation(X, y, weights, biases):
    """Return the lists dW and db, with one derivative of the cost 0.5 * sum((a - y)**2) for each layer."""
    raise NotImplementedError


if __name__ == "__main__":
    # Your own experiments: this block is not run when you are graded.
    random = np.random.default_rng(0)
    widths = [3, 5, 4, 2]
    weights = [random.normal(size=shape) for shape in zip(widths[:-1], widths[1:])]
    biases = [random.normal(size=width) for width in widths[1:]]
    X, y = random.normal(size=(6, 3)), random.uniform(size=(6, 2))
    dW, db = back_propagation(X, y, weights, biases)
    step = 1e-5
    for layer in range(3):
        ends = []
        for sign in (1, -1):
            shifted = [W.copy() for W in weights]
            shifted[layer][0, 0] += sign * step
            output = feed_forward(X, shifted, biases)[1][-1]
            ends.append(0.5 * np.sum((output - y) ** 2))
        print(layer, dW[layer][0, 0], (ends[0] - ends[1]) / (2 * step))
