"""The decision boundary in the plane, compared with the best one, and the accuracy for points that the grader draws."""

from __future__ import annotations

import re

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

GROUPS = """\
name: groups
version: "1"
title: Two groups
functions:
  make_data: {signature: "(n, seed)", returns: [X, labels]}
  predict: {signature: (X), returns: [y]}
probes:
  own: {inputs: {n: 200, seed: 3}}
  new points:
    inputs:
      classes: {random: labels, values: [0, 1], shape: [2000], dtype: int}
      noise: {random: normal, shape: [2000, 2]}
      X: {formula: "noise + (2 * classes - 1)[:, None]"}
checks:
  - name: boundary
    title: The boundary is right
    kind: boundary
    predict: predict
    argument: X
    best: x1 + x2
    area: [-3, 3]
    differs: 0.1
    angle: 15
    distance: 0.3
    own_data: &own {function: make_data, probe: own}
    points: 5
  - name: accuracy
    title: New points are classified
    kind: accuracy
    sample: {probe: new points, points: X, labels: classes, best: 0.92135}
    predict: predict
    own_data: *own
    bands: [{share: 1, at_least: 0.9}, {share: 0.5, at_least: 0.87}]
    points: 5
"""
DATA = """\
import numpy as np
def make_data(n, seed, zero=(-1, -1), one=(1, 1)):
    noise = np.random.default_rng(seed).normal(size=(2 * n, 2))
    return noise + np.repeat([zero, one], n, axis=0), np.repeat([0, 1], n)
"""
RIGHT = DATA + "def predict(X): return 1 / (1 + np.exp(-2 * X.sum(axis=1)))\n"


@pytest.fixture
def checked(tmp_path, graded):
    def run(source, text=GROUPS):
        load(tmp_path, text)
        (tmp_path / "task.md").write_text("groups")
        return {check.name: check for check in graded(str(tmp_path), source).checks}

    return run


@pytest.mark.parametrize(
    "body",
    [
        "return 1 / (1 + np.exp(-2 * X.sum(axis=1)))",
        "return (X.sum(axis=1) > 0).astype(int)",
        "return X.sum(axis=1, keepdims=True) > 0",
        "return [float(x + y > 0) for x, y in X]",
        "return (X @ [1.1, 0.95] + 0.05 > 0).astype('float32')[:, None]",
        "return np.tanh(X).sum(axis=1) + 0.1 * np.sin(3 * X[:, 0]) > 0",
    ],
)
def test_right_boundaries_pass(checked, body):
    for check in checked(DATA + f"def predict(X): {body}").values():
        assert check.status == "passed" and check.diagnosis is None, check.message


@pytest.mark.parametrize(
    ("body", "message", "bugs"),
    [
        ("return (X[:, 0] > 0).astype(int)", "turned by 45 degrees", (None, None)),
        ("return (X.sum(axis=1) > 1).astype(int)", "moved by 0.7", (None, None)),
        ("return (X.sum(axis=1) < 0).astype(int)", "turned by 180 degrees", ("classes-exchanged",) * 2),
        ("return np.ones(len(X))", "the same class", ("one-class-only",) * 2),
        ("return (X[:, 0] > X[:, 1]).astype(int)", "turned by 90 degrees", (None, "no-better-than-chance")),
        ("return X", "one class or probability for each point", (None, None)),
        ("return X[:, 0] * np.nan", "NaN or infinite", (None, None)),
        ("return (np.abs(X.sum(axis=1)) < 2).astype(int)", "against the best one", (None, "no-better-than-chance")),
    ],
)
def test_wrong_boundaries_are_told(checked, body, message, bugs):
    both = checked(DATA + f"def predict(X): {body}")
    assert message in both["boundary"].message
    for check, bug in zip((both["boundary"], both["accuracy"]), bugs, strict=True):
        assert check.status != "passed"
        assert (check.diagnosis.bug if check.diagnosis else None) == bug


def test_logits_cost_points_only_once(checked):
    both = checked(DATA + "def predict(X): return 2 * X.sum(axis=1)")
    assert "are logits" in both["boundary"].message and both["boundary"].diagnosis.bug == "output-activation-missing"
    assert both["accuracy"].status == "passed" and "a mistake counts once" in both["accuracy"].message


def test_picture_has_the_regions(checked):
    [picture] = checked(DATA + "def predict(X): return X[:, 0] > 0")["boundary"].evidence.pictures
    assert (picture.kind, picture.low, picture.high, len(picture.rows)) == ("regions", -3, 3, 41)
    assert picture.rows[1] == "0" * 2 + "a" * 19 + "1" * 20  # at the top
    assert picture.rows[-2] == "0" * 21 + "b" * 19 + "1"


@pytest.mark.parametrize(
    ("zero", "one", "body"),
    [
        ("(1, 1)", "(-1, -1)", "return X.sum(axis=1) < 0"),
        ("(0, 0)", "(2, 2)", "return X.sum(axis=1) > 2"),
        ("(-1, 1)", "(1, -1)", "return X[:, 0] > X[:, 1]"),
    ],
)
def test_wrong_data_that_were_learned_cost_no_further_points(checked, zero, one, body):
    data = DATA.replace("(-1, -1)", "ZERO").replace("(1, 1)", one).replace("ZERO", zero)
    for check in checked(f"{data}\ndef predict(X): {body}").values():
        assert check.status == "passed" and "the data of your `make_data`" in check.message
    for check in checked(f"{data}\ndef predict(X): return np.zeros(len(X))").values():
        assert check.status == "failed"


def test_order_of_the_points_does_not_help(checked):
    source = RIGHT + "def predict(X): return np.arange(len(X)) % 2\n"
    ordered = GROUPS.replace(
        "{random: labels, values: [0, 1], shape: [2000], dtype: int}", "{formula: np.arange(2000) % 2, dtype: int}"
    )
    check = checked(source, ordered)["accuracy"]
    assert check.status == "failed" and check.diagnosis.bug == "no-better-than-chance"


def test_accuracy_that_is_impossible_is_not_scored(checked):
    above = GROUPS.replace("best: 0.92135", "best: 0.8")
    check = checked(RIGHT, above)["accuracy"]
    assert check.status == "failed" and "is not scored here" in check.message
    assert "no classifier reaches more than 80.0 %" in check.evidence.for_instructor[0]


def test_boundary_without_a_line_is_judged_by_its_area(checked):
    circle = (
        GROUPS.replace("    own_data: &own {function: make_data, probe: own}\n", "")
        .replace("    own_data: *own\n", "")
        .replace("best: x1 + x2", "best: x1**2 + x2**2 - 2")
        .replace("    angle: 15\n    distance: 0.3\n", "")
    )
    ring = DATA + "def predict(X): return (X ** 2).sum(axis=1) > 2.2\n"
    assert checked(ring, circle)["boundary"].status == "passed"
    check = checked(RIGHT, circle)["boundary"]
    assert check.status == "failed" and "of the area another class" in check.message and check.diagnosis is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("best: x1 + x2", "best: x1 + z"), "'z' is not a known coordinate; allowed are x1, x2."),
        (("best: x1 + x2", "best: x1.mro"), "'x1.mro'"),
        (("area: [-3, 3]", "area: [3, -3]"), "begins with its smaller number"),
        (("argument: X", "argument: Z"), "'Z' is not a known argument"),
        (("{function: make_data", "{function: predict"), "it needs two results"),
        (("points: X, labels: classes", "points: Z, labels: classes"), "'Z' is not a known input"),
        (("sample: {", "dataset: mnist\n    sample: {"), "either a dataset or a sample"),
        (("at_least: 0.87", "deviations: 3"), "the bands have at_least"),
        (
            ("labels: classes, best", "labels: classes, training_points: X, best"),
            "both training_points and training_labels",
        ),
    ],
)
def test_mistakes_in_the_file(tmp_path, change, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        load(tmp_path, GROUPS.replace(*change))
