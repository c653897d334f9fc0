"""A correct solution of the exercise with one check of each newer kind."""

import numpy as np

answers = {"q1": 26, "q2": "red", "q3": ["red", "green"], "q4": "Because."}


class Mean:
    def __init__(self, rate):
        self.rate = rate
        self.mean = 0

    def add(self, x):
        self.mean = (1 - self.rate) * self.mean + self.rate * x
        return self.mean

    def reset(self):
        self.mean = 0


def cost(target):
    def function(X):
        return np.sum((X - target) ** 2)

    return function


def draw(n):
    return np.random.uniform(0, 1, n)


def layers(X, weights):
    activations = []
    for W in weights:
        X = np.tanh(X @ W)
        activations.append(X)
    return activations


def descend(x, rate, epochs):
    costs = []
    for _ in range(epochs):
        x = x - rate * 2 * x
        costs.append(x**2)
    return x, costs


def train(X, y, seed):
    random = np.random.default_rng(seed)
    w, b = random.normal(size=(2, 1)), 0.0
    for _ in range(500):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        w = w - X.T @ (p - y) * 0.5
        b = b - np.sum(p - y) * 0.5
    return w, b


def predict(params, X):
    w, b = params
    return 1 / (1 + np.exp(-(X @ w + b)))
