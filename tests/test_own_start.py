"""Training that generates its own start: correct work gets the points, bugs are named, a start without training earns nothing."""

from __future__ import annotations

import pytest

from tests.changed import changed

PARTS = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))

def predict(X, w, b=0.0):
    return sigmoid(X @ w + b)

def loss(y, y_hat):
    return 0.5 * np.sum((y - y_hat) ** 2)

def gradients(X, y, w, b=0.0):
    p = predict(X, w, b)
    delta = (p - y) * p * (1 - p)
    return X.T @ delta, np.sum(delta)
"""
LOOP = """
    losses = []
    for _ in range(epochs):
        p = sigmoid(X @ w + b)
        losses.append(0.5 * np.sum((p - y) ** 2))
        delta = (p - y) * p * (1 - p)
        w = w - learning_rate * X.T @ delta
        if fit_bias:
            b = b - learning_rate * np.sum(delta)
    return w, b, losses
"""
SIGNATURE = "def train(X, y, learning_rate=0.5, epochs=100, fit_bias=True):\n"
FUNCTION = PARTS + SIGNATURE + "    w, b = np.random.randn(X.shape[1]), 0.0" + LOOP
CLASS = """
import numpy as np

class Neuron:
    def __init__(self, learning_rate=0.1, n_iter=100, fit_bias=True):
        self.learning_rate = learning_rate
        self.n_iter = n_iter
        self.fit_bias = fit_bias

    def sigmoid(self, z):
        return 1 / (1 + np.exp(-np.clip(z, -700, 700)))

    def predict(self, X):
        return self.sigmoid(np.dot(X, self.weights_) + self.bias_)

    def loss(self, y, y_hat):
        return 0.5 * np.sum((y - y_hat) ** 2)

    def gradients(self, X, y):
        a = self.predict(X)
        delta = (a - y) * a * (1 - a)
        return X.T.dot(delta), delta.sum()

    def fit(self, X, y):
        n_samples, n_features = X.shape
        self.weights_ = np.random.randn(n_features)
        self.bias_ = 0.0
        self.losses_ = []
        for _ in range(self.n_iter):
            self.losses_.append(self.loss(y, self.predict(X)))
            dw, db = self.gradients(X, y)
            self.weights_ -= self.learning_rate * dw
            if self.fit_bias:
                self.bias_ -= self.learning_rate * db
        return self
"""
NET_PARTS = """
import numpy as np

def sigmoid(z):
    return 1 / (1 + np.exp(-np.clip(z, -700, 700)))

def relu(z):
    return np.maximum(0, z)

def relu_derivative(z):
    return (z > 0) * 1.0

def forward(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    return Z1, A1, Z2, sigmoid(Z2)

def backward(X, y, Z1, A1, Z2, y_hat, W2):
    dZ2 = (y_hat - y) * y_hat * (1 - y_hat) / len(y)
    dZ1 = dZ2 @ W2.T * relu_derivative(Z1)
    return X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)

"""
NET_LOOP = """
    losses = []
    for _ in range(epochs):
        Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
        losses.append(0.5 * np.mean((y - y_hat) ** 2))
        dW1, db1, dW2, db2 = backward(X, y, Z1, A1, Z2, y_hat, W2)
        W1, b1 = W1 - learning_rate * dW1, b1 - learning_rate * db1
        W2, b2 = W2 - learning_rate * dW2, b2 - learning_rate * db2
    return W1, b1, W2, b2, losses
"""
NET = (
    NET_PARTS
    + "def train(X, y, hidden=4, epochs=1000, learning_rate=0.1):\n    np.random.seed(42)\n"
    + "    W1, b1 = np.random.randn(X.shape[1], hidden) * 0.5, np.zeros(hidden)\n"
    + "    W2, b2 = np.random.randn(hidden, 1) * 0.5, np.zeros(1)"
    + NET_LOOP
)
NET_CLASS = """
import numpy as np

class MLP:
    def __init__(self, hidden_size=6, lr=0.5, epochs=2000, random_state=0):
        self.hidden_size, self.lr, self.epochs, self.random_state = hidden_size, lr, epochs, random_state

    def relu(self, z):
        return np.maximum(z, 0)

    def relu_derivative(self, z):
        return np.where(z > 0, 1.0, 0.0)

    def forward(self, X):
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = self.relu(self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        self.A2 = 1 / (1 + np.exp(-np.clip(self.Z2, -700, 700)))
        return self.A2

    def backward(self, X, y):
        m = len(y)
        d2 = (self.A2 - y) * self.A2 * (1 - self.A2) / m
        d1 = d2 @ self.W2.T * self.relu_derivative(self.Z1)
        self.dW2, self.db2 = self.A1.T @ d2, d2.sum(axis=0, keepdims=True)
        self.dW1, self.db1 = X.T @ d1, d1.sum(axis=0, keepdims=True)

    def fit(self, X, y):
        rng = np.random.default_rng(self.random_state)
        self.W1, self.b1 = rng.normal(size=(X.shape[1], self.hidden_size)), np.zeros((1, self.hidden_size))
        self.W2, self.b2 = rng.normal(size=(self.hidden_size, 1)), np.zeros((1, 1))
        self.losses = []
        for epoch in range(self.epochs):
            out = self.forward(X)
            self.losses.append(0.5 * np.mean((y - out) ** 2))
            self.backward(X, y)
            for name in ("W1", "b1", "W2", "b2"):
                setattr(self, name, getattr(self, name) - self.lr * getattr(self, "d" + name))
        return self
"""


START = "w, b = np.random.randn(X.shape[1]), 0.0"
KEPT = "self.weights_ = np.random.randn(n_features)"
RIGHT = {
    "a function": ("single-neuron", FUNCTION),
    "zeros": ("single-neuron", changed(FUNCTION, (START, "w, b = np.zeros(X.shape[1]), 0"))),
    "a seed of its own": ("single-neuron", changed(FUNCTION, (START, "np.random.seed(1)\n    " + START))),
    "a column, a bias of one entry": (
        "single-neuron",
        changed(
            FUNCTION,
            (START, "w, b = np.random.randn(X.shape[1], 1), np.zeros(1)\n    y = np.reshape(y, (-1, 1))"),
        ),
    ),
    "the number of features": (
        "single-neuron",
        changed(
            FUNCTION,
            ("train(X, y, ", "train(X, y, n_features, seed, "),
            (START, "w, b = np.random.RandomState(seed).normal(size=n_features), 0.1"),
        ),
    ),
    "a generator of the system's": (
        "single-neuron",
        changed(FUNCTION, (START, "w, b = np.random.default_rng().normal(size=X.shape[1]), 0.0")),
    ),
    "a generator at the top": (
        "single-neuron",
        changed(
            FUNCTION, (SIGNATURE, "rng = np.random.default_rng(3)\n" + SIGNATURE), ("np.random.randn(", "rng.random(")
        ),
    ),
    "a loop that needs an epoch": (
        "single-neuron",
        changed(FUNCTION, ("    return w, b, losses", "    print(losses[-1])\n    return w, b, losses")),
    ),
    "the weights are given, the bias is not": (
        "single-neuron",
        changed(FUNCTION, ("train(X, y, ", "train(X, y, w, "), (START, "b = 0.5")),
    ),
    "global parameters": (
        "single-neuron",
        changed(
            FUNCTION,
            (SIGNATURE, "w, b = None, None\n\n" + SIGNATURE + "    global w, b, losses\n"),
            ("    return w, b, losses", ""),
        ),
    ),
    "global numbers": (
        "single-neuron",
        changed(
            FUNCTION,
            (SIGNATURE, "LEARNING_RATE, EPOCHS, FIT_BIAS = 0.1, 1000, True\n\ndef train(X, y):\n"),
            ("range(epochs)", "range(EPOCHS)"),
            ("learning_rate *", "LEARNING_RATE *"),
            ("if fit_bias", "if FIT_BIAS"),
        ),
    ),
    "a class": ("single-neuron", CLASS),
    "a class, zeros": ("single-neuron", changed(CLASS, (KEPT, "self.weights_ = np.zeros(n_features)"))),
    "a class, epochs of fit": (
        "single-neuron",
        changed(CLASS, ("fit(self, X, y)", "fit(self, X, y, epochs=5)"), ("range(self.n_iter)", "range(epochs)")),
    ),
    "a class, a method that draws": (
        "single-neuron",
        changed(
            CLASS,
            (
                "    def fit(",
                "    def _start(self, n):\n        " + KEPT.replace("n_features", "n") + "\n\n    def fit(",
            ),
            ("        n_samples, n_features = X.shape\n        " + KEPT, "        self._start(X.shape[1])"),
        ),
    ),
    "a net": ("relu-swap", NET),
    "a net, sizes are asked for": ("relu-swap", changed(NET, ("hidden=4", "hidden"))),
    "a net, rows of biases": ("relu-swap", changed(NET, ("np.zeros(hidden)", "np.zeros((1, hidden))"))),
    "a net, results in a dict": (
        "relu-swap",
        changed(NET, ("return W1, b1, W2, b2, losses", "return dict(W1=W1, b1=b1, W2=W2, b2=b2, losses=losses)")),
    ),
    "a net as a class": ("relu-swap", NET_CLASS),
    "a net as a class, of other widths": (
        "relu-swap",
        changed(NET_CLASS, ("hidden_size=6", "n_hidden, n_out"), ("= hidden_size, lr", "= n_hidden, lr")),
    ),
}
STEP_OF_W, STEP_OF_B = "w = w - learning_rate * X.T @ delta", "b = b - learning_rate * np.sum(delta)"
WRONG = {
    "one mean": (
        "single-neuron",
        changed(FUNCTION, (STEP_OF_B, "b = b - learning_rate * np.mean(delta)")),
        "mean-for-bias-only",
    ),
    "uphill": (
        "single-neuron",
        changed(FUNCTION, ("w = w -", "w = w +"), ("b = b -", "b = b +")),
        "sign-flipped|steps-uphill",
    ),
    "no slope": (
        "single-neuron",
        changed(FUNCTION, ("        delta = (p - y) * p * (1 - p)", "        delta = p - y")),
        "activation-derivative-missing|cross-entropy-delta",
    ),
    "an epoch too many": (
        "single-neuron",
        changed(FUNCTION, ("range(epochs)", "range(epochs + 1)")),
        "one-epoch-too-many",
    ),
    "a fixed rate": ("single-neuron", changed(FUNCTION, ("learning_rate *", "0.1 *")), "argument-ignored"),
    "the bias stays": ("single-neuron", changed(FUNCTION, (STEP_OF_B, "pass")), "bias-never-updated"),
    "nothing moves": (
        "single-neuron",
        changed(FUNCTION, (STEP_OF_B, "pass"), (STEP_OF_W, "pass")),
        "parameter-never-updated",
    ),
    "a class, one mean": (
        "single-neuron",
        changed(
            CLASS,
            (
                "            dw, db = self.gradients(X, y)",
                "            dw, db = self.gradients(X, y)\n            db = db / len(y)",
            ),
        ),
        "mean-for-bias-only",
    ),
    "a class that stops": (
        "single-neuron",
        changed(
            CLASS,
            ("            dw, db", "            if len(self.losses_) > 9:\n                break\n            dw, db"),
        ),
        "stops-early",
    ),
    "a net, not averaged": (
        "relu-swap",
        changed(
            NET,
            (
                "backward(X, y, Z1, A1, Z2, y_hat, W2)\n        W1",
                "[len(y) * d for d in backward(X, y, Z1, A1, Z2, y_hat, W2)]\n        W1",
            ),
        ),
        "not-averaged",
    ),
    "a net, updated weights": (
        "relu-swap",
        changed(
            NET,
            ("        dW1, db1, dW2, db2 = back", "        _, _, dW2, db2 = back"),
            (
                "        W1, b1 = W1",
                "        W2 = W2 - learning_rate * dW2\n        dW1, db1, _, _ = backward(X, y, Z1, A1, Z2, y_hat, W2)\n        W1, b1 = W1",
            ),
            ("W2, b2 = W2 - learning_rate * dW2, b2", "b2 = b2"),
        ),
        "updated-weights",
    ),
    "a net as a class, one bias stays": (
        "relu-swap",
        changed(NET_CLASS, ('("W1", "b1", "W2", "b2")', '("W1", "W2", "b2")')),
        "bias-never-updated",
    ),
}
ON_TRAINING = {"one-update", "trajectory", "hyper-parameters", "unseen-corners"}


def training(report):
    return {check.name: check for check in report.checks if check.name in ON_TRAINING}


@pytest.mark.table
@pytest.mark.parametrize("style", RIGHT)
def test_correct_training_from_its_own_start_gets_full_marks(graded, style):
    exercise, source = RIGHT[style]
    report = graded(exercise, source)
    assert {check.name: check.message for check in report.checks if check.status != "passed"} == {}
    assert report.score == 100
    assert "and the reference starts from the same values: accepted" in training(report)["one-update"].message
    assert any("from the same values" in note for note in training(report)["trajectory"].evidence.notes)


@pytest.mark.table
@pytest.mark.parametrize("style", WRONG)
def test_bug_in_training_from_its_own_start_is_named(graded, style):
    exercise, source, bug = WRONG[style]
    first = next(item for item in graded(exercise, source).checks if item.status not in ("passed", "skipped"))
    assert first.name in ON_TRAINING
    assert first.diagnosis is not None, first.message
    assert first.diagnosis.bug in bug.split("|"), first.message


TRAINED = "np.array([7.0, 0.0, -3.5]), -3.5"
NOTHING = {
    "trained weights": "    return " + TRAINED + ", [0.01] * epochs\n",
    "trained weights, and a loop that goes nowhere": "    w, b = "
    + TRAINED
    + changed(LOOP, ("= w - learning_rate", "= w - 0"), ("= b - learning_rate", "= b - 0")),
    "random weights": "    return np.random.randn(X.shape[1]), 0.0, [0.5] * epochs\n",
    "no numbers": "    return np.full(X.shape[1], np.nan), np.nan, [np.nan] * epochs\n",
    "no size": "    return np.zeros(0), 0.0, [0.5] * epochs\n",
    "a point that is no start": "    w, b = np.full(X.shape[1], 1e9), 1e9" + LOOP,
    "zeros that stay": "    return np.zeros(X.shape[1]), 0.0, [0.5] * epochs\n",
    "an epoch, whatever is asked": "    epochs = min(epochs, 1)\n    w, b = np.zeros(X.shape[1]), 0.0" + LOOP,
    "the number of epochs as weights": "    return np.full(X.shape[1], 0.1 * epochs), 0.0, [1 / (1 + e) for e in range(epochs)]\n",
    "less with more epochs": "    w, b = "
    + TRAINED
    + "\n    part = epochs / 600\n    return part * w, part * b, [1.0] * epochs\n",
}


@pytest.mark.table
@pytest.mark.parametrize("trick", NOTHING)
def test_start_without_training_earns_nothing(graded, trick):
    report = graded("single-neuron", PARTS + SIGNATURE + NOTHING[trick])
    earned = {name: check.score for name, check in training(report).items() if check.score}
    assert not earned.keys() & {"one-update", "trajectory"} or trick == "an epoch, whatever is asked"
    assert sum(earned.values()) <= 15, earned
    assert not report.passed


def test_stored_weights_do_not_count_as_trained(graded):
    source = PARTS + SIGNATURE + NOTHING["trained weights"]
    assert training(graded("single-neuron", source))["unseen-corners"].score == 0


def test_network_that_starts_with_zeros_is_reported(graded):
    source = changed(
        NET,
        ("np.random.randn(X.shape[1], hidden)", "np.zeros((X.shape[1], hidden))"),
        ("np.random.randn(hidden, 1)", "np.zeros((hidden, 1))"),
    )
    found = training(graded("relu-swap", source))["one-update"]
    assert found.score == 0
    assert "initialises W1, b1 and W2 with values that gradient descent hardly changes" in found.message


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("import time\n    w, b = np.array([time.time_ns() % 977, 1.0, 2.0]) / 977, 0.0", "starts from other values"),
        (
            "w, b = np.random.randn(X.shape[1]), 0.0\n    assert epochs > 0 and learning_rate > 0",
            "called with 0 epochs",
        ),
        ("w, b = np.random.randn(X.shape[1]), 0.0\n    if not epochs: return None, None, []", "its initial w is None"),
    ],
)
def test_unreadable_start_is_reported(graded, start, said):
    found = training(graded("single-neuron", changed(FUNCTION, (START, start))))["one-update"]
    assert found.score == 0
    assert "`train` initialises w and b itself. The initial values could not be read" in found.message
    assert said in found.message


def test_given_start_is_never_replaced(graded):
    """The function has the parameters and does not use them: that is still a mistake."""
    source = changed(FUNCTION, ("train(X, y, ", "train(X, y, w, b, "))
    found = training(graded("single-neuron", source))["one-update"]
    assert (found.status, "from the same values" in found.message) == ("failed", False)
