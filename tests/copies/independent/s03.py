import math
import numpy as np

def sigmoid(z):
    z = np.asarray(z, dtype=float)
    out = np.empty_like(z)
    pos = z >= 0
    out[pos] = 1 / (1 + np.exp(-z[pos]))
    ez = np.exp(z[~pos])
    out[~pos] = ez / (1 + ez)
    return out

def predict(X, w, b=0.0):
    return sigmoid(np.matmul(X, w) + b)

def loss(y, y_hat):
    total = 0.0
    for target, output in zip(y, y_hat):
        total += (target - output) ** 2
    return total / 2

def gradients(X, y, w, b=0.0):
    outputs = predict(X, w, b)
    dw = np.zeros(len(w))
    db = 0.0
    for x_i, y_i, o_i in zip(X, y, outputs):
        d = (o_i - y_i) * o_i * (1 - o_i)
        dw += d * x_i
        db += d
    return dw, db

def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    weights = np.array(w, dtype=float)
    for _ in range(epochs):
        losses.append(loss(y, predict(X, weights, b)))
        dw, db = gradients(X, y, weights, b)
        weights = weights - learning_rate * dw
        if not fit_bias:
            continue
        b = b - learning_rate * db
    return weights, b, np.array(losses)
