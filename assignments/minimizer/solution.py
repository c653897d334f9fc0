"""A correct solution of minimizer."""

import matplotlib.pyplot as plt
import numpy as np


def cost(w, b, x, y):
    return np.mean((w * x + b - y) ** 2)


def gradient(w, b, x, y):
    error = w * x + b - y
    return 2 * np.mean(error * x), 2 * np.mean(error)


def minimise(x, y, w0, b0, learning_rate, epochs, batch_size=None):
    w, b = w0, b0
    size = len(x) if batch_size is None else batch_size
    costs = []
    for _ in range(epochs):
        for start in range(0, len(x), size):
            dw, db = gradient(w, b, x[start : start + size], y[start : start + size])
            w = w - learning_rate * dw
            b = b - learning_rate * db
        costs.append(cost(w, b, x, y))
    return w, b, costs


def learning_rates(x, y):
    A = np.column_stack([x, np.ones(len(x))])
    curvature = 2 * A.T @ A / len(x)
    return 2 / np.max(np.linalg.eigvalsh(curvature))


random = np.random.default_rng(1)
x = random.uniform(0, 10, 50)
y = 2 * x + 1 + random.normal(size=50)
largest = learning_rates(x, y)
runs = {
    "small": minimise(x, y, 0.0, 0.0, 0.05 * largest, 40)[2],
    "good": minimise(x, y, 0.0, 0.0, 0.7 * largest, 40)[2],
    "large": minimise(x, y, 0.0, 0.0, 1.02 * largest, 40)[2],
}
for name, costs in runs.items():
    plt.plot(range(1, 41), costs, label=name)
plt.yscale("log")
plt.xlabel("epoch")
plt.ylabel("cost")
plt.legend()
plt.show()
