"""The facts of ``two-gaussians``, its reference, and right and wrong data and models."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.changed import changed
from tests.exercises.conftest import statuses

EXERCISE = "two-gaussians"
BEST = 0.92135

RIGHT_DATA = {
    "one after the other": """
def make_data(n, seed):
    np.random.seed(seed)
    a = np.random.randn(n, 2) - 1
    b = np.random.randn(n, 2) + np.array([1, 1])
    return np.vstack((a, b)), np.hstack((np.zeros(n), np.ones(n)))
""",
    "with a covariance matrix, other names, integers, shuffled": """
def generate_data(n_samples, random_state):
    rng = np.random.default_rng(random_state)
    points = [rng.multivariate_normal([m, m], np.eye(2), size=n_samples) for m in (-1, 1)]
    order = rng.permutation(2 * n_samples)
    return np.concatenate(points)[order], np.repeat([0, 1], n_samples)[order]
""",
    "class 1 first, in float32": """
def make_data(n, seed):
    r = np.random.RandomState(seed)
    y = np.array([1] * n + [0] * n)
    x = r.normal(loc=(2 * y - 1)[:, None], scale=1.0, size=(2 * n, 2)).astype("float32")
    return x, y
""",
}
WRONG_DATA = [
    ("labels-swapped", "y = np.repeat([1, 0], n); X = r.normal(size=(2 * n, 2)) + np.repeat([-1, 1], n)[:, None]"),
    ("another-spread", "y = np.repeat([0, 1], n); X = r.normal(0, 0.3, (2 * n, 2)) + (2 * y - 1)[:, None]"),
    ("another-spread", "y = np.repeat([0, 1], n); X = r.normal(0, 2, (2 * n, 2)) + (2 * y - 1)[:, None]"),
    ("another-spread", "y = np.repeat([0, 1], n); X = r.random((2 * n, 2)) - 0.5 + (2 * y - 1)[:, None]"),
    ("another-mean", "y = np.repeat([0, 1], n); X = r.normal(size=(2 * n, 2)) + 2 * y[:, None]"),
    ("another-mean", "y = np.repeat([0, 1], n); X = r.normal(size=(2 * n, 2)) + (2 * y - 1)[:, None] * [1, -1]"),
    ("points-counted-together", "y = np.arange(n) % 2; X = r.normal(size=(n, 2)) + (2 * y - 1)[:, None]"),
    ("labels-plus-minus-one", "y = np.repeat([-1, 1], n); X = r.normal(size=(2 * n, 2)) + y[:, None]"),
    ("labels-shifted", "y = np.repeat([1, 2], n); X = r.normal(size=(2 * n, 2)) + (2 * y - 3)[:, None]"),
    (
        "labels-separated",
        "y = np.repeat([0, 1], n); X = r.permutation(r.normal(size=(2 * n, 2)) + (2 * y - 1)[:, None])",
    ),
    ("classes-not-balanced", "y = r.integers(0, 2, 2 * n); X = r.normal(size=(2 * n, 2)) + (2 * y - 1)[:, None]"),
    (
        "same-noise-for-both-classes",
        "e = r.normal(size=(n, 2)); X = np.vstack([e - 1, e + 1]); y = np.repeat([0, 1], n)",
    ),
    (
        "coordinates-dependent",
        "y = np.repeat([0, 1], n); X = r.normal(size=(2 * n, 1)) * [1, 1] + (2 * y - 1)[:, None]",
    ),
    (None, "y = np.repeat([0, 1], n); X = r.choice([-1, 1], (2 * n, 2)) + (2 * y - 1)[:, None]"),
    (None, "y = np.zeros(2 * n); X = r.normal(size=(2 * n, 2))"),
    (None, "y = r.random(2 * n); X = r.normal(size=(2 * n, 2))"),
    ("dimension-kept", "y = np.repeat([0, 1], n)[:, None]; X = r.normal(size=(2 * n, 2))"),
]


def data_checks(graded, source):
    report = graded(EXERCISE, "import numpy as np\n" + source, only=["data", "seed"])
    return {check.name: check for check in report.checks}


def test_no_classifier_is_better_than_the_line_through_the_origin():
    distance = math.hypot(1, 1)  # of each mean from the line
    assert (1 + math.erf(distance / math.sqrt(2))) / 2 == pytest.approx(BEST, abs=1e-5)
    random = np.random.default_rng(0)
    labels = np.arange(200_000) % 2
    points = random.normal(size=(200_000, 2)) + (2 * labels - 1)[:, None]
    assert ((points.sum(axis=1) > 0) == labels).mean() == pytest.approx(BEST, abs=0.003)


def test_logit_of_the_best_classifier():
    points = np.random.default_rng(0).normal(size=(50, 2))
    squares = [((points - mean) ** 2).sum(axis=1) / 2 for mean in (-1, 1)]
    assert squares[0] - squares[1] == pytest.approx(2 * points.sum(axis=1))


@pytest.mark.parametrize("style", RIGHT_DATA)
def test_right_data_pass(graded, style):
    for check in data_checks(graded, RIGHT_DATA[style]).values():
        assert check.status == "passed" and check.diagnosis is None, check.message


@pytest.mark.table
@pytest.mark.parametrize(("bug", "line"), WRONG_DATA)
def test_wrong_data_are_named(graded, bug, line):
    source = f"def make_data(n, seed):\n    r = np.random.default_rng(seed); {line}\n    return X, y\n"
    checks = data_checks(graded, source)
    assert checks["data"].status == "failed"
    assert (checks["data"].diagnosis.bug if checks["data"].diagnosis else None) == bug, checks["data"].message


@pytest.mark.long
def test_bands_hold_for_the_reference(reference):
    values = []
    for seed in range(10):
        points, labels = reference.make_data(500, seed)
        predict = reference.trained(points, labels, seed)
        new, new_labels = reference.make_data(5000, 1000 + seed)
        values.append(((predict(new) > 0.5) == new_labels).mean())
    assert min(values) > 0.9 and max(values) < 0.935
    assert np.mean(values) == pytest.approx(0.918, abs=0.004)


@pytest.mark.long
@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, {}),
        ({'layers.Dense(8, activation="relu"),': "", '"adam"': "keras.optimizers.SGD(0.1)"}, {}),
        (
            {
                'layers.Dense(1, activation="sigmoid")': "layers.Dense(1)",
                "BinaryCrossentropy()": "BinaryCrossentropy(from_logits=True)",
                "return model.predict(X, verbose=0)": "return 1 / (1 + np.exp(-model.predict(X, verbose=0)))",
            },
            {},
        ),
        ({"BinaryCrossentropy()": "BinaryCrossentropy(from_logits=True)"}, {}),  # a note
        ({"X[order], labels[order]": "X, labels"}, {"validation"}),
        ({"(n, 2)), rng.normal(1, 1, (n, 2))": "(n, 2)) - 1, rng.normal(1, 1, (n, 2)) + 1"}, {"data", "seed"}),
    ],
)
def test_solutions_in_other_styles(graded, source, changes, wrong):
    report = graded(EXERCISE, changed(source, *changes.items()))
    assert {name for name, status in statuses(report).items() if status != "passed"} >= set(wrong), report
    if not wrong:
        assert report.score == 100, report
