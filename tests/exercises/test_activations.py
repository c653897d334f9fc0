"""The facts of ``activations``, its reference, and right and wrong submissions."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import ROOT, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "activations"
X = np.array([-2, -1, -0.5, 0, 0.5, 1, 2])
SIGMOID = [0.11920292, 0.26894142, 0.37754067, 0.5, 0.62245933, 0.73105858, 0.88079708]
TANH = [-0.96402758, -0.76159416, -0.46211716, 0, 0.46211716, 0.76159416, 0.96402758]
ELU = [-0.86466472, -0.63212056, -0.39346934, 0, 0.5, 1, 2]
SLOPES = ("sigmoid", "tanh", "relu", "leaky_relu", "elu")


def test_values_of_the_table(solution):
    assert solution.sigmoid(X) == pytest.approx(SIGMOID, abs=5e-9)
    assert solution.tanh(X) == pytest.approx(TANH, abs=5e-9)
    assert solution.elu(X) == pytest.approx(ELU, abs=5e-9)
    assert solution.step(0.0) == 1


def test_formula_of_the_slide_for_tanh_is_nan_at_1000(solution):
    x = np.array([1000.0])
    with np.errstate(all="ignore"):
        assert np.isnan((np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))).all()
    assert solution.tanh(x) == 1


def test_factor_two_of_the_slide_makes_swish_the_identity_or_twice_relu(solution):
    values = [2 * float(solution.swish(1.0, beta)) for beta in (0, 1, 100)]
    assert values == pytest.approx([1, 1.46211716, 2], abs=5e-9)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    report = graded(EXERCISE, source)
    assert {check.status for check in report.checks} == {"passed"} and report.score == 105
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


def test_both_misprints_of_the_slides_cost_nothing(graded):
    notebook = nbformat.read(ROOT / "examples" / EXERCISE / "correct.ipynb", as_version=4)
    report = graded(EXERCISE, "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code"))
    notes = " ".join(note for check in report.checks for note in check.evidence.notes)
    assert report.score == 100
    assert "leaky-relu-constant" in notes and "swish-with-factor-two" in notes


@pytest.mark.long
def test_slope_zero_is_wrong_without_the_constant(graded):
    report = graded(EXERCISE, known_wrong(EXERCISE, "leaky-slope-zero"))
    assert statuses(report)["leaky-relu-derivative"] == "failed"


@pytest.mark.long
def test_functions_of_the_slide_without_parameters_lose_only_the_points_of_the_parameters(graded, source):
    source = changed(
        source,
        ("def leaky_relu(x, alpha=0.01)", "def leaky_relu(x)"),
        ("np.where(x >= 0, x, alpha * x)", "np.where(x >= 0, x, 0.01)"),
        ("def swish(x, beta=1.0)", "def swish(x)"),
        ("sigmoid(beta * x)", "sigmoid(x)"),
        ("def leaky_relu_derivative(x, alpha=0.01)", "def leaky_relu_derivative(x)"),
        ("np.where(x > 0, 1.0, alpha)", "np.where(x > 0, 1.0, 0.0)"),
    )
    report = graded(EXERCISE, source)
    wrong = {name for name, status in statuses(report).items() if status != "passed"}
    assert wrong == {"leaky-relu-alpha", "swish-beta"}


@pytest.mark.long
@pytest.mark.parametrize("values", [[-1000.0, 1000.0], [[0.3, -0.2], [1.5, -4.0]], 0.7])
def test_reference_agrees_with_the_solution_and_central_differences(reference, solution, values):
    x = np.array(values)
    for name in ("linear", "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "swish"):
        assert np.asarray(getattr(reference, name)(x)) == pytest.approx(getattr(solution, name)(x), abs=1e-12)
    for name in SLOPES:
        function, slope = getattr(reference, name), np.asarray(getattr(reference, f"{name}_derivative")(x))
        ends = [np.asarray(function(x + step)) for step in (1e-5, -1e-5)]
        assert slope == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)


@pytest.mark.long
def test_wrong_sigmoid_costs_nothing_in_swish_and_a_function_of_numpy_is_a_function(graded, source):
    wrong = (
        source
        + "\n\nsigmoid = lambda x: 1 / (1 + np.exp(x))\nswish = lambda x, beta=1.0: x * sigmoid(beta * x)\ntanh = np.tanh\n"
    )
    results = statuses(graded(EXERCISE, wrong))
    assert (results["sigmoid"], results["swish"], results["tanh"]) == ("failed", "passed", "passed")
