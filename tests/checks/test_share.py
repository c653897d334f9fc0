"""The share of successful runs: exact limits, early ends, findings, and mistakes in the file."""

from __future__ import annotations

import math

import pytest

from grader.judging.statistics import UNLIKELY, fewest_successes, most_successes
from grader.support.errors import UsageError
from tests.assignment.tiny import load

LUCK = """\
name: luck
version: "1"
title: Luck
functions:
  train: {signature: "(X, size, seed)", returns: [params]}
  predict: {signature: "(params, X)", returns: [y]}
checks:
  - &often
    name: often
    title: It learns
    kind: share
    train: train
    predict: predict
    inputs: {X: [[0], [1]], size: 2}
    seed: seed
    argument: X
    labels: [0, 1]
    runs: 20
    at_least: 0.5
    matters: {size: 0}
    points: 5
  - <<: *often
    name: rarely
    title: It does not learn
    inputs: {X: [[0], [1]], size: 0}
    at_least: null
    at_most: 0.05
    runs: 5
    points: 5
"""
RIGHT = """\
calls = []
def train(X, size, seed):
    return {"size": size, "seed": seed}
def predict(params, X):
    shift = params["seed"] % 7 / 100
    return X * 0.5 + 0.2 + shift / 10 if params["size"] else 0 * X + 0.4 + shift
"""


@pytest.fixture
def checked(tmp_path, graded):
    def run(source, text=LUCK):
        load(tmp_path, text)
        (tmp_path / "task.md").write_text("luck")
        return {check.name: check for check in graded(str(tmp_path), source).checks}

    return run


@pytest.mark.quick
@pytest.mark.parametrize("runs", [3, 5, 20, 50])
@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_limits_are_those_of_the_exact_binomial_test(runs, share):
    def at_most(successes):
        return sum(math.comb(runs, k) * share**k * (1 - share) ** (runs - k) for k in range(successes + 1))

    fewest, most = fewest_successes(runs, share), most_successes(runs, share)
    assert at_most(fewest) >= UNLIKELY and (fewest == 0 or at_most(fewest - 1) < UNLIKELY)
    assert 1 - (at_most(most - 1) if most else 0) >= UNLIKELY and (most == runs or 1 - at_most(most) < UNLIKELY)


def test_runs_end_when_the_verdict_is_certain(checked):
    results = checked(RIGHT)
    assert [result.status for result in results.values()] == ["passed", "passed"]
    assert results["often"].evidence.model_dump()["runs"] == 5  # five of twenty are enough
    assert results["rarely"].evidence.model_dump()["runs"] == 3


def test_an_ignored_argument_is_named(checked):
    results = checked(RIGHT.replace('if params["size"] else', "if True else"))
    assert results["rarely"].status == "failed"
    assert results["rarely"].message.startswith("`train` with size=0: all rows get the right class in 3 of 3 runs")
    results = checked(RIGHT.replace('if params["size"] else', "if False else"))
    assert (results["often"].diagnosis.bug, results["often"].diagnosis.where) == ("argument-ignored", "size")


def test_training_that_diverges_ignores_no_argument(checked):
    source = """\
first = []
def train(X, size, seed):
    first.append(seed)
    return 1.0 if seed == first[0] else 0.3 + seed % 7 / 100
def predict(params, X):
    return 0 * X + params
"""
    result = checked(source)["often"]
    assert result.status == "failed" and result.diagnosis is None


def test_units_that_start_alike_are_named(checked):
    results = checked(RIGHT.replace("X * 0.5 + 0.2 + shift / 10 if", "0 * X + 0.5 if"))
    assert results["often"].diagnosis.bug == "units-start-alike"


def test_classes_that_are_equal_by_chance_name_no_bug(checked):
    results = checked(
        "import numpy as np\ndef train(X, size, seed): return 0\ndef predict(params, X): return np.zeros(2)\n"
    )
    assert results["often"].status == "failed" and results["often"].diagnosis is None


@pytest.mark.parametrize(
    ("prediction", "status"),
    [("None", "failed"), ("X * float('nan')", "failed"), ("X[:1]", "failed"), ("1 / 0", "error"), ("'01'", "failed")],
)
def test_other_predictions_are_failures(checked, prediction, status):
    source = f"def train(X, size, seed): return 0\ndef predict(params, X): return {prediction}\n"
    assert checked(source)["often"].status == status


def test_labels_in_the_order_of_the_training_are_no_prediction(checked):
    source = "def train(X, size, seed): return [0.1, 0.9]\ndef predict(params, X): return params\n"
    assert checked(source)["often"].status == "failed"


def test_other_inputs_are_tried_for_another_optimizer(checked):
    text = LUCK.replace("matters: {size: 0}", "otherwise: {size: 9}")
    results = checked(RIGHT.replace('if params["size"] else', 'if params["size"] == 9 else'), text)
    assert results["often"].status == "passed"
    assert results["often"].evidence.notes == ["This training needs size=9: accepted."]


def test_a_seed_without_effect_is_named_if_it_must_have_one(checked):
    text = LUCK.replace("    matters: {size: 0}", "    each_differs: true", 1)
    result = checked(RIGHT.replace('params["seed"] % 7', "3"), text)["often"]
    assert result.status == "failed" and result.diagnosis.bug == "argument-ignored"


@pytest.mark.quick
@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("seed: seed", "seed: sed", 15, "'sed' is not a known argument"),
        ("X: [[0], [1]]", "X: 2", 16, "'X' of 'often' is not a list; give one row per label"),
        ("labels: [0, 1]", "labels: [0, 1, 1]", 9, "2 rows but 3 labels"),
        ("at_least: 0.5", "at_least: null", 8, "either at_least or at_most"),
        ("argument: X", "argument: x", 16, "'x' is not a known argument"),
    ],
)
def test_a_mistake_is_reported_with_its_line(tmp_path, right, wrong, line, words):
    with pytest.raises(UsageError) as raised:
        load(tmp_path, LUCK.replace(right, wrong, 1))
    assert words in str(raised.value)
    assert f"assignment.yaml:{line}:" in str(raised.value)
