import numpy as np


def mse(w, b, x, y):
    return float(((y - w * x - b) ** 2).sum() / len(y))


def gradient(x, y, w, b):
    residual = y - w * x - b
    return -2 * np.dot(residual, x) / len(x), -2 * residual.mean()


def minimize(x, y, w0=0.0, b0=0.0, lr=0.01, epochs=100, batch_size=None):
    w, b = w0, b0
    batches = 1 if batch_size is None else int(np.ceil(len(x) / batch_size))
    costs = [mse(w, b, x, y)]
    for _ in range(epochs):
        for k in range(batches):
            rows = slice(None) if batch_size is None else slice(k * batch_size, (k + 1) * batch_size)
            dw, db = gradient(x[rows], y[rows], w, b)
            w -= lr * dw
            b -= lr * db
        costs.append(mse(w, b, x, y))
    return w, b, costs[1:]


def largest_learning_rate(x, y):
    # the second derivatives of the cost
    ww, wb, bb = 2 * np.mean(x**2), 2 * np.mean(x), 2.0
    steepest = (ww + bb) / 2 + np.sqrt(((ww - bb) / 2) ** 2 + wb**2)
    return 2 / steepest
