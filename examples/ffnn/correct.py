"""The biases are the first rows of the weights, and there are derivatives by name."""

import copy

import numpy as np


def identity(x):
    return x


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def RELU(x):
    return np.maximum(x, 0)


def LRELU(x):
    return np.where(x > 0, x, 0.01 * x)


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


DERIVATIVES = {
    "identity": lambda z: np.ones(z.shape),
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "RELU": lambda z: (z > 0) * 1.0,
    "LRELU": lambda z: np.where(z > 0, 1.0, 0.01),
}


class CostOLS:
    def __init__(self, target):
        self.target = target

    def __call__(self, x):
        return np.sum((self.target - x) ** 2) / len(self.target)


class CostLogReg(CostOLS):
    def __call__(self, x):
        return -np.sum(self.target * np.log(x + 1e-9) + (1 - self.target) * np.log(1 - x + 1e-9)) / len(self.target)


class CostCrossEntropy(CostOLS):
    def __call__(self, x):
        return -np.sum(self.target * np.log(x + 1e-9)) / len(self.target)


class Constant:
    def __init__(self, eta):
        self.eta = eta

    def update_change(self, gradient):
        return self.eta * gradient

    def reset(self):
        pass


class Momentum(Constant):
    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum, self.last = momentum, 0

    def update_change(self, gradient):
        self.last = self.momentum * self.last + self.eta * gradient
        return self.last


class Adam(Constant):
    def __init__(self, eta, rho, rho2):
        super().__init__(eta)
        self.rho, self.rho2, self.n = rho, rho2, 1
        self.m = self.v = 0

    def update_change(self, gradient):
        self.m = self.rho * self.m + (1 - self.rho) * gradient
        self.v = self.rho2 * self.v + (1 - self.rho2) * gradient**2
        return self.eta * (self.m / (1 - self.rho**self.n)) / (np.sqrt(self.v / (1 - self.rho2**self.n)) + 1e-8)

    def reset(self):
        self.n += 1
        self.m = self.v = 0


class FFNN:
    def __init__(self, dimensions, hidden_func=sigmoid, output_func=identity, cost_func=CostOLS, seed=None):
        self.dimensions, self.seed = dimensions, seed
        self.hidden_func, self.output_func, self.cost_func = hidden_func, output_func, cost_func
        self.reset_weights()

    def reset_weights(self):
        if self.seed is not None:
            np.random.seed(self.seed)
        sizes = zip(self.dimensions[:-1], self.dimensions[1:])
        self.weights = [np.random.randn(before + 1, after) for before, after in sizes]

    def feed_forward(self, X):
        self.z, self.a = [], [X]
        for i, W in enumerate(self.weights):
            self.z.append(np.hstack([np.ones((len(X), 1)), self.a[-1]]) @ W)
            f = self.output_func if i + 1 == len(self.weights) else self.hidden_func
            self.a.append(f(self.z[-1]))
        return self.a[-1]

    def predict(self, X, *, threshold=0.5):
        output = self.feed_forward(X)
        if self.cost_func == CostCrossEntropy:
            return output.argmax(axis=1)
        return (output > threshold).astype(int) if self.cost_func == CostLogReg else output

    def fit(self, X, t, scheduler, batches=1, epochs=100, lam=0):
        copies = [(copy.deepcopy(scheduler), copy.deepcopy(scheduler)) for _ in self.weights]
        size = len(X) // batches
        scores = {"train_errors": np.zeros(epochs)}
        for epoch in range(epochs):
            for batch in range(batches):
                end = len(X) if batch == batches - 1 else (batch + 1) * size
                self.step(X[batch * size : end], t[batch * size : end], copies, lam)
            for one, other in copies:
                one.reset()
                other.reset()
            scores["train_errors"][epoch] = self.cost_func(t)(self.feed_forward(X))
        return scores

    def step(self, X, t, copies, lam):
        output = self.feed_forward(X)
        if self.cost_func == CostOLS:
            delta = 2 / len(X) * (output - t) * DERIVATIVES[self.output_func.__name__](self.z[-1])
        else:
            delta = (output - t) / len(X)
        old = [W.copy() for W in self.weights]
        for i in range(len(old) - 1, -1, -1):
            if i + 1 < len(old):
                delta = delta @ old[i + 1][1:].T * DERIVATIVES[self.hidden_func.__name__](self.z[i])
            gradient = self.a[i].T @ delta + lam * old[i][1:]
            bias_gradient = delta.sum(axis=0, keepdims=True)
            changes = [copies[i][1].update_change(bias_gradient), copies[i][0].update_change(gradient)]
            self.weights[i] = old[i] - np.vstack(changes)
