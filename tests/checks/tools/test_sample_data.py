"""Training on points that the grader draws, and the accuracy and the gap for new points."""

from __future__ import annotations

import pytest

from grader.support.errors import UsageError
from tests.assignment.tiny import load

TRAINED = """\
name: neighbours
version: "1"
title: Neighbours
functions:
  train: {signature: "(data, k, seed)", returns: [trained]}
  predict: {signature: "(trained, X)", returns: [y]}
probes:
  groups:
    inputs:
      labels: {random: labels, values: [0, 1], shape: [40], dtype: int}
      noise: {random: normal, shape: [40, 2]}
      points: {formula: "noise + (2 * labels - 1)[:, None]"}
      data: {together: [points, labels]}
      new_labels: {random: labels, values: [0, 1], shape: [1000], dtype: int}
      new_noise: {random: normal, shape: [1000, 2]}
      X: {formula: "new_noise + (2 * new_labels - 1)[:, None]"}
      k: 1
      seed: 2
  all points: {like: groups, inputs: {k: 40}}
checks:
  - name: accuracy
    title: New points are classified
    kind: accuracy
    sample: &sample {probe: groups, points: X, labels: new_labels}
    train: train
    predict: predict
    images: X
    bands: [{share: 1, at_least: 0.8}]
    points: 4
  - name: all-points
    title: With all neighbours, nothing is learned
    kind: accuracy
    sample: {<<: *sample, probe: all points, at_most: 0.7, argument: k}
    train: train
    predict: predict
    bands: [{share: 1, at_least: 0.1}]
    points: 2
  - name: gap
    title: One neighbour overfits
    kind: overfitting
    sample: {<<: *sample, training_points: points, training_labels: labels}
    train: train
    predict: predict
    bands: [{share: 1, at_least: 0.05}]
    points: 4
"""
RIGHT = """\
import numpy as np
class Trained:
    def __init__(self, data, k):
        (self.X, self.y), self.k = data, k
def train(data, k, seed):
    assert isinstance(data, tuple)
    return Trained(data, k)
def predict(trained, X):
    distances = ((X[:, None] - trained.X[None]) ** 2).sum(axis=2)
    return trained.y[distances.argsort(axis=1)[:, : trained.k]].mean(axis=1)
"""


@pytest.fixture
def checked(tmp_path, graded):
    def run(source, text=TRAINED):
        load(tmp_path, text)
        (tmp_path / "task.md").write_text("neighbours")
        return {check.name: check for check in graded(str(tmp_path), source).checks}

    return run


def test_any_object_is_passed_from_training_to_prediction(checked):
    checks = checked(RIGHT)
    assert {name: check.status for name, check in checks.items()} == dict.fromkeys(checks, "passed"), checks
    assert checks["gap"].evidence.training_accuracy == 1


def test_argument_without_effect_is_named(checked):
    check = checked(RIGHT.replace(": trained.k]", ": 3]"))["all-points"]
    assert check.status == "failed" and check.diagnosis.bug == "argument-ignored" and check.diagnosis.where == "k"
    assert "not possible with k=40" in check.message


def test_model_that_does_not_overfit_has_no_gap(checked):
    line = RIGHT + "def predict(trained, X): return X.sum(axis=1) > 0\n"
    checks = checked(line)
    assert checks["accuracy"].status == "passed" and checks["gap"].status == "failed"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("together: [points, labels]", "together: [points, other]"), "'other'"),
        (("training_points: points, training_labels: labels", "best: 0.9"), "the training points in the sample"),
        (("at_most: 0.7, argument: k", "at_most: 0.7"), "both at_most and argument"),
        (("argument: k", "argument: z"), "'z' is not a known input"),
    ],
)
def test_mistakes_in_the_file(tmp_path, change, message):
    with pytest.raises(UsageError, match=message):
        load(tmp_path, TRAINED.replace(*change))
