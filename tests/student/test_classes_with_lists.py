"""Classes that keep the weights of all layers in lists are right: given to the constructor, or generated for its sizes."""

from __future__ import annotations

import pytest

GIVEN = """
import numpy as np

class Network:
    def __init__(self, weights, biases):
        self.weights = weights
        self.biases = biases

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def feed_forward(self, X, activation=None):
        f = activation or self.sigmoid
        zs, activations = [], []
        A = X
        for W, b in zip(self.weights, self.biases):
            zs.append(A @ W + b)
            A = f(zs[-1])
            activations.append(A)
        return zs, activations

    def back_propagation(self, X, y):
        zs, activations = self.feed_forward(X)
        dW, db = [], []
        for l in reversed(range(len(self.weights))):
            a = activations[l]
            if l == len(self.weights) - 1:
                delta = (a - y) * a * (1 - a)
            else:
                delta = delta @ self.weights[l + 1].T * a * (1 - a)
            before = activations[l - 1] if l > 0 else X
            dW.insert(0, before.T @ delta)
            db.insert(0, np.sum(delta, axis=0, keepdims=True))
        return dW, db
"""
GENERATED = """
import numpy as np

class MLP:
    def __init__(self, layers):
        self.L = len(layers) - 1
        self.weights = [np.random.randn(a, b) for a, b in zip(layers[:-1], layers[1:])]
        self.biases = [np.zeros((1, b)) for b in layers[1:]]

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, X):
        self.zs, self.activations = [], [X]
        for W, b in zip(self.weights, self.biases):
            self.zs.append(self.activations[-1] @ W + b)
            self.activations.append(self.sigmoid(self.zs[-1]))
        return self.zs, self.activations

    def backward(self, X, y):
        self.forward(X)
        self.dW, self.db = [None] * self.L, [None] * self.L
        delta = self.activations[-1] - y
        for l in range(self.L - 1, -1, -1):
            a = self.activations[l + 1]
            delta = delta * a * (1 - a)
            self.dW[l] = self.activations[l].T @ delta
            self.db[l] = delta.sum(axis=0)
            delta = delta @ self.weights[l].T
        return self.dW, self.db
"""


@pytest.mark.parametrize(("source", "not_passed"), [(GIVEN, []), (GENERATED, ["activation"])])
def test_attributes_that_are_lists_hold_the_layers(graded, source, not_passed):
    report = graded("backprop", source)
    assert [check.name for check in report.checks if check.score != check.max_score] == not_passed


@pytest.mark.long
def test_mistake_in_a_class_with_lists_is_named(graded):
    source = GENERATED.replace("delta = self.activations[-1] - y\n", "delta = y - self.activations[-1]\n")
    assert source != GENERATED
    bugs = {check.diagnosis.bug for check in graded("backprop", source).checks if check.diagnosis}
    assert bugs == {"sign-flipped"}
