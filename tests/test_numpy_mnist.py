"""numpy-mnist: correct work gets full marks in every style, and mistakes fail the expected check.

Only the recorded answers are used: these tests must not need TensorFlow.
"""

from __future__ import annotations

import re

import pytest

from grader import assignment
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.submission import read
from tests.changed import changed
from tests.conftest import ROOT, notebook

LOADED = assignment.load("numpy-mnist")
# Without the challenge, a bonus that takes seconds to train.
SOLUTION = LOADED.file("solution.py").read_text().split("\n\n\ndef challenge_train")[0] + "\n"

# The lecture's own functions, with fixed sizes in update_params. The slides omit the four short functions.
LECTURE = """
import numpy as np


def init_NN_parameters():
    w1 = np.random.rand(16, 28 * 28) - 0.5
    b1 = np.random.rand(16, 1) - 0.5
    w2 = np.random.rand(16, 16) - 0.5
    b2 = np.random.rand(16, 1) - 0.5
    w3 = np.random.rand(10, 16) - 0.5
    b3 = np.random.rand(10, 1) - 0.5
    return w1, b1, w2, b2, w3, b3


def ReLU(Z):
    return np.maximum(Z, 0)


def der_ReLU(Z):
    return Z > 0


def one_hot(Y):
    one_hot_Y = np.zeros((Y.size, Y.max() + 1))
    one_hot_Y[np.arange(Y.size), Y] = 1
    return one_hot_Y.T


def forward_propagation(X, w1, b1, w2, b2, w3, b3):
    Z1 = w1.dot(X) + b1
    A1 = ReLU(Z1)
    Z2 = w2.dot(A1) + b2
    A2 = ReLU(Z2)
    Z3 = w3.dot(A2) + b3
    A3 = ReLU(Z3)
    return Z1, A1, Z2, A2, Z3, A3


def back_propagation(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3):
    m = Y.size
    dZ3 = 2 * (A3 - Y) * der_ReLU(Z3)
    dW3 = (1 / m) * dZ3.dot(A2.T)
    dB3 = (1 / m) * np.sum(dZ3, 1)
    dZ2 = w3.T.dot(dZ3) * der_ReLU(Z2)
    dW2 = (1 / m) * dZ2.dot(A1.T)
    dB2 = (1 / m) * np.sum(dZ2, 1)
    dZ1 = w2.T.dot(dZ2) * der_ReLU(Z1)
    dW1 = (1 / m) * dZ1.dot(X.T)
    dB1 = (1 / m) * np.sum(dZ1, 1)
    return dW3, dB3, dW2, dB2, dW1, dB1


def update_params(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1):
    w3 = w3 - alpha * dW3
    b3 = b3 - alpha * dB3.reshape(10, 1)
    w2 = w2 - alpha * dW2
    b2 = b2 - alpha * dB2.reshape(16, 1)
    w1 = w1 - alpha * dW1
    b1 = b1 - alpha * dB1.reshape(16, 1)
    return w3, b3, w2, b2, w1, b1


def get_predictions(A3):
    return np.argmax(A3, 0)
"""

# Samples in rows, weights (inputs, units), biases (units,).
ROWS = """
import numpy as np


def init_params():
    w1 = np.random.randn(784, 16) * 0.01
    b1 = np.zeros(16)
    w2 = np.random.randn(16, 16) * 0.01
    b2 = np.zeros(16)
    w3 = np.random.randn(16, 10) * 0.01
    b3 = np.zeros(10)
    return w1, b1, w2, b2, w3, b3


def ReLU(z):
    return np.where(z > 0, z, 0)


def relu_derivative(z):
    return np.where(z > 0, 1, 0)


def one_hot(y):
    return np.eye(10)[y]


def forward(X, W1, b1, W2, b2, W3, b3):
    Z1 = X @ W1 + b1
    A1 = ReLU(Z1)
    Z2 = A1 @ W2 + b2
    A2 = ReLU(Z2)
    Z3 = A2 @ W3 + b3
    A3 = ReLU(Z3)
    return Z1, A1, Z2, A2, Z3, A3


def backward(X, Y, Z1, A1, Z2, A2, Z3, A3, W2, W3):
    n = len(X)
    dZ3 = 2 / n * (A3 - Y) * relu_derivative(Z3)
    dZ2 = dZ3 @ W3.T * relu_derivative(Z2)
    dZ1 = dZ2 @ W2.T * relu_derivative(Z1)
    dW3, db3, dW2, db2, dW1, db1 = A2.T @ dZ3, dZ3.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0), X.T @ dZ1, dZ1.sum(axis=0)
    return dW1, db1, dW2, db2, dW3, db3


def update_params(W1, b1, W2, b2, W3, b3, dW1, db1, dW2, db2, dW3, db3, lr):
    W1 = W1 - lr * dW1
    b1 = b1 - lr * db1
    W2 = W2 - lr * dW2
    b2 = b2 - lr * db2
    W3 = W3 - lr * dW3
    b3 = b3 - lr * db3
    return W1, b1, W2, b2, W3, b3


def get_predictions(A3):
    return A3.argmax(axis=1)
"""

# Parameters, intermediate values and gradients in dicts; labels become columns inside the functions.
DICTS = """
import numpy as np


def initialize_parameters():
    rng = np.random.default_rng(0)
    params = {}
    sizes = [784, 16, 16, 10]
    for i in range(1, 4):
        params["W" + str(i)] = rng.standard_normal((sizes[i], sizes[i - 1])) * np.sqrt(2 / sizes[i - 1])
        params["b" + str(i)] = np.zeros((sizes[i], 1))
    return params


def relu(Z):
    return np.maximum(0, Z)


def relu_prime(Z):
    return Z > 0


def one_hot(Y):
    out = np.zeros((Y.max() + 1, Y.size))
    out[Y, np.arange(Y.size)] = 1
    return out


def forward_propagation(X, params):
    cache = {"A0": X}
    A = X
    for i in range(1, 4):
        Z = params["W" + str(i)] @ A + params["b" + str(i)]
        A = relu(Z)
        cache["Z" + str(i)] = Z
        cache["A" + str(i)] = A
    return cache


def back_propagation(X, Y, params, cache):
    m = Y.size
    Y = one_hot(Y)
    grads = {}
    dA = 2 * (cache["A3"] - Y)
    for i in (3, 2, 1):
        dZ = dA * relu_prime(cache["Z" + str(i)])
        grads["dW" + str(i)] = dZ @ cache["A" + str(i - 1)].T / m
        grads["db" + str(i)] = dZ.sum(axis=1, keepdims=True) / m
        dA = params["W" + str(i)].T @ dZ
    return grads


def update_params(params, grads, learning_rate):
    new = {}
    for k in params:
        new[k] = params[k] - learning_rate * grads["d" + k]
    return new


def get_predictions(A3):
    return np.argmax(A3, 0)
"""


def back(arguments, *pairs):
    """Return the solution with other arguments of back_propagation."""
    return changed(SOLUTION, ("(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3)", f"({arguments})"), *pairs)


M = "    m = X.shape[1]\n"
BIAS_SUMS = [
    (f"dZ{i}.sum(axis=1, keepdims=True)", f"dZ{i}.sum(axis=1).reshape({n}, 1)") for i, n in ((1, 16), (2, 16), (3, 10))
]
UPDATES = [
    f"{name} - alpha * d{slope}"
    for name, slope in (("w1", "W1"), ("b1", "B1"), ("w2", "W2"), ("b2", "B2"), ("w3", "W3"), ("b3", "B3"))
]
IN_PLACE = [(f"{item[:2]} = {item}", f"{item[:2]} -= {item[5:]}") for item in UPDATES]
RETURNED = "    return dW3, dB3, dW2, dB2, dW1, dB1"
COLUMN_BIASES = [("np.random.rand(16, 1)", "np.random.rand(16)"), ("np.random.rand(10, 1)", "np.random.rand(10)")]
COLUMN_BIASES += [("axis=1, keepdims=True", "axis=1"), *((f" + b{i}", f" + b{i}[:, None]") for i in (1, 2, 3))]
IN_ROWS_OF_BIASES = [("np.zeros(16)", "np.zeros((1, 16))"), ("np.zeros(10)", "np.zeros((1, 10))")]
TORCH = [
    ("np.random.randn(784, 16)", "np.random.randn(16, 784)"),
    ("np.random.randn(16, 10)", "np.random.randn(10, 16)"),
    ("X @ W1", "X @ W1.T"),
    ("A1 @ W2", "A1 @ W2.T"),
    ("A2 @ W3", "A2 @ W3.T"),
    ("dZ3 @ W3.T", "dZ3 @ W3"),
    ("dZ2 @ W2.T", "dZ2 @ W2"),
    ("A2.T @ dZ3", "dZ3.T @ A2"),
    ("A1.T @ dZ2", "dZ2.T @ A1"),
    ("X.T @ dZ1", "dZ1.T @ X"),
]
NEW_DICT = [("    new = {}\n", ""), ("new[k] = params[k] - ", "params[k] -= ")]

# Each has the check whose message names the convention, and words of the message, or None.
WIDER = [
    ("randn(784, 16)", "randn(784, 128)"),
    ("b1 = np.zeros(16)", "b1 = np.zeros(128)"),
    ("randn(16, 16)", "randn(128, 64)"),
    ("b2 = np.zeros(16)", "b2 = np.zeros(64)"),
    ("randn(16, 10)", "randn(64, 10)"),
]
# All parameters in one tuple of nested lists.
LISTS = """
import numpy as np


def init_params():
    sizes = [(784, 16), (16, 16), (16, 10)]
    out = []
    for n, m in sizes:
        out.append((np.random.randn(m, n) * 0.1).tolist())
        out.append(np.zeros((m, 1)).tolist())
    w1, b1, w2, b2, w3, b3 = out
    return w1, b1, w2, b2, w3, b3


def relu(z):
    return np.maximum(z, 0).tolist()


def relu_derivative(z):
    return (np.asarray(z) > 0).astype(int).tolist()


def one_hot(labels):
    return np.eye(10)[labels].T.tolist()


def forward_prop(X, params):
    w1, b1, w2, b2, w3, b3 = map(np.asarray, params)
    Z1 = w1 @ X + b1
    A1 = np.maximum(Z1, 0)
    Z2 = w2 @ A1 + b2
    A2 = np.maximum(Z2, 0)
    Z3 = w3 @ A2 + b3
    A3 = np.maximum(Z3, 0)
    return Z1.tolist(), A1.tolist(), Z2.tolist(), A2.tolist(), Z3.tolist(), A3.tolist()


def backward_prop(X, Y, params, cache):
    w1, b1, w2, b2, w3, b3 = map(np.asarray, params)
    Z1, A1, Z2, A2, Z3, A3 = map(np.asarray, cache)
    n = X.shape[1]
    d3 = 2 * (A3 - Y) * (Z3 > 0) / n
    d2 = w3.T @ d3 * (Z2 > 0)
    d1 = w2.T @ d2 * (Z1 > 0)
    dW3, dW2, dW1 = d3 @ A2.T, d2 @ A1.T, d1 @ X.T
    dB3, dB2, dB1 = (d.sum(axis=1, keepdims=True) for d in (d3, d2, d1))
    return dW3.tolist(), dB3.tolist(), dW2.tolist(), dB2.tolist(), dW1.tolist(), dB1.tolist()


def update_params(params, grads, learning_rate):
    w1, b1, w2, b2, w3, b3 = map(np.asarray, params)
    dW3, dB3, dW2, dB2, dW1, dB1 = map(np.asarray, grads)
    w1 = w1 - learning_rate * dW1
    b1 = b1 - learning_rate * dB1
    w2 = w2 - learning_rate * dW2
    b2 = b2 - learning_rate * dB2
    w3 = w3 - learning_rate * dW3
    b3 = b3 - learning_rate * dB3
    w1, b1, w2, b2, w3, b3 = (item.tolist() for item in (w1, b1, w2, b2, w3, b3))
    return w1, b1, w2, b2, w3, b3


def get_predictions(A3):
    return np.asarray(A3).argmax(axis=0).tolist()
"""

RIGHT = {
    "lecture": (LECTURE, "update", "works only with these. With other inputs: `update_params` stopped at line"),
    "lecture, divided by Y.size": (LECTURE, "backward", "Convention divides-by-y-size: accepted."),
    "lecture, chained": (LECTURE, "trajectory", "Convention divides-by-y-size: accepted."),
    "lecture, booleans": (LECTURE, "der-relu", "booleans: accepted"),
    "a tuple of lists": (LISTS, "trajectory", "Lists of numbers instead of arrays"),
    "a dict of lists": (
        changed(
            (ROOT / "examples" / "numpy-mnist" / "correct.py").read_text().split("\n\n\ndef challenge_train")[0],
            ("    return params\n", "    return {name: value.tolist() for name, value in params.items()}\n"),
            ("params, cache):\n", "params, cache):\n    params = {k: np.array(v) for k, v in params.items()}\n"),
        ),
        None,
        "",
    ),
    "samples in rows": (ROWS, "trajectory", "another layout (samples in rows). That is accepted"),
    "samples in rows, layers of other widths": (
        changed(ROWS, *WIDER),
        "initialisation",
        "Your layers have 128 and 64 units; the task requires 16 and 16: accepted.",
    ),
    "samples in rows, other widths, no Z3": (
        changed(
            ROWS,
            *WIDER,
            ("return Z1, A1, Z2, A2, Z3, A3", "return Z1, A1, Z2, A2, A3"),
            ("Z2, A2, Z3, A3, W2, W3):", "Z2, A2, A3, W2, W3):"),
            ("relu_derivative(Z3)", "relu_derivative(A3)"),
        ),
        "trajectory",
        "`forward` does not return Z3: accepted.",
    ),
    "only activations returned": (
        changed(
            SOLUTION,
            ("return Z1, A1, Z2, A2, Z3, A3", "return A1, A2, A3"),
            ("Z1, A1, Z2, A2, Z3, A3, w2, w3):", "A1, A2, A3, w2, w3):"),
            *((f"der_ReLU(Z{i})", f"der_ReLU(A{i})") for i in (1, 2, 3)),
        ),
        "trajectory",
        "does not return Z1 and Z2 and Z3: accepted.",
    ),
    "samples in rows, lists": (
        changed(ROWS, ("return Z1, A1, Z2, A2, Z3, A3", "return [z.tolist() for z in (Z1, A1, Z2, A2, Z3, A3)]")),
        "forward",
        "Lists of numbers instead of arrays (Z1, A1, Z2, A2, Z3, A3): accepted.",
    ),
    "samples in rows, one-hot": (ROWS, "one-hot", "another layout (samples in rows). That is accepted"),
    "samples in rows, biases too": (
        changed(
            ROWS, *IN_ROWS_OF_BIASES, *((f"dZ{i}.sum(axis=0)", f"dZ{i}.sum(axis=0, keepdims=True)") for i in (1, 2, 3))
        ),
        "update",
        "samples in rows",
    ),
    "samples in rows, biases too, gradients flat": (changed(ROWS, *IN_ROWS_OF_BIASES), "backward", "samples in rows"),
    "samples in rows, Y.size": (changed(ROWS, ("2 / n *", "2 / Y.size *")), "backward", "divides-by-y-size"),
    "samples in rows, one-hot inside": (
        changed(ROWS, ("    n = len(X)\n", "    n = len(X)\n    Y = one_hot(Y)\n")),
        "backward",
        "The function takes labels instead of Y",
    ),
    "samples in rows, weights as asked": (
        changed(ROWS, *TORCH),
        "backward",
        "samples in rows and weights as in the task",
    ),
    "samples in rows, sizes written in": (
        changed(ROWS, ("b1 - lr * db1", "b1 - lr * db1.reshape(16)")),
        "update",
        "works only with these",
    ),
    "dicts": (DICTS, "backward", "The function takes labels instead of Y: accepted."),
    "dicts, the output beside": (changed(DICTS, ("return cache", "return A, cache")), "forward", "agrees"),
    "dicts, columns passed": (
        changed(DICTS, ("m = Y.size\n    Y = one_hot(Y)", "m = X.shape[1]")),
        "backward",
        "agree",
    ),
    "dicts, changed in place": (
        changed(DICTS, *NEW_DICT, ("return new", "return params")),
        "trajectory",
        "agree with the reference",
    ),
    "dicts, changed in place and not returned": (
        changed(DICTS, *NEW_DICT, ("    return new", "")),
        "update",
        "returns nothing and changes its arguments in place: accepted",
    ),
    "dicts, without the input": (
        changed(DICTS, ('{"A0": X}', "{}"), ("    grads = {}\n", '    grads = {}\n    cache = {**cache, "A0": X}\n')),
        None,
        "",
    ),
    "dicts, other names": (
        changed(DICTS, ("params", "parameters"), ("update_parameters", "update_params"), ("grads", "gradients")),
        None,
        "",
    ),
    "parameters in one tuple": (
        changed(
            back("X, Y, Z1, A1, Z2, A2, Z3, A3, params", (M, M + "    _, _, w2, _, w3, _ = params\n")),
            ("(X, w1, b1, w2, b2, w3, b3):\n", "(X, params):\n    w1, b1, w2, b2, w3, b3 = params\n"),
        ),
        None,
        "",
    ),
    "values in one tuple": (back("X, Y, cache, w2, w3", (M, M + "    Z1, A1, Z2, A2, Z3, A3 = cache\n")), None, ""),
    "values in one tuple, the output beside": (
        back(
            "X, Y, cache, w2, w3",
            (M, M + "    Z1, A1, Z2, A2, Z3, A3 = cache\n"),
            ("return Z1, A1, Z2, A2, Z3, A3", "cache = (Z1, A1, Z2, A2, Z3, A3)\n    return A3, cache"),
        ),
        None,
        "",
    ),
    "everything bundled for the update": (
        changed(
            SOLUTION,
            (
                "(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1):",
                "(params, grads, alpha):\n    w1, b1, w2, b2, w3, b3 = params\n    dW3, dB3, dW2, dB2, dW1, dB1 = grads",
            ),
        ),
        None,
        "",
    ),
    "parameters by layer": (
        changed(
            SOLUTION,
            ("return w1, b1, w2, b2, w3, b3\n\n\ndef ReLU", "return [(w1, b1), (w2, b2), (w3, b3)]\n\n\ndef ReLU"),
            ("(X, w1, b1, w2, b2, w3, b3):\n", "(X, params):\n    (w1, b1), (w2, b2), (w3, b3) = params\n"),
        ),
        None,
        "",
    ),
    "values first": (back("Z1, A1, Z2, A2, Z3, A3, w2, w3, X, Y"), None, ""),
    "all weights": (back("Z1, A1, Z2, A2, Z3, A3, w1, w2, w3, X, Y"), None, ""),
    "all weights and biases": (back("X, Y, w1, b1, w2, b2, w3, b3, Z1, A1, Z2, A2, Z3, A3"), None, ""),
    "m passed": (back("Z1, A1, Z2, A2, Z3, A3, w2, w3, X, Y, m", (M, "")), None, ""),
    "batch size passed": (
        back("X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3, batch_size", (M, "    m = batch_size\n")),
        None,
        "",
    ),
    "backwards": (back("Y, X, w3, w2, A3, Z3, A2, Z2, A1, Z1"), None, ""),
    "labels passed": (
        back("X, labels, Z1, A1, Z2, A2, Z3, A3, w2, w3", (M, "    m = labels.size\n    Y = one_hot(labels)\n")),
        "backward",
        "The function takes labels instead of Y",
    ),
    "one_hot_Y passed": (
        back("X, one_hot_Y, Z1, A1, Z2, A2, Z3, A3, w2, w3", (M, M + "    Y = one_hot_Y\n")),
        None,
        "",
    ),
    "without Z3": (back("X, Y, Z1, A1, Z2, A2, A3, w2, w3", ("der_ReLU(Z3)", "der_ReLU(A3)")), None, ""),
    "deltas returned too": (
        changed(SOLUTION, (RETURNED, "    return dZ3, dW3, dB3, dZ2, dW2, dB2, dZ1, dW1, dB1")),
        None,
        "",
    ),
    "first layer first": (changed(SOLUTION, (RETURNED, "    return dW1, dB1, dW2, dB2, dW3, dB3")), None, ""),
    "gradients from a comprehension": (
        changed(SOLUTION, (RETURNED, "    return [g for g in (dW3, dB3, dW2, dB2, dW1, dB1)]")),
        None,
        "",
    ),
    "learning rate last": (
        changed(
            SOLUTION,
            (
                "update_params(alpha, w3, b3, w2, b2, w1, b1, dW3, dB3, dW2, dB2, dW1, dB1)",
                "update_NN_parameters(w1, b1, w2, b2, w3, b3, dW1, dB1, dW2, dB2, dW3, dB3, lr)",
            ),
            ("alpha", "lr"),
            ("return w3, b3, w2, b2, w1, b1", "return w1, b1, w2, b2, w3, b3"),
        ),
        None,
        "",
    ),
    "updated in place": (changed(SOLUTION, *IN_PLACE), "trajectory", "agree with the reference"),
    "updated in place and not returned": (
        changed(SOLUTION, *IN_PLACE, ("    return w3, b3, w2, b2, w1, b1", "")),
        "update",
        "returns nothing",
    ),
    "flat biases": (changed(SOLUTION, *COLUMN_BIASES), "backward", "(10,)"),
    "sizes in back_propagation": (changed(SOLUTION, *BIAS_SUMS), "backward", "works only with these"),
    "sizes in back_propagation, one-hot inside": (
        changed(SOLUTION, *BIAS_SUMS, (M, M + "    Y = one_hot(Y)\n")),
        "backward",
        "takes labels instead of Y",
    ),
    "sizes in forward_propagation": (
        changed(SOLUTION, ("w1.dot(X) + b1", "w1.reshape(16, 784).dot(X) + b1")),
        "forward-large",
        "large lecture net",
    ),
    "classes as an argument": (
        changed(SOLUTION, ("def one_hot(labels)", "def one_hot(labels, num_classes)")),
        None,
        "",
    ),
    "one-hot in integers": (
        changed(SOLUTION, ("np.zeros((10, labels.size))", "np.zeros((10, labels.size), dtype=int)")),
        None,
        "",
    ),
    "float32 in between": (
        changed(SOLUTION, ("2 * (A3 - Y) * der_ReLU(Z3)", "(2 * (A3 - Y) * der_ReLU(Z3)).astype(np.float32)")),
        "backward",
        "float32",
    ),
    "images from Keras": (
        changed(
            SOLUTION,
            (
                "import numpy as np\n",
                "import numpy as np\n\nif False:\n    from keras.datasets import mnist\n    import tensorflow as tf\n\n    tf.keras.datasets.mnist.load_data()\n",
            ),
        ),
        "numpy-only",
        "The code uses nothing that the task forbids",
    ),
}

# Each has the first check that it must fail, and words of the message.
WRONG = {
    "lecture, factor 2 missing": (
        changed(LECTURE, ("2 * (A3 - Y)", "(A3 - Y)")),
        "backward",
        "0.05 times the correct values",
    ),
    "lecture, sign flipped": (changed(LECTURE, ("(A3 - Y)", "(Y - A3)")), "backward", "-0.1 times the correct values"),
    "lecture, another m": (
        changed(LECTURE, ("    m = Y.size\n", "    m = 60000\n")),
        "backward",
        "0.0002 times the correct values",
    ),
    "lecture, Y.size in five of six": (
        changed(LECTURE, ("dW1 = (1 / m)", "dW1 = (1 / X.shape[1])")),
        "backward",
        "dW1 is wrong",
    ),
    "lecture, Y.size for the weights": (
        changed(LECTURE, *((f"dB{i} = (1 / m)", f"dB{i} = (1 / X.shape[1])") for i in (1, 2, 3))),
        "backward",
        "Right: dB3, dB2, dB1.",
    ),
    "lecture, transpose forgotten": (
        changed(LECTURE, ("w2.T.dot", "w2.dot")),
        "backward",
        "case 'lecture sizes': dW1 is wrong",
    ),
    "lecture, wrong delta": (
        changed(LECTURE, ("dZ1.dot(X.T)", "dZ2.dot(X.T)")),
        "backward",
        "case 'lecture sizes': dW1 is wrong",
    ),
    "lecture, bias not updated": (
        changed(LECTURE, ("    b2 = b2 - alpha * dB2.reshape(16, 1)\n", "")),
        "update",
        "b2 is wrong",
    ),
    "rows, not averaged": (changed(ROWS, ("2 / n", "2")), "backward", "12 times the correct values"),
    "rows, wrong axis": (
        changed(ROWS, ("dZ1.sum(axis=0)", "dZ1.sum(axis=1)")),
        "backward",
        "dB1 has the shape (12,), expected an array of shape (1, 6)",
    ),
    "rows, one-hot in columns": (
        changed(ROWS, ("np.eye(10)[y]", "np.eye(10)[y].T")),
        "one-hot",
        "Y has the shape (10, 13), expected an array of shape (13, 10)",
    ),
    "rows, predictions along samples": (
        changed(ROWS, ("argmax(axis=1)", "argmax(axis=0)")),
        "predictions",
        "has the shape (10,)",
    ),
    "dicts, factor 2 missing": (changed(DICTS, ("2 * (cache", "(cache")), "backward", "0.5 times the correct values"),
    "dicts, scalar bias": (
        changed(DICTS, ("dZ.sum(axis=1, keepdims=True)", "np.sum(dZ)")),
        "backward",
        "dB3 has the shape ()",
    ),
    "dicts, climbs in place": (
        changed(DICTS, ("    new = {}\n", ""), ("new[k] = params[k] - ", "params[k] += "), ("    return new", "")),
        "update",
        "w3 is wrong",
    ),
    "dicts, linear output": (changed(DICTS, ("A = relu(Z)", "A = relu(Z) if i < 3 else Z")), "forward", "A3 is wrong"),
    "rows, ragged lists returned": (
        changed(
            ROWS, ("return Z1, A1, Z2, A2, Z3, A3", "return [[*z.tolist(), [0]] for z in (Z1, A1, Z2, A2, Z3, A3)]")
        ),
        "forward",
        "Z1 is a list, expected an array of shape (12, 6): its entries are not numbers, or its rows have different lengths.",
    ),
    "a global m that is not there": (
        changed(SOLUTION, ("m = X.shape[1]", "m = number_of_images")),
        "backward",
        "A function can use only its arguments",
    ),
    "ten times too small": (
        changed(SOLUTION, *((item, item.replace("alpha", "alpha / 10")) for item in UPDATES)),
        "update",
        "w3 is wrong",
    ),
    "flat gradients for column biases": (
        changed(SOLUTION, ("dZ1.sum(axis=1, keepdims=True)", "dZ1.sum(axis=1)")),
        "update",
        "b1 has the shape (6, 6)",
    ),
    "nothing returned": (changed(SOLUTION, (RETURNED, "")), "backward", "returned None"),
    "nothing updated nor returned": (
        changed(SOLUTION, ("    return w3, b3, w2, b2, w1, b1", "")),
        "update",
        "returned None",
    ),
    "equal units": (
        changed(SOLUTION, ("np.random.rand(16, 28 * 28) - 0.5", "np.ones((16, 1)) * np.random.rand(1, 784)")),
        "initialisation",
        "equal rows",
    ),
    "another size": (
        changed(SOLUTION, ("np.random.rand(16, 28 * 28)", "np.random.rand(32, 28 * 28)")),
        "initialisation",
        "w1 has the shape (32, 784)",
    ),
    "NaN in the start": (
        changed(SOLUTION, ("np.random.rand(10, 1) - 0.5", "np.full((10, 1), np.nan)")),
        "initialisation",
        "b3 has entries that are NaN",
    ),
}


@pytest.fixture
def run(tmp_path, monkeypatch, warm):
    """Return a function that grades a text as a submission, with recorded answers only."""
    monkeypatch.setattr(Oracle, "_cache_file", lambda self, key: tmp_path / key)
    monkeypatch.setattr(Oracle, "_call", lambda *_: pytest.fail("the reference was asked"))

    def graded(text, name="submission.py"):
        (tmp_path / name).write_text(text)
        return grade(LOADED, read(tmp_path / name, LOADED.name), GradeOptions(include_hidden=True, warm=warm))

    return graded


def message(report, name):
    return next(check.message for check in report.checks if check.name == name)


def checks(report):
    return {check.name: check for check in report.checks}


def test_layout_is_found_from_all_functions_together(run):
    without = changed(ROWS, ("def init_params", "def begin"))
    found = checks(run(without))
    lost = {name for name, check in found.items() if check.score != check.max_score and check.max_score}
    assert lost == {"initialisation", "challenge"}
    assert not any(check.diagnosis for check in found.values())
    broken = changed(without, ("Z1 = X @ W1 + b1", "Z1 = X @ W1.T + b1"))  # raises: the other functions still show it
    found = checks(run(broken))
    assert found["one-hot"].status == found["backward"].status == found["predictions"].status == "passed"
    assert found["forward"].status == "error"


def test_unclear_layout_is_not_reported_as_transposed(run):
    """One function works in rows, one in columns: both layouts are possible."""
    one_hot, predictions = "def one_hot(y):\n    return np.eye(10)[y]\n", "def predict(a):\n    return a.argmax({})\n"
    found = checks(run(f"import numpy as np\n{one_hot}{predictions.format(0)}"))
    assert found["one-hot"].status == "failed"
    assert found["one-hot"].diagnosis is None
    assert found["predictions"].status == "passed"
    found = checks(run(f"import numpy as np\n{one_hot}{predictions.format(1)}"))
    assert found["one-hot"].status == found["predictions"].status == "passed"


@pytest.mark.table
@pytest.mark.parametrize("style", RIGHT)
def test_correct_network_gets_full_marks_in_every_style(run, style):
    text, check, said = RIGHT[style]
    report = run(text)
    asked = [item for item in report.checks if item.max_score and not item.evidence.bonus]
    assert {item.name: item.message for item in asked if item.status != "passed"} == {}
    assert report.score == report.max_score
    assert check is None or said in message(report, check)


@pytest.mark.table
@pytest.mark.parametrize("bug", WRONG)
def test_mistake_fails_the_expected_check(run, bug):
    text, check, said = WRONG[bug]
    report = run(text)
    first = next(item for item in report.checks if item.status != "passed")
    assert first.name == check, first.message
    assert said in first.message
    assert report.max_score - report.score >= first.max_score - first.score
    if check in ("backward", "update"):
        assert first.score < first.max_score
    right = re.search(r"Right: ([\w, ]+)\.", first.message)
    if right and first.diagnosis:  # a bug is where a result is wrong
        bugs = [first.diagnosis, *first.diagnosis.also]
        assert not {bug.where for bug in bugs} & set(right.group(1).split(", ")), bugs


def test_notebook_gets_full_marks(run):
    cells = ["import numpy as np", *(f"def {part}" for part in SOLUTION.split("\n\n\ndef ")[1:])]
    assert run(notebook(*cells), "submission.ipynb").score == 100


def test_images_may_be_loaded_from_keras(run):
    images = "from keras.datasets import mnist\n\n(x, y), (x_test, y_test) = mnist.load_data()\nX = x.reshape(len(x), -1).T / 255\n"
    assert run(LECTURE + images).score == 100
    assert run(LECTURE + images.replace("keras.", "tensorflow.keras.")).score == 100


def test_notes_are_in_the_evidence(run):
    report = run(LECTURE)
    notes = next(check.evidence.notes for check in report.checks if check.name == "backward")
    assert "Convention divides-by-y-size: accepted." in notes


def test_other_hidden_size_fails_only_the_initialisation(run):
    report = run(changed(SOLUTION, ("(16, 16)", "(20, 16)")))
    assert [check.name for check in report.checks if check.status not in ("passed", "skipped")] == ["initialisation"]


def test_wrong_gradients_in_a_dict_do_not_fail_the_update(graded):
    report = graded("numpy-mnist", (ROOT / "examples" / "numpy-mnist" / "wrong.py").read_text())
    statuses = {check.name: check.status for check in report.checks}
    assert (statuses["backward"], statuses["update"], statuses["challenge"]) == ("partial", "passed", "skipped")


def test_challenge_keeps_its_columns_for_samples_in_rows(graded):
    challenge = """
class Shape:
    def __init__(self, X):
        self.pixels = X.shape[0]

def challenge_train(X, labels):
    return Shape(X)

def challenge_predict(params, X):
    assert params.pixels == X.shape[0] == 784
    return np.zeros(X.shape[1])
"""
    report = graded("numpy-mnist", ROWS + challenge)
    found = next(check for check in report.checks if check.name == "challenge")
    assert found.status == "failed"
    assert "of the held-out images are classified correctly" in found.message
    assert report.score == 100
