"""Training and use of a model: the trained parameters are passed on, or stay in an object or in global variables."""

from __future__ import annotations

import pytest

ASSIGNMENT = """\
name: luck
version: "1"
title: Luck
functions:
  train: {signature: "(X, size, seed)", returns: [params], aliases: [fit]}
  predict: {signature: "(params, X)", returns: [y]}
checks:
  - {name: often, title: It learns, kind: share, train: train, predict: predict, inputs: {X: [[0], [1]], size: 2},
     seed: seed, argument: X, labels: [0, 1], runs: 3, at_least: 0.9, points: 5}
"""
FORMS = {
    "functions": """
def train(X, size, seed):
    return size, seed
def predict(params, X):
    return X * (params[0] == 2) * (params[1] > 0)
""",
    "methods that keep the parameters": """
class Net:
    def train(self, X, size, seed):
        self.size = size
    def predict(self, X):
        return X * (self.size == 2)
""",
    "methods that pass the parameters on": """
class Net:
    def train(self, X, size, seed):
        return {"size": size}
    def predict(self, params, X):
        return X * (params["size"] == 2)
""",
    "a constructor with arguments": """
class Net:
    def __init__(self, size, seed=0):
        self.size = size
    def fit(self, X):
        self.trained = True
    def predict(self, X):
        return X * (self.size == 2) * self.trained
""",
    "a function that returns an object": """
class Net:
    def predict(self, X):
        return X * (self.size == 2)
def train(X, size, seed):
    net = Net()
    net.size = size
    return net
""",
    "global variables": """
def train(X, size, seed):
    global trained
    trained = size
def predict(X):
    return X * (trained == 2)
""",
}


@pytest.fixture
def end(graded):
    """Return a function that grades a source and returns the result of its check."""
    return lambda source: graded(ASSIGNMENT, source).checks[0]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_trained_and_used(end, form):
    result = end(FORMS[form])
    assert result.status == "passed", result.message


def test_functions_without_a_state_need_the_parameters(end):
    result = end("def train(X, size, seed):\n    return size\ndef predict(X):\n    return X\n")
    assert (result.status, "it has no parameter for params" in result.message) == ("failed", True)


def test_an_object_without_the_method_is_an_error_of_the_submission(end):
    source = "class Net:\n    def predict(self, X):\n        return X\ndef train(X, size, seed):\n    return 3\n"
    assert end(source).status == "error"
