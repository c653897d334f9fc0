"""A correct solution of ffnn."""

from copy import deepcopy

import numpy as np

EPSILON = 1e-12


def identity(X):
    return X


def sigmoid(X):
    e = np.exp(-np.abs(X))
    return np.where(X >= 0, 1 / (1 + e), e / (1 + e))


def RELU(X):
    return np.where(X > 0, X, 0.0)


def LRELU(X, alpha=0.01):
    return np.where(X > 0, X, alpha * X)


def softmax(X):
    e = np.exp(X - np.max(X, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def CostOLS(target):
    return lambda X: np.sum((target - X) ** 2) / target.shape[0]


def CostLogReg(target):
    def cost(X):
        return -np.sum(target * np.log(X + EPSILON) + (1 - target) * np.log(1 - X + EPSILON)) / target.shape[0]

    return cost


def CostCrossEntropy(target):
    return lambda X: -np.sum(target * np.log(X + EPSILON)) / target.shape[0]


SLOPES = {
    identity: lambda z: np.ones_like(z),
    sigmoid: lambda z: sigmoid(z) * (1 - sigmoid(z)),
    RELU: lambda z: np.where(z > 0, 1.0, 0.0),
    LRELU: lambda z: np.where(z > 0, 1.0, 0.01),
}


class Constant:
    def __init__(self, eta):
        self.eta = eta

    def update_change(self, gradient):
        return self.eta * gradient

    def reset(self):
        pass


class Momentum:
    def __init__(self, eta, momentum):
        self.eta = eta
        self.momentum = momentum
        self.change = 0

    def update_change(self, gradient):
        self.change = self.momentum * self.change + self.eta * gradient
        return self.change

    def reset(self):
        pass


class Adam:
    def __init__(self, eta, rho, rho2):
        self.eta = eta
        self.rho = rho
        self.rho2 = rho2
        self.reset()

    def update_change(self, gradient):
        self.count += 1
        self.moment = self.rho * self.moment + (1 - self.rho) * gradient
        self.second = self.rho2 * self.second + (1 - self.rho2) * gradient**2
        corrected = self.moment / (1 - self.rho**self.count)
        corrected_second = self.second / (1 - self.rho2**self.count)
        return self.eta * corrected / (np.sqrt(corrected_second) + 1e-8)

    def reset(self):
        self.count = 0
        self.moment = 0
        self.second = 0


class FFNN:
    def __init__(self, dimensions, hidden_func=sigmoid, output_func=identity, cost_func=CostOLS, seed=None):
        self.dimensions = dimensions
        self.hidden_func = hidden_func
        self.output_func = output_func
        self.cost_func = cost_func
        self.seed = seed
        self.reset_weights()

    def reset_weights(self):
        random = np.random.default_rng(self.seed)
        pairs = list(zip(self.dimensions[:-1], self.dimensions[1:]))
        self.weights = [random.normal(size=pair) for pair in pairs]
        self.biases = [0.01 * random.normal(size=after) for before, after in pairs]

    def forward(self, X):
        zs, activations = [], [X]
        for layer, (W, b) in enumerate(zip(self.weights, self.biases)):
            zs.append(activations[-1] @ W + b)
            is_last = layer == len(self.weights) - 1
            activations.append(self.output_func(zs[-1]) if is_last else self.hidden_func(zs[-1]))
        return zs, activations

    def predict(self, X, threshold=0.5):
        y = self.forward(X)[1][-1]
        if self.cost_func is CostCrossEntropy:
            return np.argmax(y, axis=1)
        if self.cost_func is CostLogReg:
            return np.where(y > threshold, 1, 0)
        return y

    def gradients(self, X, t, lam):
        zs, activations = self.forward(X)
        y = activations[-1]
        if self.cost_func is CostOLS:
            delta = 2 * (y - t) / len(X) * SLOPES[self.output_func](zs[-1])
        else:
            delta = (y - t) / len(X)  # with a sigmoid or a softmax as the output
        gradients = []
        for layer in reversed(range(len(self.weights))):
            W = self.weights[layer]
            gradients.insert(0, (activations[layer].T @ delta + lam * W, np.sum(delta, axis=0)))
            if layer > 0:
                delta = delta @ W.T * SLOPES[self.hidden_func](zs[layer - 1])
        return gradients

    def fit(self, X, t, scheduler, batches=1, epochs=100, lam=0):
        weight_schedulers = [deepcopy(scheduler) for W in self.weights]
        bias_schedulers = [deepcopy(scheduler) for b in self.biases]
        cost = self.cost_func(t)
        costs = []
        for epoch in range(epochs):
            for X_batch, t_batch in zip(np.array_split(X, batches), np.array_split(t, batches)):
                for layer, (dW, db) in enumerate(self.gradients(X_batch, t_batch, lam)):
                    self.weights[layer] = self.weights[layer] - weight_schedulers[layer].update_change(dW)
                    self.biases[layer] = self.biases[layer] - bias_schedulers[layer].update_change(db)
            for each in weight_schedulers + bias_schedulers:
                each.reset()
            costs.append(cost(self.forward(X)[1][-1]))
        return {"train_errors": np.array(costs)}
