"""The facts of ``initialisation``, its reference, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import ROOT, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "initialisation"
X = np.random.default_rng(0).normal([10, -4, 0.5], [3, 1, 20], (9, 3))


@pytest.mark.parametrize(
    ("n_in", "n_out", "limit"), [(784, 512, 0.06804138), (512, 10, 0.10721125), (784, 16, 0.08660254)]
)
def test_limit_of_the_weights_is_that_of_glorot(solution, n_in, n_out, limit):
    assert np.sqrt(6 / (n_in + n_out)) == pytest.approx(limit, abs=5e-9)
    W = solution.init(n_in, n_out)
    assert W.shape == (n_in, n_out)
    assert 0.99 * limit < np.abs(W).max() <= limit
    assert W.std() == pytest.approx(np.sqrt(2 / (n_in + n_out)), rel=0.03)


def test_scaled_columns_have_the_statistics_of_the_task(solution):
    assert (
        solution.standardise(X)[0].std(axis=0) == pytest.approx(1) and not solution.standardise([[1.0], [1.0]])[0].any()
    )
    scaled = solution.min_max(X)[0]
    assert scaled.min(axis=0) == pytest.approx(0) and scaled.max(axis=0) == pytest.approx(1)
    scaled, _median, iqr = solution.robust(X)
    assert np.median(scaled, axis=0) == pytest.approx(0) and iqr == pytest.approx(
        np.sort(X, axis=0)[6] - np.sort(X, axis=0)[2]
    )
    many = np.random.default_rng(1).normal(size=(400, 3)) @ [[2, 1, 0], [0, 3, 1], [1, 0, 1]]
    assert np.cov(solution.decorrelate(many).T, bias=True) == pytest.approx(np.eye(3), abs=1e-9)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 102
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


@pytest.mark.parametrize("name", ["inputs-only", "own-mean-and-deviation"])
def test_mistake_is_named(graded, name):
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    bugs = {check.diagnosis.bug for check in report.checks if check.diagnosis is not None}
    assert bugs == {"one-side-only" if name == "inputs-only" else "statistics-of-the-test-data"}


def without(source, name):
    """Return the source without one function."""
    before, after = source.split(f"def {name}(")
    return before + after.partition("\n\n\n")[2]


@pytest.mark.long
@pytest.mark.parametrize("name", ["init", "standardise"])
def test_submission_without_a_main_part_does_not_pass(graded, source, name):
    assert not graded(EXERCISE, without(source, name)).passed


INIT = "np.random.uniform(-limit, limit, size=(n_in, n_out))"


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        [(INIT, "(2 * np.random.rand(n_in, n_out) - 1) * limit")],
        [(INIT, "np.random.default_rng().uniform(-limit, limit, (n_in, n_out))")],
        [(INIT, "[[np.random.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)]")],
        [(INIT, "np.float32(np.random.uniform(-limit, limit, (n_in, n_out)))")],
        [("import numpy as np\n", "import numpy as np\nrng = np.random.default_rng(7)\n"), (INIT, "rng.uniform(-limit, limit, (n_in, n_out))")],
        [("import numpy as np\n", "import numpy as np\nimport random\n"), (INIT, "np.array([[random.uniform(-limit, limit) for _ in range(n_out)] for _ in range(n_in)])")],
        [("np.where(spread == 0, 1, spread)", "spread + 1e-8")],
        [("        std = np.std(X, axis=0)", "        std = np.std(X, axis=0)\n        std[std == 0] = 1")],
        [("np.std(X, axis=0)", "np.std(X, axis=0, keepdims=True)"), ("np.mean(X, axis=0)\n    if", "np.mean(X, axis=0, keepdims=True)\n    if")],
        [("Y = np.zeros((len(labels), np.max(labels) + 1))", "Y = np.zeros((labels.size, labels.max() + 1), dtype=int)")],
        [("return centred @ vectors / np.sqrt(values)", "return centred @ vectors / np.sqrt(values) @ vectors.T")],
    ],
)  # fmt: skip
def test_other_forms_are_right(graded, source, changes):
    report = graded(EXERCISE, changed(source, *changes))
    assert {name: status for name, status in statuses(report).items() if status != "passed"} == {}


@pytest.mark.long
def test_examples_are_right_and_wrong(graded):
    folder = ROOT / "examples" / EXERCISE
    assert graded(EXERCISE, (folder / "correct.py").read_text()).passed
    assert not graded(EXERCISE, (folder / "wrong.py").read_text()).passed


@pytest.mark.long
def test_correct_weights_pass_with_every_seed(graded, source):
    checks = ("spread", "uniform", "independent")
    for seed in range(20):
        assert {*statuses(graded(EXERCISE, source, checks, seed=seed)).values()} == {"passed"}


@pytest.mark.long
def test_reference_agrees_with_numpy(reference):
    scaled, median, iqr = (np.asarray(item) for item in reference.robust(X))
    assert median == pytest.approx(np.median(X, axis=0)) and iqr == pytest.approx(
        np.ptp(np.percentile(X, [25, 75], axis=0), axis=0)
    )
    assert scaled == pytest.approx((X - median) / iqr)
    assert np.asarray(reference.standardise(X)[0]).std(axis=0) == pytest.approx(1)
    assert np.asarray(reference.min_max(X, X.min(axis=0) - 1)[0]).min() > 0
