"""sigmoid() returns its slope."""

import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    a = np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))
    return a * (1 - a)


def predict(X, w, b=0.0):
    return sigmoid(X @ w + b)


def loss(y, y_hat):
    return 0.5 * np.sum((y - y_hat) ** 2)


def gradients(X, y, w, b=0.0):
    y_hat = predict(X, w, b)
    delta = (y_hat - y) * y_hat * (1 - y_hat)
    return X.T @ delta, np.sum(delta)


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for _ in range(epochs):
        losses.append(loss(y, predict(X, w, b)))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
    return w, b, np.array(losses)
