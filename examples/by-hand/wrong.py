import numpy as np


def forward(i, W1, W2):
    h = np.dot(i, W1)
    return h, np.dot(h, W2)


def error(pred, target):
    return (pred - target) ** 2 / 2


def delta(pred, target):
    return pred - target


def update(i, W1, W2, target, a):
    h, pred = forward(i, W1, W2)
    d = delta(pred, target)
    W2 = W2 + a * d * h
    W1 = W1 + a * d * np.outer(i, W2)
    return W1, W2
