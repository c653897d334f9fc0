"""The exercise ``optimizers``: its facts, and the submissions that it accepts and refuses."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from grader.assignment import load
from tests.conftest import ROOT, known_wrong

FOLDER = ROOT / "assignments" / "optimizers"
G = np.array([[1.0, -2.0, 0.5], [0.0, 0.1, 3.0]])


@pytest.fixture(scope="module")
def solution_module():
    spec = importlib.util.spec_from_file_location("optimizers_solution", FOLDER / "solution.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "arguments", "weights"),
    [
        ("Momentum", (0.1, 0.9), (0.9, 0.76, 0.659)),
        ("Adagrad", (0.1,), (0.9, 0.8552786, 0.8771004)),
        ("RMS_prop", (0.1, 0.9), (0.6837723, 0.5363303, 0.611794)),
        ("Adam", (0.1, 0.9, 0.999), (0.9000007, 0.8067837, 0.7504178)),
    ],
)
def test_weight_after_each_of_three_gradients(solution_module, name, arguments, weights):
    optimizer, weight = getattr(solution_module, name)(*arguments), 1.0
    for gradient, expected in zip((1.0, 0.5, -0.25), weights, strict=True):
        weight -= optimizer.update_change(gradient)
        assert weight == pytest.approx(expected, abs=2e-6)


def test_two_forms_of_adagrad(solution_module):
    per_entry = solution_module.Adagrad(0.1).update_change(G)
    assert per_entry == pytest.approx(np.array([[0.1, -0.1, 0.1], [0, 0.1, 0.1]]), abs=1e-7)
    per_row = 0.1 * G / np.sqrt(np.diagonal(G @ G.T))[:, None]
    expected = [[0.04364, -0.08729, 0.02182], [0, 0.00333, 0.09994]]
    assert per_row == pytest.approx(np.array(expected), abs=5e-6)


def test_adam_that_is_reset_after_every_update_slows_down(solution_module):
    class OfTheLecture(solution_module.Adam):
        epochs = 0

        def update_change(self, gradient):
            self.count = self.epochs - 1
            return super().update_change(gradient)

        def reset(self):
            super().reset()
            self.epochs += 1

    optimizer, steps = OfTheLecture(1e-3, 0.9, 0.999), []
    for _epoch in range(10):
        steps.append(optimizer.update_change(1.0))
        optimizer.reset()
    assert steps[:3] == pytest.approx([0.001, 0.000744, 0.000639], abs=5e-7)
    assert steps[-1] == pytest.approx(0.000484, abs=1e-6)
    assert sum(steps) == pytest.approx(0.0060, abs=1e-4)


PUBLISHED = """\
import numpy as np

class Scheduler:
    def __init__(self, eta):
        self.eta = eta
    def update_change(self, gradient):
        raise NotImplementedError
    def reset(self):
        pass

class Constant(Scheduler):
    def update_change(self, gradient):
        return self.eta * gradient

class Momentum(Scheduler):
    def __init__(self, eta: float, momentum: float):
        super().__init__(eta)
        self.momentum = momentum
        self.change = 0
    def update_change(self, gradient):
        self.change = self.momentum * self.change + self.eta * gradient
        return self.change

class Adagrad(Scheduler):
    def __init__(self, eta):
        super().__init__(eta)
        self.G_t = None
    def update_change(self, gradient):
        if self.G_t is None:
            self.G_t = np.zeros((gradient.shape[0], gradient.shape[0]))
        self.G_t += gradient @ gradient.T
        root = np.sqrt(np.reshape(np.diagonal(self.G_t), (self.G_t.shape[0], 1)))
        return self.eta * gradient * (1 / (1e-8 + root))
    def reset(self):
        self.G_t = None

class AdagradMomentum(Adagrad):
    def __init__(self, eta, momentum):
        super().__init__(eta)
        self.momentum = momentum
        self.change = 0
    def update_change(self, gradient):
        self.change = self.change * self.momentum + super().update_change(gradient)
        return self.change

class RMS_prop(Scheduler):
    def __init__(self, eta, rho):
        super().__init__(eta)
        self.rho = rho
        self.second = 0.0
    def update_change(self, gradient):
        self.second = self.rho * self.second + (1 - self.rho) * gradient * gradient
        return self.eta * gradient / (np.sqrt(self.second + 1e-8))
    def reset(self):
        self.second = 0.0

class Adam(Scheduler):
    def __init__(self, eta, rho, rho2):
        super().__init__(eta)
        self.rho, self.rho2 = rho, rho2
        self.moment = self.second = 0
        self.n_epochs = 1
    def update_change(self, gradient):
        self.moment = self.rho * self.moment + (1 - self.rho) * gradient
        self.second = self.rho2 * self.second + (1 - self.rho2) * gradient * gradient
        moment = self.moment / (1 - self.rho**self.n_epochs)
        second = self.second / (1 - self.rho2**self.n_epochs)
        return self.eta * moment / (np.sqrt(second + 1e-8))
    def reset(self):
        self.n_epochs += 1
        self.moment = self.second = 0
"""


def graded_marks(graded, source):
    report = graded("optimizers", source)
    return report, {check.name: check for check in report.checks}


def test_classes_in_the_form_of_the_lecture_get_full_marks_with_notes(graded):
    report, checks = graded_marks(graded, PUBLISHED)
    assert report.score == 100
    assert "adagrad-per-row" in checks["adagrad"].message
    assert "adam-counts-resets" in checks["adam"].message
    assert checks["momentum"].diagnosis is None


def test_one_mistake_in_adam_costs_one_check_and_is_named(graded):
    report, checks = graded_marks(graded, known_wrong("optimizers", "decay-rates-exchanged"))
    assert report.score == 76 and not report.passed
    assert checks["adam"].diagnosis.bug == "decay-rates-exchanged"


def test_submission_without_adam_does_not_pass(graded):
    source = PUBLISHED.partition("class Adam(")[0]
    report, checks = graded_marks(graded, source)
    assert not report.passed
    assert "The class `Adam(eta, rho, rho2)` is missing" in checks["adam"].message


@pytest.mark.long
@pytest.mark.parametrize("name", [entry.name for entry in load("optimizers").known_wrong()])
def test_known_wrong_solution_fails_its_check(graded, name):
    entry = next(entry for entry in load("optimizers").known_wrong() if entry.name == name)
    _report, checks = graded_marks(graded, known_wrong("optimizers", name))
    assert checks[entry.fails].status in ("failed", "partial")
    assert entry.bug is None or checks[entry.fails].diagnosis.bug == entry.bug


def test_nan_everywhere_is_not_called_an_ignored_argument(graded):
    _report, checks = graded_marks(graded, known_wrong("optimizers", "correction-counted-from-zero"))
    assert checks["adam"].diagnosis.bug == "correction-counted-from-zero"
    assert checks["zero-adam"].diagnosis is None


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_solution_gets_full_marks_with_every_seed(graded, seed):
    assert graded("optimizers", (FOLDER / "solution.py").read_text(), seed=seed).score == 100
    assert graded("optimizers", PUBLISHED, seed=seed).score == 100


@pytest.mark.parametrize("exercise", ["optimizers", pytest.param("backprop", marks=pytest.mark.long)])
def test_first_line_of_the_published_code_is_numpy(graded, exercise):
    solution = (ROOT / "assignments" / exercise / "solution.py").read_text()
    assert "import numpy as np" in solution
    report = graded(exercise, solution.replace("import numpy as np", "import autograd.numpy as np"))
    assert report.score == 100
