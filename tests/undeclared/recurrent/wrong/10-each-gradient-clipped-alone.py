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
    dWx, dWh = np.zeros_like(Wx), np.zeros_like(Wh)
    db = np.zeros(Wh.shape[1])
    dh_next = np.zeros_like(h0)
    for t in reversed(range(len(X))):
        h_prev = h0 if t == 0 else H[t - 1]
        dz = (dH[t] + dh_next) * (1 - H[t] ** 2)
        dWx += X[t].T @ dz
        dWh += h_prev.T @ dz
        db += np.sum(dz, axis=0)
        dh_next = dz @ Wh.T
    return dWx, dWh, db, dh_next


def clip(dWx, dWh, db, limit):
    clipped = []
    for g in [dWx, dWh, db]:
        norm = np.linalg.norm(g)
        if norm > limit:
            g = g * limit / norm
        clipped.append(g)
    return tuple(clipped)
