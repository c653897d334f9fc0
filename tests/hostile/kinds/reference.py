"""The reference of the exercise with one check of each newer kind."""

import numpy as np


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
    return lambda X: np.sum((X - target) ** 2)


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
