import numpy as np


def step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def forward(X, h0, Wx, Wh, b):
    T, n, d = X.shape
    H = np.zeros((T, n, h0.shape[1]))
    for t in range(T):
        H[t] = step(X[t], h0, Wx, Wh, b)
    return H


def backward(X, h0, H, dH, Wx, Wh):
    T = len(X)
    dZ = np.zeros_like(H)
    dh = np.zeros_like(h0)
    for t in reversed(range(T)):
        dZ[t] = (dH[t] + dh) * (1 - H[t] ** 2)
        dh = dZ[t] @ Wh.T
    before = np.vstack([h0[np.newaxis], H[:-1]])
    dWx = np.einsum("tni,tnj->ij", X, dZ)
    dWh = np.einsum("tni,tnj->ij", before, dZ)
    db = dZ.sum(axis=(0, 1))
    return dWx, dWh, db, dh


def clip(dWx, dWh, db, limit):
    total = np.linalg.norm(np.concatenate([dWx.ravel(), dWh.ravel(), db.ravel()]))
    if total > limit:
        dWx, dWh, db = dWx * limit / total, dWh * limit / total, db * limit / total
    return dWx, dWh, db
