import numpy as np


class RNN:
    def step(self, x, h, Wx, Wh, b):
        return np.tanh(x @ Wx + h @ Wh + b)

    def forward(self, X, h0, Wx, Wh, b):
        H = []
        h = h0
        for x_t in X:
            h = self.step(x_t, h, Wx, Wh, b)
            H.append(h)
        return np.array(H)

    def backward(self, X, h0, H, dH, Wx, Wh):
        dWx, dWh, db = 0, 0, 0
        dz = np.zeros_like(h0)
        for t in range(len(X))[::-1]:
            dh = dH[t] + dz @ Wh.T
            dz = dh * (1 - H[t] ** 2)
            dWx = dWx + X[t].T @ dz
            dWh = dWh + (H[t - 1] if t else h0).T @ dz
            db = db + dz.sum(axis=0)
        dh0 = dz
        return dWx, dWh, db, dh0

    def clip(self, dWx, dWh, db, limit):
        norm = np.sqrt(np.sum(dWx**2) + np.sum(dWh**2) + np.sum(db**2))
        if norm > limit:
            dWx, dWh, db = (g * limit / norm for g in (dWx, dWh, db))
        return dWx, dWh, db
