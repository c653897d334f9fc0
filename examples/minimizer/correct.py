import numpy as np


class LinearRegression:
    def __init__(self, w=0.0, b=0.0):
        self.w = w
        self.b = b

    def cost(self, x, y):
        return float(((y - self.w * x - self.b) ** 2).sum() / len(y))

    def gradient(self, x, y):
        residual = y - self.w * x - self.b
        return -2 * np.dot(residual, x) / len(x), -2 * residual.mean()

    def fit(self, x, y, lr, epochs, batch_size=None):
        batches = 1 if batch_size is None else int(np.ceil(len(x) / batch_size))
        costs = [self.cost(x, y)]
        for _ in range(epochs):
            for k in range(batches):
                rows = slice(None) if batch_size is None else slice(k * batch_size, (k + 1) * batch_size)
                dw, db = self.gradient(x[rows], y[rows])
                self.w -= lr * dw
                self.b -= lr * db
            costs.append(self.cost(x, y))
        return self.w, self.b, costs[1:]


def largest_learning_rate(x, y):
    # the second derivatives of the cost
    a, b, c = 2 * np.mean(x**2), 2 * np.mean(x), 2.0
    steepest = (a + c) / 2 + np.sqrt(((a - c) / 2) ** 2 + b**2)
    return 2 / steepest
