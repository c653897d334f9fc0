import numpy as np


def step(x, h, Wx, Wh, b):
    return np.tanh(x @ Wx + h @ Wh + b)


def forward(X, h0, Wx, Wh, b):
    steps = X.shape[0]
    H = np.empty((steps,) + h0.shape)
    H[0] = step(X[0], h0, Wx, Wh, b)
    for t in range(1, steps):
        H[t] = step(X[t], H[t - 1], Wx, Wh, b)
    return H


def backward(X, h0, H, dH, Wx, Wh):
    grad_Wx = np.zeros_like(Wx)
    grad_Wh = np.zeros_like(Wh)
    grad_b = np.zeros(len(Wh))
    grad_h = np.zeros_like(h0)
    t = X.shape[0] - 1
    while t >= 0:
        grad_h = grad_h + dH[t]
        grad_z = grad_h * (1 - np.square(H[t]))
        h_before = h0 if t == 0 else H[t - 1]
        grad_Wx = X[t].T @ grad_z
        grad_Wh += h_before.T @ grad_z
        grad_b += grad_z.sum(0)
        grad_h = grad_z @ Wh.T
        t -= 1
    return grad_Wx, grad_Wh, grad_b, grad_h


def clip(dWx, dWh, db, limit):
    total = np.sum(dWx**2) + np.sum(dWh**2) + np.sum(db**2)
    if total > limit**2:
        r = limit / np.sqrt(total)
        return r * dWx, r * dWh, r * db
    return dWx, dWh, db
