"""Conventions: state in globals, back-propagation that updates the parameters, all kinds of callables. Correct work gets full
marks, and the same work with a mistake does not."""

from __future__ import annotations

import pytest

from grader.worker import state
from tests.changed import changed

GLOBALS = """
import numpy as np
W1 = b1 = W2 = b2 = W3 = b3 = None

def init_params():
    global W1, b1, W2, b2, W3, b3
    W1, b1 = np.random.rand(16, 784) - 0.5, np.zeros((16, 1))
    W2, b2 = np.random.rand(16, 16) - 0.5, np.zeros((16, 1))
    W3, b3 = np.random.rand(10, 16) - 0.5, np.zeros((10, 1))

def relu(Z):
    return np.maximum(Z, 0)

def relu_derivative(Z):
    return Z > 0

def one_hot(labels):
    return np.eye(10)[labels].T

def forward_prop(X):
    global Z1, A1, Z2, A2, Z3, A3
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    A2 = relu(Z2)
    Z3 = W3 @ A2 + b3
    A3 = relu(Z3)
    return A3

def back_prop(X, Y):
    global dW1, db1, dW2, db2, dW3, db3
    m = X.shape[1]
    dZ3 = 2 * (A3 - Y) * relu_derivative(Z3) / m
    dW3, db3 = dZ3 @ A2.T, dZ3.sum(axis=1, keepdims=True)
    dZ2 = W3.T @ dZ3 * relu_derivative(Z2)
    dW2, db2 = dZ2 @ A1.T, dZ2.sum(axis=1, keepdims=True)
    dZ1 = W2.T @ dZ2 * relu_derivative(Z1)
    dW1, db1 = dZ1 @ X.T, dZ1.sum(axis=1, keepdims=True)

def update_params(alpha):
    global W1, b1, W2, b2, W3, b3
    W1 -= alpha * dW1
    b1 -= alpha * db1
    W2 -= alpha * dW2
    b2 -= alpha * db2
    W3 -= alpha * dW3
    b3 -= alpha * db3

def predict(X):
    return np.argmax(forward_prop(X), axis=0)
"""

# Instead of back_prop() and update_params(): back-propagation updates the parameters.
STEP = """
def back_prop(X, Y, lr=0.1):
    global W1, b1, W2, b2, W3, b3
    m = X.shape[1]
    dZ3 = 2 * (A3 - Y) * relu_derivative(Z3) / m
    dZ2 = W3.T @ dZ3 * relu_derivative(Z2)
    dZ1 = W2.T @ dZ2 * relu_derivative(Z1)
    W3 = W3 - lr * dZ3 @ A2.T
    b3 = b3 - lr * dZ3.sum(axis=1, keepdims=True)
    W2 = W2 - lr * dZ2 @ A1.T
    b2 = b2 - lr * dZ2.sum(axis=1, keepdims=True)
    W1 = W1 - lr * dZ1 @ X.T
    b1 = b1 - lr * dZ1.sum(axis=1, keepdims=True)

"""

IN_A_DICT = """
import numpy as np
params = {}

def init_params():
    params["W1"], params["b1"] = np.random.rand(16, 784) - 0.5, np.zeros((16, 1))
    params["W2"], params["b2"] = np.random.rand(16, 16) - 0.5, np.zeros((16, 1))
    params["W3"], params["b3"] = np.random.rand(10, 16) - 0.5, np.zeros((10, 1))
    return params

init_params()

def relu(Z):
    return np.maximum(Z, 0)

def relu_derivative(Z):
    return Z > 0

def one_hot(labels):
    return np.eye(10)[labels].T

def forward_prop(X):
    Z1 = params["W1"] @ X + params["b1"]
    A1 = relu(Z1)
    Z2 = params["W2"] @ A1 + params["b2"]
    A2 = relu(Z2)
    Z3 = params["W3"] @ A2 + params["b3"]
    A3 = relu(Z3)
    return Z1, A1, Z2, A2, Z3, A3

def back_prop(X, Y, cache):
    Z1, A1, Z2, A2, Z3, A3 = cache
    m = X.shape[1]
    dZ3 = 2 * (A3 - Y) * relu_derivative(Z3) / m
    dZ2 = params["W3"].T @ dZ3 * relu_derivative(Z2)
    dZ1 = params["W2"].T @ dZ2 * relu_derivative(Z1)
    return {"dW1": dZ1 @ X.T, "db1": dZ1.sum(axis=1, keepdims=True), "dW2": dZ2 @ A1.T, "db2": dZ2.sum(axis=1, keepdims=True),
            "dW3": dZ3 @ A2.T, "db3": dZ3.sum(axis=1, keepdims=True)}

def update_params(grads, lr):
    for name in params:
        params[name] = params[name] - lr * grads["d" + name]

def get_predictions(A3):
    return np.argmax(A3, axis=0)
"""

NEURON = """
import numpy as np

X = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]], dtype=float)
y = np.array([0, 1, 0, 1], dtype=float)
w = np.array([-0.2, 0.4, -1.0])
b = 0.0
losses = []

def sigmoid(z):
    z = np.clip(z, -700, 700)
    return 1 / (1 + np.exp(-z))

def predict(X):
    return sigmoid(X @ w + b)

def loss(y, y_hat):
    return 0.5 * np.sum((y - y_hat) ** 2)

def gradients(X, y):
    p = predict(X)
    d = (p - y) * p * (1 - p)
    return X.T @ d, d.sum()

def train(X, y, learning_rate=1.0, epochs=100, fit_bias=True, verbose=True, print_every=10):
    global w, b
    for epoch in range(epochs):
        losses.append(loss(y, predict(X)))
        dw, db = gradients(X, y)
        w = w - learning_rate * dw
        if fit_bias:
            b = b - learning_rate * db
        if verbose and epoch % print_every == 0:
            print(epoch, losses[-1])

train(X, y)
"""

CALLABLES = """
import functools, time
import numpy as np

def timed(f):
    def wrapper(*args, **kwargs):
        start = time.time()
        result = f(*args, **kwargs)
        wrapper.last = time.time() - start
        return result
    return wrapper

@np.vectorize
def sigmoid(x):
    return 1 / (1 + np.exp(-x)) if x >= 0 else np.exp(x) / (1 + np.exp(x))

predict = lambda inputs, weights, bias=0.0: sigmoid(np.dot(inputs, weights) + bias)

class Loss:
    def __call__(self, target, output):
        return 0.5 * ((target - output) ** 2).sum()

loss = Loss()

@timed
def gradients(weights, bias, targets, inputs):
    # The order is its own.
    def slope(a):
        return a * (1 - a)
    out = predict(inputs, weights, bias)
    delta = (out - targets) * slope(out)
    return delta.sum(), inputs.T @ delta

def _train(X, y, w, b, *, lr=0.1, n_epochs=10, use_bias=True, verbose, history=None):
    history = []
    for _ in range(n_epochs):
        history.append(loss(y, predict(X, w, b)))
        db, dw = gradients(w, b, y, X)
        w = w - lr * dw
        if use_bias:
            b = b - lr * db
    history.append(loss(y, predict(X, w, b)))
    return {"weights": w.tolist(), "bias": float(b), "losses": history}

train = functools.partial(_train, verbose=False)
"""

CLASS = """
import numpy as np

class MLP:
    def __init__(self, n_in=2, n_hidden=4, lr=0.5):
        self.lr = lr
        self.W1, self.b1 = np.random.randn(n_in, n_hidden), np.zeros((1, n_hidden))
        self.W2, self.b2 = np.random.randn(n_hidden, 1), np.zeros((1, 1))
        self.losses = []

    @staticmethod
    def relu(z):
        return np.where(z > 0, z, 0.0)

    @staticmethod
    def relu_derivative(z):
        return np.where(z > 0, 1.0, 0.0)

    def forward(self, X):
        self.Z1 = X @ self.W1 + self.b1
        self.A1 = self.relu(self.Z1)
        self.Z2 = self.A1 @ self.W2 + self.b2
        self.A2 = 1 / (1 + np.exp(-np.clip(self.Z2, -700, 700)))
        return self.A2

    def backward(self, X, y):
        m = X.shape[0]
        d2 = (self.A2 - y) * self.A2 * (1 - self.A2)
        d1 = d2 @ self.W2.T * self.relu_derivative(self.Z1)
        self.W2 -= self.lr * self.A1.T @ d2 / m
        self.b2 -= self.lr * d2.sum(axis=0, keepdims=True) / m
        self.W1 -= self.lr * X.T @ d1 / m
        self.b1 -= self.lr * d1.sum(axis=0, keepdims=True) / m

    def train(self, X, y, epochs=1000):
        for epoch in range(epochs):
            out = self.forward(X)
            self.losses.append(0.5 * np.mean((y - out) ** 2))
            self.backward(X, y)
"""

IN_PLACE = """
import numpy as np

def sigmoid(z): return 1 / (1 + np.exp(-np.clip(z, -700, 700)))
def relu(z): return np.maximum(0, z)
def relu_derivative(z): return (z > 0) * 1.0

def forward(X, W1, b1, W2, b2):
    Z1 = X @ W1 + b1
    A1 = relu(Z1)
    Z2 = A1 @ W2 + b2
    return Z1, A1, Z2, sigmoid(Z2)

def backward(X, y, Z1, A1, Z2, y_hat, W1, b1, W2, b2, lr):
    dZ2 = (y_hat - y) * y_hat * (1 - y_hat) / len(y)
    dZ1 = dZ2 @ W2.T * relu_derivative(Z1)
    W2 -= lr * A1.T @ dZ2
    b2 -= lr * dZ2.sum(axis=0)
    W1 -= lr * X.T @ dZ1
    b1 -= lr * dZ1.sum(axis=0)

def train(X, y, W1, b1, W2, b2, learning_rate, epochs):
    W1, b1, W2, b2 = (np.array(p) for p in (W1, b1, W2, b2))
    losses = []
    for _ in range(epochs):
        Z1, A1, Z2, y_hat = forward(X, W1, b1, W2, b2)
        losses.append(0.5 * np.mean((y - y_hat) ** 2))
        backward(X, y, Z1, A1, Z2, y_hat, W1, b1, W2, b2, learning_rate)
    return W1, b1, W2, b2, losses
"""


def with_step(*replacements):
    before, rest = GLOBALS.split("def back_prop", 1)
    return before + changed(STEP, *replacements) + "def predict" + rest.split("def predict", 1)[1]


RETURNING = changed(
    IN_PLACE,
    *((f"    {name} -= lr", f"    {name} = {name} - lr") for name in ("W1", "b1", "W2", "b2")),
    ("lr * dZ1.sum(axis=0)\n", "lr * dZ1.sum(axis=0)\n    return W1, b1, W2, b2\n"),
    ("        backward(", "        W1, b1, W2, b2 = backward("),
)
A_GLOBAL_RATE = [("def back_prop(X, Y, lr=0.1)", "lr = 0.1\n\n\ndef back_prop(X, Y)")]

RIGHT = {
    "parameters, values and gradients in globals": ("numpy-mnist", GLOBALS, "forward", "in global variables: accepted"),
    "a step on globals": ("numpy-mnist", with_step(), "backward", "updates the parameters itself"),
    "a step on globals, its rate too": (
        "numpy-mnist",
        with_step(*A_GLOBAL_RATE),
        "update",
        "The back-propagation already updates the parameters",
    ),
    "parameters in a global dict": ("numpy-mnist", IN_A_DICT, "update", "params in global variables"),
    "a neuron in globals": ("single-neuron", NEURON, "trajectory", "w, b, losses in global variables"),
    "callables of all kinds": ("single-neuron", CALLABLES, "trajectory", ", one per epoch: accepted"),
    "a class whose biases are rows": ("relu-swap", CLASS, "backward", "updates the parameters itself"),
    "a step on arguments": ("relu-swap", IN_PLACE, "backward", "updates the parameters itself"),
    "a step that is returned": ("relu-swap", RETURNING, "backward", "updates the parameters itself"),
}
WRONG = {
    "a scalar in globals": (
        "numpy-mnist",
        changed(GLOBALS, ("dZ1.sum(axis=1, keepdims=True)", "dZ1.sum()")),
        "backward",
        "bias-gradient-scalar",
    ),
    "uphill in a global dict": ("numpy-mnist", changed(IN_A_DICT, ("- lr *", "+ lr *")), "update", "steps-uphill"),
    "a step with a cut chain": (
        "numpy-mnist",
        with_step(("W3.T @ dZ3 * relu_derivative(Z2)", "W3.T @ dZ3")),
        "backward",
        "activation-derivative-missing",
    ),
    "a step that is not averaged": ("relu-swap", changed(CLASS, (" / m", "")), "backward", "not-averaged"),
    "a returned step without the slope": (
        "relu-swap",
        changed(RETURNING, (" * y_hat * (1 - y_hat)", "")),
        "backward",
        "activation-derivative-missing",
    ),
    "a neuron in globals, one mean": (
        "single-neuron",
        changed(NEURON, ("d.sum()", "d.mean()")),
        "gradients",
        "mean-for-bias-only",
    ),
    "callables, the wrong sign": (
        "single-neuron",
        changed(CALLABLES, ("(out - targets)", "(targets - out)")),
        "gradients",
        "sign-flipped",
    ),
}


def lost(report):
    return {check.name: check.message for check in report.checks if (check.score or 0) < check.max_score}


@pytest.mark.parametrize("style", RIGHT)
def test_correct_work_gets_full_marks_with_a_note(graded, style):
    exercise, source, check, said = RIGHT[style]
    report = graded(exercise, source)
    assert set(lost(report)) <= {"challenge"}, lost(report)
    assert not any(item.diagnosis for item in report.checks if item.max_score)
    assert said in next(item.message for item in report.checks if item.name == check)


# Its search takes as long as all others together.
SLOW = {"a step with a cut chain"}


@pytest.mark.parametrize(
    "style", [pytest.param(style, marks=pytest.mark.long if style in SLOW else ()) for style in WRONG]
)
def test_bug_in_the_same_style_is_named(graded, style):
    exercise, source, check, bug = WRONG[style]
    first = next(item for item in graded(exercise, source).checks if item.status not in ("passed", "skipped"))
    assert (first.name, first.diagnosis and first.diagnosis.bug) == (check, bug), first.message


def test_step_with_a_fixed_rate_cannot_be_judged(graded):
    source = with_step(("def back_prop(X, Y, lr=0.1)", "def back_prop(X, Y)"), (" lr *", " 0.1 *"))
    report = graded("numpy-mnist", source, ["backward"])
    assert report.checks[0].status == "failed"
    assert "with an unknown learning rate" in report.checks[0].message


def test_step_that_ignores_the_rate_gets_no_points(graded):
    report = graded("relu-swap", changed(IN_PLACE, ("-= lr *", "-= 0.1 *")), ["backward"])
    assert report.checks[0].score == 0


def test_globals_are_found_in_called_functions():
    scope = {"__name__": "submission", "rate": 0.5, "table": {}, "unused": 1}
    source = """
import math
def inner(x): return rate * x + sum(table.values())
def outer(x):
    global result
    result = [inner(item) for item in x]
def strange(x): return math.sqrt(x) + not_there
"""
    exec(source, scope)
    assert state.uses(scope["outer"]) == (["rate", "table"], ["result"])
    assert state.uses(scope["strange"]) == ([], [])
    assert state.uses(max) == ([], [])


def test_globals_are_restored():
    scope = {"__name__": "submission", "w": 1}
    exec("def step(d):\n    global w, made\n    w = w - d\n    made = w\n    return w", scope)
    assert state.call(scope, "step", [{"w": 10}, ["w", "made"]], [3], {}) == (7, {"w": 7, "made": 7})
    assert scope["w"] == 1
    assert state.call(scope, "?step", [{}, ["w"]], [], {}) == (None, {"w": 1})
