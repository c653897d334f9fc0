"""Correct submissions in every accepted convention, and unknown bugs, get no bug name."""

from __future__ import annotations

import pytest

from grader.assignment import load
from tests.conftest import ending
from tests.diagnosis.conftest import GRAY, MNIST, NEURON, SWAP, changed
from tests.student.test_classes import ROWS

CHECKS = {
    name: [check.name for check in load(name).content.checks if check.kind not in ("accuracy", "namespace", "figures")]
    for name in (MNIST, SWAP, NEURON, GRAY)
}
AS_FLOAT32 = "import numpy as np\n\n\ndef small(*a):\n    return [np.asarray(x, np.float32)[()] for x in a]\n"
COLUMNS = (
    "sigmoid(X @ w + b)",
    "sigmoid(X @ np.reshape(w, (-1, 1)) + b)",
    "(y - y_hat)",
    "(np.reshape(y, (-1, 1)) - np.reshape(y_hat, (-1, 1)))",
    "(y_hat - y)",
    "(y_hat - np.reshape(y, (-1, 1)))",
    "w = w - learning_rate * dw",
    "w = np.reshape(w, (-1, 1)) - learning_rate * dw",
)
LOSS = "        losses.append(loss(y, predict(X, w, b)))\n"
UPDATE = "            b = b - learning_rate * db\n"

RIGHT = {
    "divided by Y.size": (MNIST, "m = X.shape[1]", "m = Y.size"),
    "slope 1 at 0, MNIST": (MNIST, "(Z > 0)", "(Z >= 0)"),
    "float32, MNIST": (
        MNIST,
        "import numpy as np",
        AS_FLOAT32,
        "    Z1 = w1.dot",
        "    X, w1, b1, w2, b2, w3, b3 = small(X, w1, b1, w2, b2, w3, b3)\n    Z1 = w1.dot",
        "    m = X",
        "    X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3 = small(X, Y, Z1, A1, Z2, A2, Z3, A3, w2, w3)\n    m = X",
    ),
    "slope 1 at 0, swap": (SWAP, "(z > 0)", "(z >= 0)"),
    "losses after the update, swap": (
        SWAP,
        "        losses.append(0.5 * np.sum((y - y_hat) ** 2) / len(y))\n",
        "",
        "        b2 = b2 - learning_rate * db2\n",
        "        b2 = b2 - learning_rate * db2\n"
        "        y_hat = forward(X, W1, b1, W2, b2)[3]\n"
        "        losses.append(0.5 * np.sum((y - y_hat) ** 2) / len(y))\n",
    ),
    "float32, swap": (
        SWAP,
        "import numpy as np",
        AS_FLOAT32,
        "    Z1 = X @",
        "    X, W1, b1, W2, b2 = small(X, W1, b1, W2, b2)\n    Z1 = X @",
    ),
    "solution, neuron": (NEURON,),
    "(n, 1), neuron": (NEURON, *COLUMNS),
    "losses after the update, neuron": (NEURON, LOSS, "", UPDATE, UPDATE + LOSS),
    "losses as a list of float32": (NEURON, "np.array(losses)", "[np.float32(value) for value in losses]"),
    "float32, neuron": (
        NEURON,
        "import numpy as np",
        AS_FLOAT32,
        "    return sigmoid(X @",
        "    X, w, b = small(X, w, b)\n    return sigmoid(X @",
    ),
    "float32, gray": (GRAY, "images @", "images.astype(np.float32) @", "0.1140])", "0.1140], np.float32)"),
}


def no_names(report):
    return {
        check.name: (check.diagnosis, check.hint, check.message)
        for check in report.checks
        if check.diagnosis or check.hint or check.status != "passed"
    }


@pytest.mark.parametrize("style", RIGHT)
def test_correct_submission_has_no_diagnosis(graded, style):
    exercise, *replacements = RIGHT[style]
    assert no_names(graded(exercise, changed(exercise, *replacements), CHECKS[exercise])) == {}


def test_samples_in_rows_have_no_diagnosis(graded):
    assert no_names(graded(MNIST, ROWS, CHECKS[MNIST])) == {}


# exercise, check, the first wrong result, then old and new strings in turn
ODD = [
    (MNIST, "forward", "A2", "A2 = ReLU(Z2)", "A2 = ReLU(Z2) ** 1.2"),
    (MNIST, "update", "w2", "w2 = w2 - alpha * dW2", "w2 = w2 - alpha * dW2 ** 2"),
    (SWAP, "backward", "dW1", "relu_derivative(Z1)", "np.cos(Z1)"),
    (SWAP, "one-update", "b1", "b1 = b1 - learning_rate * db1", "b1 = b1 - learning_rate * db1 ** 2"),
    (NEURON, "predict", "y_hat", "sigmoid(X @ w + b)", "sigmoid(X @ w + b) ** 1.5"),
    (NEURON, "loss", "loss", "(y - y_hat) ** 2", "np.abs(y - y_hat) ** 3"),
    (NEURON, "gradients", "db", "np.sum(delta)", "np.max(delta)"),
    (NEURON, "trajectory", "w", "w = w - learning_rate * dw", "w = w - learning_rate * np.tanh(5 * dw)"),
    (GRAY, "to-grayscale", "gray", "/ 255", "% 100 / 100"),
]


@pytest.mark.parametrize("row", [pytest.param(row, id=f"{row[0]}: {row[4]}") for row in ODD])
def test_unknown_bug_is_located(diagnosed, row):
    exercise, check, where, *replacements = row
    result = diagnosed(exercise, check, *replacements)
    assert result["status"] != "passed"
    assert (result["diagnosis"], result["evidence"]["where"]) == (None, where)


def test_hint_without_a_name_says_where_the_error_begins(diagnosed):
    result = diagnosed(MNIST, "forward", "A2 = ReLU(Z2)", "A2 = ReLU(Z2) ** 1.2")
    assert result["hint"].startswith("The first wrong result is A2. ")
    assert result["hint"].endswith(next(c.hint for c in load(MNIST).content.checks if c.name == "forward"))


@pytest.mark.parametrize("source", ["", "def predict(X, w, b=0):\n    return 'no number'\n", "1 / 0"])
def test_answer_that_is_not_an_array_has_no_bug_name(graded, source):
    result = ending(graded(NEURON, source, ["predict"]).model_dump(), "predict")
    assert (result["status"] == "passed", result["diagnosis"]) == (False, None)


def test_function_that_returns_nothing_is_named(graded):
    result = ending(graded(NEURON, "def predict(X, w, b=0):\n    X @ w + b\n", ["predict"]).model_dump(), "predict")
    assert (result["score"], result["diagnosis"]["bug"]) == (0, "nothing-returned")
