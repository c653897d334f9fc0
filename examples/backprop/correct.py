"""A network as a class. Its lists begin with the last layer, and its activations with the input: both are accepted."""

import numpy as np


class Network:
    def __init__(self, layers):
        self.weights = [np.random.randn(n_in, n_out) for n_in, n_out in zip(layers[:-1], layers[1:])]
        self.biases = [np.zeros(n_out) for n_out in layers[1:]]

    def sigmoid(self, z):
        return 0.5 * (1 + np.tanh(z / 2))

    def feed_forward(self, X, activation=None):
        activation = activation or self.sigmoid
        zs, activations = [], [X]
        for W, b in zip(self.weights, self.biases):
            zs.append(activations[-1] @ W + b)
            activations.append(activation(zs[-1]))
        return zs, activations

    def back_propagation(self, X, y):
        zs, activations = self.feed_forward(X)
        delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
        dW, db = [activations[-2].T @ delta], [np.sum(delta, axis=0)]
        for layer in range(len(self.weights) - 1, 0, -1):
            a = activations[layer]
            delta = delta @ self.weights[layer].T * a * (1 - a)
            dW.append(activations[layer - 1].T @ delta)
            db.append(np.sum(delta, axis=0))
        return dW, db
