import numpy as np


def step(x, h, Wx, Wh, b):
    from_input = np.dot(x, Wx)
    from_state = np.dot(h, Wh.T)
    return np.tanh(from_input + from_state + b)


def forward(X, h0, Wx, Wh, b):
    states = []
    h = h0
    for x in X:
        h = np.tanh(np.dot(x, Wx) + np.dot(h, Wh) + b)
        states.append(h)
    return np.array(states)


def backward(X, h0, H, dH, Wx, Wh):
    T = X.shape[0]
    previous = np.concatenate([h0[None], H[:-1]])
    dWx, dWh, db = np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wh.shape[0])
    dh = np.zeros(h0.shape)
    for t in range(T - 1, -1, -1):
        da = (dH[t] + dh) * (1 - H[t] * H[t])
        dWx = dWx + np.dot(X[t].T, da)
        dWh = dWh + np.dot(previous[t].T, da)
        db = db + da.sum(axis=0)
        dh = np.dot(da, Wh.T)
    return dWx, dWh, db, dh


def clip(dWx, dWh, db, limit):
    norm = np.sqrt(sum((g**2).sum() for g in (dWx, dWh, db)))
    factor = min(1, limit / norm)
    return factor * dWx, factor * dWh, factor * db
