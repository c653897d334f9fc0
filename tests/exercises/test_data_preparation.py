"""The properties of ``data-preparation``, its reference, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from tests.changed import changed
from tests.conftest import ROOT, known_wrong
from tests.exercises.conftest import statuses

EXERCISE = "data-preparation"
X = np.arange(50)[:, None] * [1.0, 2.0]
Y = np.arange(50) % 3


def test_parts_are_complete_and_keep_their_labels(solution):
    X_train, y_train, X_val, y_val, X_test, y_test = solution.split(X, Y, 0.6, 0.2, 0.2, 1)
    assert [len(part) for part in (X_train, X_val, X_test)] == [30, 10, 10]
    assert sorted(np.concatenate([X_train, X_val, X_test])[:, 0]) == [*range(50)]
    assert np.array_equal(np.concatenate([y_train, y_val, y_test]), np.concatenate([X_train, X_val, X_test])[:, 0] % 3)
    assert np.array_equal(solution.split(X, Y, 0.6, 0.2, 0.2, 1)[0], X_train)


def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    assert graded(EXERCISE, source).score == 105
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


@pytest.mark.parametrize(
    ("name", "bug"), [("test-data-from-training", "parts-overlap"), ("two-orders", "labels-separated")]
)
def test_mistake_is_named_and_does_not_pass(graded, name, bug):
    report = graded(EXERCISE, known_wrong(EXERCISE, name))
    assert {check.diagnosis.bug for check in report.checks if check.diagnosis is not None} == {bug}
    assert not report.passed


ORDER = "np.random.default_rng(seed).permutation(len(X))"
PARTS = "return X[:first], y[:first], X[first:second], y[first:second], X[second:], y[second:]"


@pytest.mark.long
@pytest.mark.parametrize(
    "changes",
    [
        [(ORDER, "np.random.RandomState(seed).permutation(len(X))")],
        [("import numpy as np\n", "import numpy as np\nimport random\n"), (ORDER, "random.Random(seed).sample(range(len(X)), len(X))")],
        [(PARTS, "X_train, X_val, X_test = np.split(X, [first, second])\n    y_train, y_val, y_test = np.split(y, [first, second])\n    return X_train, X_val, X_test, y_train, y_val, y_test")],
        [(PARTS, "return {'X_train': X[:first], 'y_train': y[:first], 'X_val': X[first:second], 'y_val': y[first:second], 'X_test': X[second:], 'y_test': y[second:]}")],
        [(PARTS, "return np.split(X, [first, second])[0], y[:first], X[first:second], y[first:second], X[second:], list(y[second:])")],
        [("def split(X, y, train, validation, test, seed)", "def split(seed, X, y, test=0.2, validation=0.2, train=0.6)"), ("train, validation, test, seed) for label", "train=train, validation=validation, test=test, seed=seed) for label"), ("[split(X[y == label], y[y == label]", "[split(X=X[y == label], y=y[y == label]")],
    ],
)  # fmt: skip
def test_other_forms_are_right(graded, source, changes):
    report = graded(EXERCISE, changed(source, *changes))
    wrong = {name for name, status in statuses(report).items() if status != "passed"}
    assert wrong <= {"stratified"}  # the bonus of the solution calls split and needs its order of the results


@pytest.mark.long
def test_split_by_a_library_does_not_pass(graded):
    library = """
import numpy as np
from sklearn.model_selection import train_test_split

def split(X, y, train, validation, test, seed):
    X_train, X_rest, y_train, y_rest = train_test_split(X, y, train_size=train, random_state=seed)
    X_val, X_test, y_val, y_test = train_test_split(X_rest, y_rest, test_size=test / (validation + test), random_state=seed)
    return X_train, y_train, X_val, y_val, X_test, y_test

def one_hot(labels):
    return np.eye(labels.max() + 1)[labels]
"""
    pytest.importorskip("sklearn")
    report = graded(EXERCISE, library)
    result = statuses(report)
    assert not report.passed
    assert result["numpy-only"] == "failed" and result["shuffled"] == result["seed"] == "passed"


@pytest.mark.long
def test_examples_are_right_and_wrong(graded):
    folder = ROOT / "examples" / EXERCISE
    assert graded(EXERCISE, (folder / "correct.py").read_text()).passed
    assert not graded(EXERCISE, (folder / "wrong.py").read_text()).passed


@pytest.mark.long
def test_correct_split_passes_with_every_seed(graded, source):
    for seed in range(20):
        assert {*statuses(graded(EXERCISE, source, ("shuffled", "seed"), seed=seed)).values()} == {"passed"}


@pytest.mark.long
def test_reference_has_the_properties_of_the_task(reference):
    parts = [np.asarray(part) for part in reference.split(X, Y, 0.6, 0.2, 0.2, 1)]
    assert sorted(np.concatenate(parts[::2])[:, 0]) == [*range(50)]
    assert np.array_equal(np.asarray(reference.one_hot([2, 0, 1])), np.eye(3)[[2, 0, 1]])
    stratified = [np.asarray(part) for part in reference.stratified_split(X, Y, 0.6, 0.2, 0.2, 1)]
    assert np.abs(np.bincount(stratified[1]) - 10).max() <= 1
