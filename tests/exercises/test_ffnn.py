"""The facts of ``ffnn``, its reference, and right and wrong submissions."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.conftest import ROOT, bundled, known_wrong
from tests.exercises.conftest import module, statuses

EXERCISE = "ffnn"
EXAMPLES = ROOT / "examples" / EXERCISE
program = module(ROOT / "reference" / "bugs" / "ffnn.py")


def digits():
    datasets = pytest.importorskip("sklearn.datasets")
    return datasets.load_digits()


def test_digits_are_those_of_the_lecture():
    images = digits().images
    assert images.shape == (1797, 8, 8)
    assert (images.min(), images.max()) == (0, 16)
    assert {*np.bincount(digits().target)} <= {*range(174, 184)}


@pytest.mark.parametrize("sizes", [(3, 2), (3, 4, 2), (3, 6, 5, 2)])
@pytest.mark.parametrize(
    ("output", "cost"), [("identity", "CostOLS"), ("sigmoid", "CostLogReg"), ("softmax", "CostCrossEntropy")]
)
def test_steps_are_confirmed_by_central_differences(sizes, output, cost):
    random = np.random.default_rng(3)
    count = sum((before + 1) * after for before, after in itertools.pairwise(sizes))
    X, parameters = random.normal(size=(7, 3)), random.normal(size=count)
    t = np.eye(2)[random.integers(2, size=7)]
    net = (sizes, "sigmoid", output, cost)
    step = (parameters - program.train(X, t, parameters, *net, eta=0.1)) / 0.1
    shifts = 1e-6 * np.eye(parameters.size)
    slopes = [
        (program.cost_of(X, t, parameters + shift, *net) - program.cost_of(X, t, parameters - shift, *net)) / 2e-6
        for shift in shifts
    ]
    assert step == pytest.approx(slopes, abs=1e-7)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 100
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


@pytest.mark.long
@pytest.mark.parametrize("entry", bundled(EXERCISE).known_wrong(), ids=lambda entry: entry.name)
def test_known_wrong_solution_fails_its_check_with_its_bug(graded, entry):
    report = graded(EXERCISE, known_wrong(EXERCISE, entry.name))
    check = next(check for check in report.checks if check.name == entry.fails)
    assert check.status == "failed"
    assert entry.bug is None or check.diagnosis.bug == entry.bug


def test_scheduler_that_all_layers_share_is_named(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "shared-optimizer-state"), only=["momentum"])
    (check,) = [check for check in report.checks if check.name == "momentum"]
    assert (check.status, check.diagnosis.bug) == ("failed", "shared-optimizer-state")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_same_score_with_every_seed(graded, source, seed):
    assert graded(EXERCISE, source, seed=seed).score == 100
    assert graded(EXERCISE, (EXAMPLES / "correct.py").read_text(), seed=seed).score == 100


@pytest.mark.long
def test_wrong_example_does_not_pass(graded):
    report = graded(EXERCISE, (EXAMPLES / "wrong.py").read_text())
    assert not report.passed
    assert {name for name, status in statuses(report).items() if status == "failed"} >= {"one-step", "scores"}


def test_wrong_step_does_not_pass_and_its_hint_names_the_method(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "output-slope-missing"))
    step = next(result for result in report.checks if result.name == "one-step")
    assert step.status == "failed" and not report.passed
    assert "in FFNN.fit() first." in step.hint
