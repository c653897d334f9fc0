import numpy as np


def step(x, h, Wx, Wh, b):
    z = x @ Wx + h @ Wh + b
    return (np.exp(z) - np.exp(-z)) / (np.exp(z) + np.exp(-z))


def forward(X, h0, Wx, Wh, b):
    h = h0.copy()
    hs = []
    for t in range(X.shape[0]):
        hs.append(h)
        h = step(X[t], h, Wx, Wh, b)
    return np.stack(hs)


def backward(X, h0, H, dH, Wx, Wh):
    all_h = [h0] + [h for h in H]
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wx.shape[1])
    carry = 0
    for t in range(len(X), 0, -1):
        dz = (1 - all_h[t] ** 2) * (dH[t - 1] + carry)
        dWx += X[t - 1].T @ dz
        dWh += all_h[t - 1].T @ dz
        db += dz.sum(axis=0)
        carry = dz @ Wh.T
    return dWx, dWh, db, carry


def clip(dWx, dWh, db, limit):
    norm = np.sqrt(np.sum(dWx**2) + np.sum(dWh**2) + np.sum(db**2))
    if norm <= limit:
        return dWx, dWh, db
    return dWx / norm * limit, dWh / norm * limit, db / norm * limit
