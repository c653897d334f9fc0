"""Each bug in a bundled solution, created by replacing a line, gets its name."""

from __future__ import annotations

import pytest

from tests.diagnosis.conftest import GRAY, MNIST, NEURON, SWAP, changed


def found(result):
    """Return the bugs of a check and the alternatives to the first one, as NAME@WHERE."""
    diagnosis = result["diagnosis"]
    if diagnosis is None:
        return [], []
    every = [[diagnosis, *diagnosis.get("also", [])], diagnosis.get("or", [])]
    return tuple([f"{bug['bug']}@{bug['where']}" for bug in bugs] for bugs in every)


# exercise, check, bug (or several bugs at once), then old and new strings in turn
BUGS = [
    # bias gradient
    (MNIST, "backward", "bias-gradient-scalar@dB2", "dZ2.sum(axis=1, keepdims=True)", "dZ2.sum()"),
    (MNIST, "backward", "bias-gradient-over-units@dB3", "dZ3.sum(axis=1, keepdims=True)", "dZ3.sum(axis=0)"),
    (SWAP, "backward", "bias-gradient-scalar@db1", "dZ1.sum(axis=0)", "dZ1.sum()"),
    (NEURON, "gradients", "mean-for-bias-only@db", "np.sum(delta)", "np.mean(delta)"),
    # divisors
    (MNIST, "backward", "not-averaged@dW3", "m = X.shape[1]", "m = 1"),
    (MNIST, "backward", "averaged-twice@dW3", "m = X.shape[1]", "m = X.shape[1] ** 2"),
    (MNIST, "backward", "divides-by-features@dW3", "m = X.shape[1]", "m = X.shape[0]"),
    (MNIST, "backward", "divides-by-classes@dW3", "m = X.shape[1]", "m = 10"),
    (MNIST, "backward", "batch-size-as-divisor@dW3", "m = X.shape[1]", "m = 128"),
    (MNIST, "backward", "wrong-divisor@dW3", "m = X.shape[1]", "m = 60000"),
    (SWAP, "backward", "not-averaged@dW2", " / len(y)\n    dW2", "\n    dW2"),
    (NEURON, "gradients", "mean-instead-of-sum@dw", "delta = (", "delta = 1 / len(y) * ("),
    # factors
    (MNIST, "backward", "missing-factor-two@dW3", "2 * (A3", "(A3"),
    (MNIST, "backward", "stray-factor-two@dW3", "2 * (A3", "4 * (A3"),
    (MNIST, "backward", "sign-flipped@dW3", "(A3 - Y)", "(Y - A3)"),
    (NEURON, "gradients", "sign-flipped@dw", "(y_hat - y)", "(y - y_hat)"),
    (NEURON, "gradients", "constant-factor@dw", "delta = (", "delta = 3 * ("),
    # derivatives
    (MNIST, "der-relu", "derivative-of-another-activation@dA", "(Z > 0).astype(float)", "np.where(Z > 0, 1, 0.01)"),
    (MNIST, "backward", "activation-derivative-missing@dW3", " * der_ReLU(Z3)", ""),
    (MNIST, "backward", "derivative-of-another-layer@dW1", "der_ReLU(Z1)", "der_ReLU(Z2)"),
    (MNIST, "backward", "derivative-is-activation@dW2", "der_ReLU(Z2)", "ReLU(Z2)"),
    (MNIST, "backward", "cross-entropy-delta@dW3", "2 * (A3 - Y) * der_ReLU(Z3)", "A3 - Y"),
    (SWAP, "relu-derivative", "derivative-not-swapped@da", "(z > 0).astype(float)", "sigmoid(z) * (1 - sigmoid(z))"),
    (SWAP, "relu-derivative", "derivative-is-one@da", "(z > 0).astype(float)", "np.ones_like(z)"),
    (SWAP, "backward", "derivative-not-swapped@dW1", "relu_derivative(Z1)", "A1 * (1 - A1)"),
    (NEURON, "gradients", "derivative-at-output@dw", "y_hat * (1 - y_hat)", "sigmoid(y_hat) * (1 - sigmoid(y_hat))"),
    # the chain rule: a missing factor, updated weights, another delta, a missing transpose
    (MNIST, "backward", "chain-cut@dW2", "w3.T.dot(dZ3)", "w3.T.dot(2 * (A3 - Y))"),
    (SWAP, "backward", "chain-cut@dW1", "dZ2 @ W2.T", "(y_hat - y) @ W2.T / len(y)"),
    (NEURON, "gradients", "gradient-of-the-output@dw", "(y_hat - y) * y_hat", "y_hat"),
    (MNIST, "backward", "updated-weights@dW2", "w3.T.dot(dZ3)", "(w3 - 0.1 * dW3).T.dot(dZ3)"),
    (SWAP, "backward", "updated-weights@dW1", "@ W2.T", "@ (W2 - 0.5 * dW2).T"),
    (MNIST, "backward", "wrong-delta@dB1", "dB1 = dZ1", "dB1 = dZ2"),
    (MNIST, "backward", "wrong-input-in-gradient@dW2", "dZ2.dot(A1.T)", "dZ2.dot(Z1.T)"),
    (MNIST, "backward", "transpose-forgotten@dW1", "w2.T.dot(dZ2)", "w2.dot(dZ2)"),
    (SWAP, "backward", "transposed@dW1", "X.T @ dZ1", "dZ1.T @ X"),
    # a slope at another point, or twice; the derivative of something else
    (NEURON, "gradients", "derivative-at-preactivation@dw", "y_hat * (1 - y_hat)", "(X @ w + b) * (1 - X @ w - b)"),
    (NEURON, "gradients", "derivative-applied-twice@dw", "y_hat * (1 - y_hat)", "(y_hat * (1 - y_hat)) ** 2"),
    (SWAP, "backward", "derivative-applied-twice@dW1", "dZ2 @ W2.T", "(dZ2 * y_hat * (1 - y_hat)) @ W2.T"),
    (SWAP, "backward", "derivative-at-the-error@dW1", "relu_derivative(Z1)", "relu_derivative(dZ2 @ W2.T)"),
    (MNIST, "backward", "derivative-at-the-error@dW2", "w3.T.dot(dZ3) * der_ReLU(Z2)", "der_ReLU(w3.T.dot(dZ3))"),
    (NEURON, "gradients", "labels-from-the-inputs@dw", "y_hat - y)", "y_hat - X[:, 2])"),
    (NEURON, "gradients", "broadcast-to-matrix@dw", "(y_hat - y)", "(y_hat - y[:, None])"),
    (NEURON, "gradients", "weight-decay@dw", "return X.T @ delta,", "return X.T @ delta + 0.1 * w,"),
    # the bias gradient from the weight gradient, weight decay, clipping, labels that are not vectors
    (SWAP, "backward", "bias-gradient-from-weight-gradient@db1", "dZ1.sum(axis=0)", "dW1.sum(axis=0)"),
    (MNIST, "backward", "weight-decay@dW3", "dW3 = dZ3.dot(A2.T) / m", "dW3 = dZ3.dot(A2.T) / m + 0.1 * w3 / m"),
    (
        MNIST,
        "backward",
        "gradient-clipped@dW3",
        "return dW3, dB3",
        "dW3 = np.clip(dW3, -0.02, 0.02)\n    return dW3, dB3",
    ),
    (MNIST, "backward", "labels-not-one-hot@dW3", "m = X.shape[1]", "m = X.shape[1]\n    Y = Y.argmax(axis=0)"),
    (MNIST, "one-hot", "labels-not-one-hot@Y", "    return Y", "    return labels"),
    (
        MNIST,
        "update",
        "parameter-never-updated@w3",
        "return w3, b3, w2, b2, w1, b1\n\n\ndef get",
        "return given\n\n\ndef get",
        "    w3 = w3 - alpha * dW3",
        "    given = w3, b3, w2, b2, w1, b1\n    w3 = w3 - alpha * dW3",
    ),
    # forward
    (NEURON, "predict", "threshold-output@y_hat", "sigmoid(X @ w + b)", "np.round(sigmoid(X @ w + b))"),
    (NEURON, "predict", "activation-applied-twice@y_hat", "sigmoid(X @ w + b)", "sigmoid(sigmoid(X @ w + b))"),
    (SWAP, "forward", "threshold-output@y_hat", "y_hat = sigmoid(Z2)", "y_hat = (Z2 > 0).astype(float)"),
    (MNIST, "relu", "absolute-value@A", "np.maximum(Z, 0)", "np.abs(Z)"),
    (MNIST, "forward", "output-activation-missing@A3", "A3 = ReLU(Z3)", "A3 = Z3"),
    (MNIST, "forward", "softmax-output@A3", "A3 = ReLU(Z3)", "A3 = np.exp(Z3) / np.exp(Z3).sum(axis=0)"),
    (MNIST, "forward", "bias-forgotten@Z2", "w2.dot(A1) + b2", "w2.dot(A1)"),
    (MNIST, "forward", "preactivation-handed-on@Z2", "w2.dot(A1) + b2", "w2.dot(Z1) + b2"),
    (MNIST, "predictions", "wrong-axis@classes_found", "axis=0)", "axis=1)"),
    (SWAP, "forward", "forward-not-swapped@A1", "A1 = relu(Z1)", "A1 = sigmoid(Z1)"),
    (SWAP, "forward", "output-swapped-too@y_hat", "y_hat = sigmoid(Z2)", "y_hat = relu(Z2)"),
    (SWAP, "forward", "leaky-relu@A1", "A1 = relu(Z1)", "A1 = np.where(Z1 > 0, Z1, 0.1 * Z1)"),
    (NEURON, "predict", "bias-sign@y_hat", "X @ w + b", "X @ w - b"),
    (NEURON, "sigmoid", "exponent-sign@a", "np.asarray(z) >= 0", "np.asarray(z) < 0"),
    (NEURON, "sigmoid", "rounded-result@a", "e / (1 + e))", "e / (1 + e)).round(3)"),
    # cost
    (NEURON, "loss", "stray-factor-two@loss", "0.5 * np.sum", "np.sum"),
    (NEURON, "loss", "mean-instead-of-sum@loss", "0.5 * np.sum", "0.5 * np.mean"),
    (NEURON, "loss", "absolute-error@loss", "0.5 * np.sum((y - y_hat) ** 2)", "np.sum(np.abs(y - y_hat))"),
    (NEURON, "loss", "root-of-the-error@loss", "0.5 * np.sum((y - y_hat) ** 2)", "np.sqrt(np.sum((y - y_hat) ** 2))"),
    (NEURON, "loss", "broadcast-to-matrix@loss", "(y - y_hat)", "(y[:, None] - y_hat)"),
    # training
    (NEURON, "one-update", "steps-uphill@w", " - learning_rate *", " + learning_rate *"),
    (NEURON, "one-update", "one-epoch-too-few@w", "range(epochs)", "range(epochs - 1)"),
    (
        NEURON,
        "trajectory",
        "gradient-computed-once@w",
        "dw, db = gradients(X",
        "dw, db = (dw, db) if _ else gradients(X",
    ),
    (SWAP, "one-update", "not-averaged@losses", "(y - y_hat) ** 2) / len(y)", "(y - y_hat) ** 2)"),
    (SWAP, "one-update", "parameter-never-updated@W2", "W2 = W2 - learning_rate * dW2", "pass"),
    (MNIST, "update", "steps-uphill@w3", " - alpha * d", " + alpha * d"),
    (NEURON, "one-update", "parameter-never-updated@w", "w = w -", "w_new = w -", "b = b -", "b_new = b -"),
    (
        NEURON,
        "one-update",
        "start-returned@w",
        "    losses = []",
        "    losses, given = [], (w, b)",
        "return w, b, np",
        "return *given, np",
    ),
    (NEURON, "one-update", "truncated-to-integers@w", "    losses = []", "    losses, w = [], w.astype(int)"),
    (NEURON, "one-update", "weight-decay@w", "w = w - learning_rate", "w = 0.95 * w - learning_rate"),
    (SWAP, "one-update", "one-epoch-too-few@W1", "range(epochs)", "range(epochs - 1)"),
    (SWAP, "one-update", "weight-decay@W1", "W1 = W1 -", "W1 = 0.9 * W1 -", "W2 = W2 -", "W2 = 0.9 * W2 -"),
    (
        SWAP,
        "one-update",
        "gradient-clipped@W1",
        "        W1 = W1 -",
        "        dW1, db1, dW2, db2 = (np.clip(g, -0.01, 0.01) for g in (dW1, db1, dW2, db2))\n        W1 = W1 -",
    ),
    # in place
    (
        MNIST,
        "backward",
        "argument-changed-in-place@dW3",
        "    dW3 = dZ3.dot(A2.T) / m\n",
        "",
        "    dZ2 = w3",
        "    A2[A2 > 0] = 1\n    dW3 = dZ3.dot(A2.T) / m\n    dZ2 = w3",
    ),
    (MNIST, "forward", "argument-changed-in-place@Z1", "A1 = ReLU(Z1)", "Z1[Z1 < 0] = 0\n    A1 = Z1"),
    (MNIST, "arguments-unchanged", "argument-changed-in-place@w3", "w3 = w3 - alpha", "w3 -= alpha"),
    (SWAP, "arguments-unchanged", "argument-changed-in-place@W1", "W1 = W1 - learning_rate", "W1 -= learning_rate"),
    # overflow
    (NEURON, "sigmoid-overflow", "overflow@a", "e = np.exp(-np.abs(z))", "return np.exp(z) / (1 + np.exp(z))"),
    (
        NEURON,
        "sigmoid-overflow",
        "overflow@sigmoid",
        "e = ",
        "import math\n    return [math.exp(-t) for t in z]\n    e = ",
    ),
    (MNIST, "forward-large", "overflow@A1", "A1 = ReLU(Z1)", "A1 = np.log(np.exp(Z1)) * (Z1 > 0)"),
    # grayscale
    (
        GRAY,
        "to-grayscale",
        "mean-of-channels@gray",
        "images @ np.array([0.2989, 0.5870, 0.1140])",
        "images.mean(axis=-1)",
    ),
    (GRAY, "to-grayscale", "channels-reversed@gray", "[0.2989, 0.5870, 0.1140]", "[0.1140, 0.5870, 0.2989]"),
    (GRAY, "to-grayscale", "typing-error-in-a-weight@gray", "0.5870", "0.5780"),
    (GRAY, "to-grayscale", "not-scaled@gray", " / 255", ""),
    (GRAY, "to-grayscale", "truncated-to-integers@gray", "/ 255", "// 1 / 255"),
    (
        GRAY,
        "to-grayscale",
        "overflow-in-uint8@gray",
        "images @ np.array([0.2989, 0.5870, 0.1140])",
        "images.sum(-1, np.uint8) / 3",
    ),
    # two at once
    (
        MNIST,
        "backward",
        "bias-gradient-scalar@dB3 sign-flipped@dW1",
        "dZ3.sum(axis=1, keepdims=True)",
        "dZ3.sum()",
        "dW1 = dZ1",
        "dW1 = -dZ1",
    ),
    (
        MNIST,
        "backward",
        "not-averaged@dW3 derivative-is-activation@dW1",
        "m = X.shape[1]",
        "m = 1",
        "der_ReLU(Z1)",
        "ReLU(Z1)",
    ),
    (
        SWAP,
        "forward",
        "bias-forgotten@Z1 another-activation@y_hat",
        "X @ W1 + b1",
        "X @ W1",
        "y_hat = sigmoid(Z2)",
        "y_hat = relu(Z2)",
    ),
    # bugs that only another call shows
    (
        NEURON,
        "predict",
        "not-deterministic@y_hat",
        "return sigmoid(X @ w + b)",
        "return sigmoid(X @ w + b + 0.1 * np.random.randn())",
    ),
    (
        NEURON,
        "gradients",
        "state-kept-between-calls@dw",
        "return X.T @ delta",
        "calls.append(1)\n    return len(calls) * X.T @ delta",
        "import numpy as np",
        "import numpy as np\n\ncalls = []",
    ),
    (NEURON, "hyper-parameters", "argument-ignored@learning_rate", "- learning_rate *", "- 1.0 *"),
    (NEURON, "hyper-parameters", "argument-ignored@epochs", "range(epochs)", "range(20)"),
    (NEURON, "hyper-parameters", "argument-ignored@fit_bias", "if fit_bias:", "if True:"),
    (SWAP, "one-update", "argument-ignored@W1", "- learning_rate *", "- 0.1 *"),
    (NEURON, "trajectory", "stops-early@w", "w = w -", "if len(losses) == 12:\n            break\n        w = w -"),
    (
        NEURON,
        "trajectory",
        "momentum@w",
        "dw, db = gradients(X, y, w, b)",
        "old = (dw, db) if _ else (0, 0)\n        dw, db = gradients(X, y, w, b)\n        dw, db = dw + 0.9 * old[0], db + 0.9 * old[1]",
    ),
    (
        NEURON,
        "trajectory",
        "learning-rate-changes@w",
        "dw, db = gradients",
        "learning_rate = learning_rate * (0.9 if _ else 1)\n        dw, db = gradients",
    ),
]


@pytest.mark.table
@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row[0]}: {row[2]}") for row in BUGS])
def test_bug_has_its_name(diagnosed, row):
    exercise, check, names, *replacements = row
    result = diagnosed(exercise, check, *replacements)
    assert result["status"] != "passed"
    assert found(result) == (names.split(), [])


AMBIGUOUS = [
    (NEURON, "one-update", "bias-never-updated switch-inverted", "b = b - learning_rate * db", "pass"),
    (NEURON, "gradients", "activation-derivative-missing cross-entropy-delta", " * y_hat * (1 - y_hat)", ""),
    (SWAP, "backward", "activation-derivative-missing cross-entropy-delta", " * y_hat * (1 - y_hat)", ""),
    (
        NEURON,
        "one-update",
        "activation-derivative-missing cross-entropy-delta",
        "dw, db = gradients(X, y, w, b)",
        "e = predict(X, w, b) - y\n        dw, db = X.T @ e, e.sum()",
    ),
    (MNIST, "backward", "mean-for-bias-only not-averaged", ".T) / m", ".T)"),
    (
        SWAP,
        "one-update",
        "parameter-never-updated another-quantity",
        *(
            part
            for name in ("W1", "b1", "W2", "b2")
            for part in (f"        {name} = {name}", f"        {name}_new = {name}")
        ),
    ),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row[0]}: {row[2]}") for row in AMBIGUOUS])
def test_bugs_with_the_same_numbers_are_alternatives(diagnosed, row):
    exercise, check, names, *replacements = row
    (first,), others = found(diagnosed(exercise, check, *replacements))
    assert sorted(name.split("@")[0] for name in (first, *others)) == sorted(names.split())


def test_name_that_says_what_happened_comes_first(diagnosed):
    (row,) = (row for row in AMBIGUOUS if "another-quantity" in row[2])
    exercise, check, _names, *replacements = row
    assert found(diagnosed(exercise, check, *replacements)) == (["parameter-never-updated@W1"], ["another-quantity@W1"])


def test_one_of_two_bugs_may_have_an_alternative(diagnosed):
    changes = ("(y_hat - y)", "(y - y_hat)", "np.sum(delta)", "np.mean(delta)")
    bugs = ["sign-flipped@dw", "mean-for-bias-only@db"]
    assert found(diagnosed(NEURON, "gradients", *changes)) == (bugs, ["mean-instead-of-sum@db"])


# exercise, the check of the function with the bug, the check of a function that uses it
COUNTED_ONCE = [
    (NEURON, "gradients", "one-update", "np.sum(delta)", "np.mean(delta)"),
    (NEURON, "loss", "one-update", "(y - y_hat) ** 2", "2 * np.abs(y - y_hat)"),
    (SWAP, "forward", "one-update", "A1 @ W2 + b2", "A1 @ W2"),
    (SWAP, "backward", "one-update", "/ len(y)\n    dW2", "\n    dW2"),
    (MNIST, "backward", "one-step", "dZ2.dot(A1.T) / m", "dZ2.dot(A1.T)"),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row[0]}: {row[1]}") for row in COUNTED_ONCE])
def test_later_check_passes_if_only_the_earlier_function_is_wrong(diagnosed, row):
    exercise, earlier, later, *replacements = row
    result = diagnosed(exercise, later, *replacements, before=[earlier])
    assert (result["status"], result["diagnosis"]) == ("passed", None)


# The same with bugs after which training does not learn.
FOLLOWING = [
    (NEURON, "gradients", "one-update", "sign-flipped@dw", "(y_hat - y)", "(y - y_hat)"),
    (SWAP, "backward", "trajectory", "derivative-not-swapped@dW1", "relu_derivative(Z1)", "A1 * (1 - A1)"),
    (MNIST, "backward", "one-step", "sign-flipped@dW3", "2 * (A3 - Y)", "2 * (Y - A3)"),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row[0]}: {row[2]}") for row in FOLLOWING])
def test_later_check_names_the_bug_of_the_earlier_function(diagnosed, row):
    exercise, earlier, later, name, *replacements = row
    result = diagnosed(exercise, later, *replacements, before=[earlier])
    assert result["status"] == "failed"
    assert found(result) == ([name], [])
    assert result["hint"].startswith("This follows from")


def test_bugs_of_two_functions_are_both_named(diagnosed):
    replacements = ("(y_hat - y)", "(y - y_hat)", "0.5 * np.sum", "np.sum")
    result = diagnosed(NEURON, "one-update", *replacements, before=["loss", "gradients"])
    assert found(result) == (["stray-factor-two@loss", "sign-flipped@dw"], [])


def test_bug_of_the_training_is_distinguished_from_that_of_a_function(diagnosed):
    replacements = ("np.sum(delta)", "np.mean(delta)", "range(epochs)", "range(epochs + 1)")
    names, _ = found(diagnosed(NEURON, "one-update", *replacements, before=["gradients"]))
    assert names != ["mean-for-bias-only@db"]


@pytest.mark.parametrize(
    ("exercise", "replacements"),
    [
        (MNIST, ("w2.dot(A1) + b2", "w2.dot(A1)")),
        (MNIST, ("A3 = ReLU(Z3)", "A3 = Z3")),
        (SWAP, ("A1 = relu(Z1)", "A1 = np.tanh(Z1)")),
    ],
)
def test_bug_in_forward_does_not_make_backward_look_wrong(graded, exercise, replacements):
    forward, backward = graded(exercise, changed(exercise, *replacements), ["forward", "backward"]).checks
    assert forward.diagnosis is not None
    assert (backward.status, backward.diagnosis, backward.hint) == ("passed", None, "")
