import numpy as np


def step(x, h, Wx, Wh, b):
    return np.tanh(x.dot(Wx) + h.dot(Wh) + b)


def forward(X, h0, Wx, Wh, b):
    H = [h0]
    for x in X:
        H.append(step(x, H[-1], Wx, Wh, b))
    return np.array(H[1:])


def backward(X, h0, H, dH, Wx, Wh):
    H_prev = np.concatenate(([h0], H[:-1]), axis=0)
    dZ = dH * (1 - H**2)
    dWx = np.einsum("tnd,tnk->dk", X, dZ)
    dWh = np.einsum("tnj,tnk->jk", H_prev, dZ)
    db = dZ.sum(axis=0).sum(axis=0)
    dh0 = dZ[0] @ Wh.T
    return dWx, dWh, db, dh0


def clip(dWx, dWh, db, limit):
    grads = [dWx, dWh, db]
    norm = np.sqrt(np.sum([np.sum(g * g) for g in grads]))
    if norm > limit:
        grads = [g * (limit / norm) for g in grads]
    return tuple(grads)
