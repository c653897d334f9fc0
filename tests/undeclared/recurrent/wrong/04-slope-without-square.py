import numpy as np


def step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def forward(X, h0, Wx, Wh, b):
    H = np.zeros((len(X), *h0.shape))
    for t in range(len(X)):
        H[t] = step(X[t], H[t - 1] if t else h0, Wx, Wh, b)
    return H


def tanh_derivative(h):
    return 1 - h


def backward(X, h0, H, dH, Wx, Wh):
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wh.shape[1])
    dh_next = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = H[t - 1] if t > 0 else h0
        delta = (dH[t] + dh_next) * tanh_derivative(H[t])
        dWx += X[t].T @ delta
        dWh += h_prev.T @ delta
        db += delta.sum(axis=0)
        dh_next = delta @ Wh.T
    return dWx, dWh, db, dh_next


def clip(dWx, dWh, db, limit):
    norm = np.sqrt((dWx**2).sum() + (dWh**2).sum() + (db**2).sum())
    scale = limit / norm if norm > limit else 1.0
    return dWx * scale, dWh * scale, db * scale
