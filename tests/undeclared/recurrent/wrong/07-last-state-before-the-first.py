import numpy as np


def step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def forward(X, h0, Wx, Wh, b):
    H = np.zeros((len(X), *h0.shape))
    h = h0
    for t in range(len(X)):
        h = step(X[t], h, Wx, Wh, b)
        H[t] = h
    return H


def backward(X, h0, H, dH, Wx, Wh):
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wh.shape[1])
    dh_next = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        dz = (dH[t] + dh_next) * (1 - H[t] ** 2)
        dWx += X[t].T @ dz
        dWh += H[t - 1].T @ dz
        db += np.sum(dz, axis=0)
        dh_next = dz @ Wh.T
    return dWx, dWh, db, dh_next


def clip(dWx, dWh, db, limit):
    norm = np.sqrt(np.sum(dWx**2) + np.sum(dWh**2) + np.sum(db**2))
    if norm > limit:
        return dWx * limit / norm, dWh * limit / norm, db * limit / norm
    return dWx, dWh, db
