"""Plain gradient descent, with classes instead of probabilities and the parameters in a dict."""

import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def train_gate(X, y, hidden, learning_rate, epochs, seed):
    np.random.seed(seed)
    n = len(X)
    if hidden == 0:
        w, b = np.random.randn(2, 1), 0.0
        for _ in range(epochs):
            error = sigmoid(X @ w + b) - y
            w -= learning_rate * X.T @ error / n
            b -= learning_rate * error.mean()
        return {"w": w, "b": b}
    w1, b1 = np.random.randn(2, hidden), np.zeros(hidden)
    w2, b2 = np.random.randn(hidden, 1), 0.0
    for _ in range(epochs):
        a = sigmoid(X @ w1 + b1)
        error = (sigmoid(a @ w2 + b2) - y) / n
        delta = error @ w2.T * a * (1 - a)
        w2 -= learning_rate * a.T @ error
        b2 -= learning_rate * error.sum()
        w1 -= learning_rate * X.T @ delta
        b1 -= learning_rate * delta.sum(axis=0)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}


def predict(params, X):
    if "w" in params:
        out = sigmoid(X @ params["w"] + params["b"])
    else:
        out = sigmoid(sigmoid(X @ params["w1"] + params["b1"]) @ params["w2"] + params["b2"])
    return (out > 0.5).astype(int)


def needs_hidden(gate):
    return {"AND": False, "OR": False, "NAND": False, "XOR": True}[gate]
