import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def feed_forward(X, weights, biases, activation=sigmoid):
    zs = []
    activations = []
    a = X
    for i in range(len(weights)):
        z = np.dot(a, weights[i]) + biases[i]
        a = activation(z)
        zs.append(z)
        activations.append(a)
    return zs, activations


def back_propagation(X, y, weights, biases):
    zs, activations = feed_forward(X, weights, biases)
    n = len(weights)
    dW, db = [0] * n, [0] * n
    # The derivative of the sigmoid is missing in the hidden layers.
    delta = (activations[-1] - y) * activations[-1] * (1 - activations[-1])
    for i in range(n - 1, -1, -1):
        a_before = activations[i - 1] if i > 0 else X
        dW[i] = np.dot(a_before.T, delta)
        db[i] = np.sum(delta, axis=0)
        delta = np.dot(delta, weights[i].T)
    return dW, db
