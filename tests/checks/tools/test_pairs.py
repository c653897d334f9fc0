"""Tests: pairs of functions that belong to different costs, or share another cost than the task's, are named."""

from __future__ import annotations

import pytest

from grader.checks.tools.pairs import DIFFERENT, OF_HISTORY, SHARED
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.submission import read
from tests.conftest import ROOT, bundled

SOLUTIONS = {
    name: (ROOT / "assignments" / name / "solution.py").read_text()
    for name in ("numpy-mnist", "relu-swap", "single-neuron")
}
LOSS = "return 0.5 * np.sum((y - y_hat) ** 2)"
DELTA = "delta = (y_hat - y) * y_hat * (1 - y_hat)"
HISTORY = "losses.append(loss(y, predict(X, w, b)))"
ENTROPY = "-np.sum(y * np.log(y_hat) + (1 - y) * np.log(1 - y_hat))"


@pytest.fixture
def named(tmp_path, warm):
    """Return {check: (bug, alternatives)} and the hints of a changed solution."""

    def run(exercise, *changes, only=()):
        source = SOLUTIONS[exercise]
        for before, after in changes:
            assert before in source
            source = source.replace(before, after)
        path = tmp_path / "mine.py"
        path.write_text(source)
        report = grade(bundled(exercise), read(path, exercise), GradeOptions(only=only, warm=warm))
        bugs = {
            check.name: (check.diagnosis.bug, [other.bug for other in check.diagnosis.alternatives])
            for check in report.checks
            if check.diagnosis is not None
        }
        return bugs, {check.name: check.hint for check in report.checks}

    return run


@pytest.mark.parametrize(
    ("loss", "delta"),
    [
        ("return 0.5 * np.mean((y - y_hat) ** 2)", f"{DELTA} / len(y)"),
        ("return np.sum((y - y_hat) ** 2)", f"{DELTA} * 2"),
        (f"return {ENTROPY}", "delta = y_hat - y"),
    ],
)
def test_shared_cost_is_one_finding(named, loss, delta):
    bugs, hints = named("single-neuron", (LOSS, loss), (DELTA, delta))
    assert {name: bug for name, (bug, _others) in bugs.items()} == {"loss": SHARED, "gradients": SHARED}
    assert hints["loss"].startswith("Look at loss in loss() first.")
    assert hints["gradients"].startswith("This follows from loss()")


@pytest.mark.parametrize(
    ("changes", "bug", "check"),
    [
        ([(DELTA, f"{DELTA} / len(y)")], "mean-instead-of-sum", "gradients"),
        ([(LOSS, "return np.sum((y - y_hat) ** 2)")], "stray-factor-two", "loss"),
        ([(HISTORY, "losses.append(0.5 * np.mean((y - predict(X, w, b)) ** 2))")], "mean-instead-of-sum", "one-update"),
    ],
)
def test_named_bug_stays_alone(named, changes, bug, check):
    bugs, hints = named("single-neuron", *changes, only=["loss", "gradients", "one-update"])
    assert bugs[check] == (bug, [])
    assert "Or:" not in hints[check]


@pytest.mark.parametrize(
    ("changes", "bug", "check"),
    [
        ([(DELTA, "delta = np.sign(y_hat - y) * 0.5 * y_hat * (1 - y_hat)")], DIFFERENT, "gradients"),
        ([(HISTORY, "losses.append(2 * np.mean(np.abs(y - predict(X, w, b))))")], OF_HISTORY, "one-update"),
    ],
)
def test_function_of_a_different_cost_is_named_where_it_has_no_other_bug(named, changes, bug, check):
    bugs, _hints = named("single-neuron", *changes, only=["loss", "gradients", "one-update"])
    assert bugs[check] == (bug, [])


@pytest.mark.parametrize(
    ("exercise", "changes"),
    [
        ("single-neuron", []),
        ("relu-swap", []),
        ("numpy-mnist", []),
        ("single-neuron", [(DELTA, "delta = (y - y_hat) * y_hat * (1 - y_hat)")]),
        ("relu-swap", [("y_hat) / len(y)", "y_hat)")]),
        ("numpy-mnist", [("2 * (A3 - Y) * der_ReLU(Z3)", "A3 - Y")]),
    ],
)
def test_no_other_submission_has_such_a_finding(named, exercise, changes):
    checks = {
        "single-neuron": ["loss", "gradients", "trajectory"],
        "relu-swap": ["backward", "trajectory"],
        "numpy-mnist": ["backward"],
    }
    bugs, _hints = named(exercise, *changes, only=checks[exercise])
    assert bool(bugs) == bool(changes)
    assert not {SHARED, DIFFERENT, OF_HISTORY} & {name for bug, others in bugs.values() for name in (bug, *others)}
