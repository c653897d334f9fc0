import numpy as np

# ---------- activation ----------
def sigmoid(z):
    e = np.exp(-z)
    return 1 / (1 + e)

# ---------- forward ----------
def predict(X, w, b=0.0):
    s = (X * w).sum(axis=1) + b
    return sigmoid(s)

# ---------- loss ----------
def loss(y, y_hat):
    r = y_hat - y
    return np.dot(r, r) / 2

# ---------- backward ----------
def gradients(X, y, w, b=0.0):
    h = predict(X, w, b)
    r = h - y
    q = r * h * (1 - h)
    return q @ X, q.sum()

# ---------- training ----------
def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    Ls = np.empty(epochs)
    for t in range(epochs):
        Ls[t] = loss(y, predict(X, w, b))
        gw, gb = gradients(X, y, w, b)
        if fit_bias:
            w, b = w - learning_rate * gw, b - learning_rate * gb
        else:
            w = w - learning_rate * gw
    return w, b, Ls
