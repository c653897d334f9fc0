"""The facts of the exercise ``losses``, and how submissions to it are graded."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from tests.checks.one_check import changed, solution
from tests.conftest import ROOT, bundled

LECTURE = [0.1, 1, 5]
BY_TEMPERATURE = {
    1: [0.00725956, 0.01785564, 0.9748848],
    2: [0.07063814, 0.11078265, 0.81857921],
    10: [0.268349, 0.29362057, 0.43803043],
    1000: [0.33268876, 0.33298831, 0.33432293],
}
ACTUAL = np.repeat([1, 0, 1, 0], [8, 2, 4, 6])
PREDICTED = np.repeat([1, 1, 0, 0], [8, 2, 4, 6])  # tp 8, fp 2, fn 4, tn 6
TARGET, OUTPUT = np.array([[1.0], [0], [1], [0]]), np.array([[0.9], [0.2], [0.6], [0.5]])


@pytest.fixture(params=["assignments/losses/solution.py", pytest.param("reference/losses.py", marks=pytest.mark.long)])
def losses(request):
    """The functions of the solution, and those of the reference."""
    spec = importlib.util.spec_from_file_location("losses_under_test", ROOT / request.param)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("temperature", BY_TEMPERATURE)
def test_softmax_of_the_lecture(losses, temperature):
    assert np.asarray(losses.softmax(np.array(LECTURE), temperature)) == pytest.approx(
        BY_TEMPERATURE[temperature], abs=5e-9
    )


def test_softmax_of_large_numbers_is_finite_and_ignores_a_constant(losses):
    assert np.asarray(losses.softmax(np.array([1000.0, 0]))).tolist() == [1, 0]
    shifted = losses.softmax(np.array(LECTURE) + 7)
    assert np.asarray(shifted) == pytest.approx(BY_TEMPERATURE[1], abs=5e-9)


def test_cost_functions(losses):
    assert float(losses.CostOLS(TARGET)(OUTPUT)) == pytest.approx(0.115)
    assert float(losses.CostLogReg(TARGET)(OUTPUT)) == pytest.approx(0.38311922, abs=5e-9)


def test_size_in_place_of_rows_is_a_factor(losses):
    target, output = np.zeros((4, 3)), np.ones((4, 3))
    assert float(losses.CostOLS(target)(output)) == 3 == 3 * np.mean((target - output) ** 2)


def test_binary_cross_entropy_of_logits(losses):
    logits = np.array([-18.6, 0.51, 2.94, -12.8])
    value = losses.binary_cross_entropy(np.array([0.0, 1, 0, 0]), 1 / (1 + np.exp(-logits)))
    assert float(value) == pytest.approx(0.86545801, abs=1e-7)


def test_metrics(losses):
    values = [float(getattr(losses, name)(ACTUAL, PREDICTED)) for name in ("precision", "recall", "f1", "accuracy")]
    assert values == pytest.approx([0.8, 2 / 3, 8 / 11, 0.7])


def statuses(report):
    return {check.name: check.status for check in report.checks if check.status != "passed"}


def test_solution_passes_and_starter_does_not(graded):
    assert graded("losses", solution("losses")).score == 100
    assert graded("losses", bundled("losses").file("starter.py").read_text()).score == 0


def test_cross_entropy_of_the_slide_has_no_minus_sign(graded):
    source = changed(solution("losses"), "-np.mean(np.sum(Y", "np.mean(np.sum(Y")
    report = graded("losses", source, only=("cross-entropy",))
    assert statuses(report) == {"cross-entropy": "failed"}
    diagnosis = next(check.diagnosis for check in report.checks if check.name == "cross-entropy")
    assert diagnosis.bug == "cross-entropy-sign"


@pytest.mark.long
def test_published_cross_entropy_is_a_convention(graded):
    source = changed(
        solution("losses"),
        "-np.sum(target * np.log(X + EPSILON)) / target.shape[0]",
        "-(1.0 / target.size) * np.sum(target * np.log(X + 10e-10))",
    )
    report = graded("losses", source, only=("cost-cross-entropy",))
    assert statuses(report) == {}
    assert "divides-by-classes" in " ".join(report.checks[0].evidence.notes)


@pytest.mark.long
def test_submission_without_cost_functions_does_not_pass(graded):
    source = solution("losses").partition("def CostOLS")[0]
    assert not graded("losses", source).passed


@pytest.mark.long
def test_submission_with_a_wrong_cross_entropy_does_not_pass(graded):
    assert not graded("losses", solution("losses") + "\n\ndef cross_entropy(Y, P):\n    return -np.sum(Y * P)\n").passed


@pytest.mark.long
@pytest.mark.parametrize("epsilon", [1e-15, 1e-12, 10e-10, 1e-8])
@pytest.mark.parametrize("seed", range(5))
def test_every_small_number_is_right(graded, epsilon, seed):
    source = changed(solution("losses"), "EPSILON = 1e-12", f"EPSILON = {epsilon}")
    assert graded("losses", source, seed=seed).score == 100
