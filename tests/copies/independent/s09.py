import numpy as np


def sigmoid(z):
    """Logistic function."""
    return 1 / (1 + np.exp(-np.array(z)))


def derivative(a):
    return a * (1 - a)


def predict(X, w, b=0.0):
    """Forward pass."""
    return sigmoid(np.array(X) @ np.array(w) + b)


def loss(y, y_hat):
    """Half the squared error."""
    e = np.array(y) - np.array(y_hat)
    return e @ e / 2


def gradients(X, y, w, b=0.0):
    """Backward pass."""
    X, y = np.array(X), np.array(y)
    a = predict(X, w, b)
    delta = (a - y) * derivative(a)
    dw = (X * delta[:, None]).sum(axis=0)
    db = delta.sum()
    return dw, db


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    """Gradient descent."""
    losses = []
    for _ in range(epochs):
        losses.append(loss(y, predict(X, w, b)))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
    return w, b, np.array(losses)
