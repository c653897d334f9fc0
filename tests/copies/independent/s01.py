import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def predict(X, w, b=0.0):
    z = np.dot(X, w) + b
    return sigmoid(z)


def loss(y, y_hat):
    return 0.5 * np.sum((y - y_hat) ** 2)


def gradients(X, y, w, b=0.0):
    y_hat = predict(X, w, b)
    error = y_hat - y
    delta = error * y_hat * (1 - y_hat)
    dw = np.dot(X.T, delta)
    db = np.sum(delta)
    return dw, db


def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for epoch in range(epochs):
        y_hat = predict(X, w, b)
        losses.append(loss(y, y_hat))
        dw, db = gradients(X, y, w, b)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
    return w, b, losses
