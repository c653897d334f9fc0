"""The facts of ``gates``, its reference, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import ROOT, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "gates"
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
GATES = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0], "XOR": [0, 1, 1, 0]}


def outputs(program, gate, hidden, seeds):
    """Return the outputs (seeds, 4) of networks for a gate, trained as the lecture does."""
    y = np.array(GATES[gate], dtype=float)[:, None]
    trained = [program.train_gate(X, y, hidden, 0.1, 1000, seed) for seed in range(seeds)]
    return np.array([np.asarray(program.predict(params, X)).ravel() for params in trained])


def cross_entropy(gate, p):
    y = np.array(GATES[gate])
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


@pytest.mark.parametrize("gate", ["AND", "OR", "NAND"])
def test_three_gates_need_no_hidden_layer(solution, gate):
    assert ((outputs(solution, gate, 0, 3) > 0.5) == np.array(GATES[gate])).all()


def test_xor_without_hidden_layer_ends_at_one_half(solution):
    p = outputs(solution, "XOR", 0, 3)
    assert p == pytest.approx(0.5, abs=0.01)
    assert cross_entropy("XOR", p) == pytest.approx(np.log(2), abs=1e-4)


@pytest.mark.long
@pytest.mark.parametrize(("hidden", "right"), [(0, 0), (2, 10), (4, 20)])
def test_share_of_networks_that_learn_xor(solution, hidden, right):
    classes = outputs(solution, "XOR", hidden, 20) > 0.5
    assert (classes == np.array(GATES["XOR"])).all(axis=1).sum() == right


@pytest.mark.long
@pytest.mark.parametrize(("gate", "expected"), [("AND", 0.0036), ("OR", 0.0020)])
def test_cross_entropy_after_training(solution, gate, expected):
    # The page does not give its initial weights, so its number must be within three standard errors of 20 seeds.
    own = np.array([cross_entropy(gate, p) for p in outputs(solution, gate, 0, 20)])
    assert abs(own.mean() - expected) < 3 * own.std(ddof=1) / np.sqrt(len(own))


@pytest.mark.long
def test_reference_learns_what_the_solution_learns(solution, reference):
    for gate, hidden in (("AND", 0), ("XOR", 0), ("XOR", 4)):
        assert outputs(reference, gate, hidden, 1) == pytest.approx(outputs(solution, gate, hidden, 1), abs=0.01)
    assert [gate for gate in GATES if reference.needs_hidden(gate)] == ["XOR"]


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 100
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


@pytest.mark.parametrize("name", ["units-start-alike", "always-a-hidden-layer"])
def test_submission_without_one_of_the_two_networks_does_not_pass(graded, name):
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    failed = "xor" if name == "units-start-alike" else "xor-without-hidden-layer"
    assert [check for check, status in statuses(report).items() if status != "passed"] == [failed]
    assert not report.passed


@pytest.mark.long
def test_table_of_the_rows_without_training_does_not_pass(graded):
    table = """
import numpy as np

def train_gate(X, y, hidden, learning_rate, epochs, seed):
    return X, y

def predict(params, X):
    rows, y = params
    return np.array([y[np.argmin(((rows - x) ** 2).sum(axis=1))] for x in X])

def needs_hidden(gate):
    return gate == "XOR"
"""
    report = graded(EXERCISE, table)
    assert statuses(report)["xor-without-hidden-layer"] == "failed" and not report.passed


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_same_score_with_every_seed(graded, source, seed):
    assert graded(EXERCISE, source, seed=seed).score == 100


CLASS = """
import numpy as np
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
class Gate:
    def train_gate(self, X, y, hidden, learning_rate, epochs, seed):
        random = np.random.default_rng(seed)
        widths = [2, hidden, 1] if hidden else [2, 1]
        self.weights = [random.normal(size=(a + 1, b)) for a, b in zip(widths, widths[1:])]
        for _ in range(epochs):
            outs = self.outputs(X)
            delta = outs[-1] - y
            for k in reversed(range(len(self.weights))):
                step = self.rows(outs[k]).T @ delta
                delta = delta @ self.weights[k][1:].T * outs[k] * (1 - outs[k])
                self.weights[k] = self.weights[k] - learning_rate * step
    def rows(self, a):
        return np.hstack([np.ones((len(a), 1)), a])
    def outputs(self, X):
        outs = [X]
        for W in self.weights:
            outs.append(sigmoid(self.rows(outs[-1]) @ W))
        return outs
    def predict(self, X):
        return self.outputs(X)[-1]
def needs_hidden(gate):
    return gate == "XOR"
"""
FORMS = {
    "a class": (CLASS, []),
    "gradient descent": ((ROOT / "examples" / EXERCISE / "correct.py").read_text(), []),
    "classes": ("", [("return forward(params, X)[-1]", "return (forward(params, X)[-1] > 0.5).astype(int).ravel()")]),
    "other names": (
        "",
        [("def predict(params, X)", "def Predict(x, network)"), ("forward(params, X)[-1]", "forward(network, x)[-1]")],
    ),
    "another order": (
        "",
        [
            (
                "def train_gate(X, y, hidden, learning_rate, epochs, seed)",
                "def train_gate(seed, hidden, X, y, epochs=1000, learning_rate=0.1)",
            )
        ],
    ),
    "numpy booleans": ("", [('return gate == "XOR"', 'return np.bool_(gate == "XOR")')]),
}


@pytest.mark.long
@pytest.mark.parametrize("form", FORMS)
def test_other_forms_are_right(graded, source, form):
    own, changes = FORMS[form]
    assert graded(EXERCISE, changed(own or source, *changes)).score == 100
