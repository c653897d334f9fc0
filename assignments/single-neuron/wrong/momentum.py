"""Uses another optimiser: correct after one step, wrong from the second step on."""

import numpy as np


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(np.asarray(z) >= 0, 1 / (1 + e), e / (1 + e))


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
    step_w, step_b = 0.0, 0.0
    for _ in range(epochs):
        losses.append(loss(y, predict(X, w, b)))
        dw, db = gradients(X, y, w, b)
        step_w = 0.1 * step_w + learning_rate * dw
        w = w - step_w
        if fit_bias:
            step_b = 0.1 * step_b + learning_rate * db
            b = b - step_b
    return w, b, np.array(losses)
