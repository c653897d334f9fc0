import numpy as np


def step(x, h, Wx, Wh, b):
    return np.tanh(np.matmul(x, Wx) + np.matmul(h, Wh) + b)


def forward(X, h0, Wx, Wh, b):
    outputs = []
    state = h0
    for t in range(len(X)):
        state = step(X[t], state, Wx, Wh, b)
        outputs.append(state)
    return np.stack(outputs, axis=0)


def backward(X, h0, H, dH, Wx, Wh):
    T = X.shape[0]
    states = np.concatenate([h0[None, :, :], H])
    dWx = np.zeros_like(Wx)
    dWh = np.zeros_like(Wh)
    db = np.zeros(Wh.shape[0])
    dnext = np.zeros_like(h0)
    for t in range(T - 1, 0, -1):
        dtotal = dH[t] + dnext
        draw = dtotal * (1 - states[t + 1] ** 2)
        dWx += np.matmul(X[t].T, draw)
        dWh += np.matmul(states[t].T, draw)
        db += np.sum(draw, axis=0)
        dnext = np.matmul(draw, Wh.T)
    return dWx, dWh, db, dnext


def clip(dWx, dWh, db, limit):
    norm = np.sqrt(np.sum(dWx**2) + np.sum(dWh**2) + np.sum(db**2))
    if norm > limit:
        dWx = dWx * limit / norm
        dWh = dWh * limit / norm
        db = db * limit / norm
    return dWx, dWh, db
