"""One mistake counts once, a missing function costs its own points, and nothing is earned by doing nothing."""

from __future__ import annotations

import pytest

from grader import assignment
from grader.report.model import Report
from tests.changed import changed

RELU_STARTER = assignment.load("relu-swap").file("starter.py").read_text()
RELU_SOLUTION = assignment.load("relu-swap").file("solution.py").read_text()
MNIST_SOLUTION = assignment.load("numpy-mnist").file("solution.py").read_text().partition("def challenge_train")[0]
SIGMOID_INLINE = "1 / (1 + np.exp(-np.clip({}, -700, 700)))"
STEP = "w = w - learning_rate * dw"
STEP_OF_BIAS = "b = b - learning_rate * db"
ZEROS = """
import numpy as np
def sigmoid(z): return 0 * z
def predict(X, w, b=0.0): return np.zeros(len(X))
def loss(y, y_hat): return 0.0
def gradients(X, y, w, b=0.0): return 0 * w, 0.0
def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True): return w, b, [0.0] * epochs
"""
TRAIN_ONLY = """
import numpy as np
def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):
    losses = []
    for _ in range(epochs):
        p = 1 / (1 + np.exp(-(X @ w + b)))
        losses.append(0.5 * np.sum((p - y) ** 2))
        delta = (p - y) * p * (1 - p)
        w = w - learning_rate * X.T @ delta
        b = b - learning_rate * np.sum(delta) * fit_bias
    return w, b, losses
"""


def statuses(report: Report) -> dict[str, str]:
    return {check.name: check.status for check in report.checks}


def without(source: str, function: str, body: str = "") -> str:
    """The source with another body for a function, or without the function."""
    before, _, rest = source.partition(f"def {function}(")
    signature, _, rest = rest.partition("\n")
    _, found, after = rest.partition("\n\n\ndef ")
    kept = f"def {function}({signature}\n    {body}\n\n\n" if body else ""
    return before + kept + ("def " if found else "") + after


@pytest.fixture
def inlined(solution):
    """The solution with the sigmoid written out in predict()."""
    return changed(solution, ("return sigmoid(X @ w + b)", "return " + SIGMOID_INLINE.format("X @ w + b")))


@pytest.mark.parametrize("body", ["", "raise NotImplementedError", 'raise NotImplementedError("later")'])
def test_a_missing_helper_costs_its_own_points(graded, inlined, body):
    report = graded("single-neuron", without(inlined, "sigmoid", body))
    assert report.score == 90
    assert {check.name for check in report.checks if check.status != "passed"} == {"sigmoid", "sigmoid-overflow"}


def test_all_that_train_shows_is_judged_where_only_train_is_there(graded):
    report = graded("single-neuron", TRAIN_ONLY)
    right = {name for name, status in statuses(report).items() if status == "passed"}
    assert right >= {"one-update", "trajectory", "hyper-parameters", "unseen-corners", "numpy-only"}
    assert (report.score, report.passed) == (60, False)


@pytest.mark.parametrize(
    ("before", "after", "most"),
    [
        ("0.5 * np.sum", "1.0 * np.sum", 5),
        ("0.5 * np.sum", "np.mean", 5),
        ("delta = (y_hat - y) * y_hat * (1 - y_hat)", "delta = (y_hat - y) * y_hat", 15),
        ("return X.T @ delta, np.sum(delta)", "return 2 * X.T @ delta, 2 * np.sum(delta)", 15),
        ("return X.T @ delta, np.sum(delta)", "return 1.37 * X.T @ delta, np.sum(delta)", 15),
    ],
)
def test_a_mistake_counts_once_whether_it_has_a_name_or_not(graded, solution, before, after, most):
    report = graded("single-neuron", changed(solution, (before, after)))
    assert 0 < 100 - report.score <= most, statuses(report)
    assert report.passed


@pytest.mark.parametrize("body", ["return 1 / (1 + np.exp(-1.1 * z))", "return 0.5 + 0.4 * np.tanh(z)"])
def test_a_wrong_helper_does_not_take_the_rest_along(graded, solution, body):
    report = graded("single-neuron", without(solution, "sigmoid", body))
    assert report.score >= 90, statuses(report)


def test_what_was_judged_by_the_students_own_function_says_so(graded, solution):
    report = graded("single-neuron", changed(solution, ("0.5 * np.sum", "1.0 * np.sum")))
    update = next(check for check in report.checks if check.name == "one-update")
    assert "Judged by the results of your own `loss`: a mistake counts once." in update.message
    assert update.evidence.notes == ["Judged by the results of your own `loss`: a mistake counts once."]


def test_a_second_mistake_costs_its_own_points_too(graded, solution):
    """The loop does not follow the submission's own gradients either."""
    both = changed(solution, ("np.sum(delta)", "2 * np.sum(delta)"), (STEP, "w = w - 0.5 * learning_rate * dw"))
    found = statuses(graded("single-neuron", both))
    assert (found["gradients"], found["one-update"]) == ("partial", "failed")


@pytest.mark.table
@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n",
        "import numpy as np\n",
        ZEROS,
        ZEROS.replace("0 * w, 0.0", "w, b").replace("return 0 * z", "return z"),
        "def train(X, y, w, b=0.0, learning_rate=1.0, epochs=100, fit_bias=True):\n    return w, b, []\n",
        "def predict(X, w, b=0.0):\n    return y_hat\n",
    ],
)
def test_nothing_is_earned_by_doing_nothing(graded, source):
    report = graded("single-neuron", source)
    assert report.score == 0
    assert statuses(report)["numpy-only"] == "skipped"


@pytest.mark.table
@pytest.mark.parametrize(
    "change",
    [
        [(STEP, "pass"), (STEP_OF_BIAS, "pass")],
        [(STEP, "w = w + learning_rate * dw"), (STEP_OF_BIAS, "b = b + learning_rate * db")],
        [(STEP, "pass")],
        [("    for _ in range(epochs):", "    for _ in range(min(epochs, 1)):")],
        [("    return w, b, np.array(losses)", "    return w, b, np.zeros(epochs)"), (STEP, "w = w - 0 * dw")],
        [
            ("    for _ in range(epochs):", "    first = gradients(X, y, w, b)\n    for _ in range(epochs):"),
            ("        dw, db = gradients(X, y, w, b)", "        dw, db = first"),
        ],
        [(STEP, STEP + "\n        if len(losses) > 1 and losses[-2] - losses[-1] < 1e-3:\n            break")],
        [(STEP, STEP + "\n        return w, b, np.array(losses)")],
        [("return X.T @ delta, np.sum(delta)", "return -X.T @ delta, -np.sum(delta)")],
        [("return X.T @ delta, np.sum(delta)", "return 0 * w, 0.0")],
    ],
)
def test_who_does_not_train_does_not_pass(graded, solution, change):
    report = graded("single-neuron", changed(solution, *change))
    assert not report.passed, report.score


def test_without_train_nobody_passes(graded, solution):
    report = graded("single-neuron", solution[: solution.index("def train")])
    assert (report.score, report.passed) == (45, False)


@pytest.mark.table
@pytest.mark.parametrize(
    "change",
    [
        [(" - learning_rate", " + learning_rate")],
        [(" - learning_rate", " - 0 * learning_rate")],
        [("    for _ in range(epochs):", "    for _ in range(min(1, epochs)):")],
        [("dW1, db1, dW2, db2 = backward(X, y, Z1, A1, Z2, y_hat, W2)", "dW1 = db1 = dW2 = db2 = 0")],
    ],
)
def test_who_does_not_train_the_net_does_not_pass(graded, change):
    report = graded("relu-swap", changed(RELU_SOLUTION, *change))
    assert not report.passed, report.score


@pytest.mark.parametrize("body", ["", "return w3, b3, w2, b2, w1, b1", "raise NotImplementedError"])
def test_who_does_not_update_does_not_pass(graded, body):
    report = graded("numpy-mnist", without(MNIST_SOLUTION, "update_params", body))
    assert not report.passed, report.score


@pytest.mark.parametrize("function", ["ReLU", "der_ReLU"])
def test_a_wrong_helper_costs_its_own_points_in_a_chain_too(graded, function):
    report = graded(
        "numpy-mnist",
        without(
            MNIST_SOLUTION, function, "return np.where(Z > 0, 1.0, 0.1) * 1.5" + (" * Z" if function == "ReLU" else "")
        ),
    )
    assert report.score == 95, statuses(report)


RELU = ('"""Return max(0, z) for each element of z."""\n    raise NotImplementedError', "return np.maximum(0, z)")
SLOPE = ('"""Return the slope of relu at each element of z."""\n    raise NotImplementedError', "return 1.0 * (z > 0)")


@pytest.mark.parametrize(("changes", "score"), [([], 0), ([RELU], 13.75), ([RELU, SLOPE], 31.25)])
def test_what_was_handed_out_earns_nothing_on_its_own(graded, changes, score):
    """Its forward() has a right Z1, its backward() is half right: that counts once what they use is there."""
    report = graded("relu-swap", changed(RELU_STARTER, *changes))
    assert report.score == score, statuses(report)
    assert {statuses(report)[name] for name in ("one-update", "trajectory", "hyper-parameters")} == {"skipped"}


def test_the_starters_train_counts_where_the_swap_is_done(graded):
    swapped = RELU_STARTER.replace("A1 = sigmoid(Z1)", "A1 = relu(Z1)").replace("* A1 * (1 - A1)", "* (A1 > 0)")
    assert graded("relu-swap", changed(swapped, RELU, SLOPE)).score == 100


@pytest.mark.long
def test_a_function_that_does_not_end_is_called_twice_at_most(graded, solution):
    own = assignment.load("single-neuron").folder.joinpath("assignment.yaml").read_text()
    own = own.replace("call_seconds: 10", "call_seconds: 1")
    report = graded(own, changed(solution, ("    for _ in range(epochs):", "    while True:")))
    found = statuses(report)
    assert list(found.values()).count("timeout") == 2
    assert found["gradients"] == "passed"
    assert "Skipped because `one-update` and `trajectory` did not pass" in report.checks[-2].message
