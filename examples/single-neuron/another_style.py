"""Correct, in another style: other names, another order of arguments, loops, a dict as a result."""

import math

import numpy as np


def logistic(t):
    def one(x):
        return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))

    return np.vectorize(one, otypes=[float])(t)


def forward(weights, bias, inputs):
    return np.array([logistic(sum(w * x for w, x in zip(weights, row)) + bias) for row in inputs])


def cost(predictions, targets):
    total = 0.0
    for prediction, target in zip(predictions, targets):
        total += (target - prediction) ** 2
    return total / 2


def gradient(weights, bias, inputs, targets):
    dw, db = np.zeros(len(weights)), 0.0
    for row, target, a in zip(inputs, targets, forward(weights, bias, inputs)):
        delta = (a - target) * a * (1 - a)
        dw += delta * row
        db += delta
    return {"db": db, "dw": dw}


def fit(inputs, targets, weights, bias=0.0, lr=1.0, n_epochs=100, update_bias=True):
    history = []
    for _ in range(n_epochs):
        g = gradient(weights, bias, inputs, targets)
        weights = weights - lr * g["dw"]
        bias = bias - lr * g["db"] if update_bias else bias
        history.append(cost(forward(weights, bias, inputs), targets))  # after the update
    return history, weights, bias
