"""Tests: the cost of a loss, of a gradient and of a history is recognised by its numbers, in any exercise."""

from __future__ import annotations

import numpy as np
import pytest

from grader import assignment
from grader.diagnosis.costs import TASK, Costs, disagree, pairs, shared
from grader.diagnosis.samples import Sample
from grader.expected.mutations import Mutations
from tests.conftest import bundled

pytestmark = pytest.mark.quick

LINE = """\
name: line
version: "1"
title: A line through points
reference: single_neuron
functions:
  output: {signature: "(X, v)", returns: [out]}
  squares: {signature: "(out, t)", returns: [total], comes_from: {out: output}}
  slopes: {signature: "(X, t, v)", returns: [dv]}
  sizes: {signature: "(X)", returns: [rows]}
probes:
  some: {inputs: {X: {random: normal, shape: [4, 2]}, t: {random: normal, shape: [4]}, v: {random: normal, shape: [2]}}}
checks:
  - {name: slopes, title: t, kind: gradients, function: slopes, objective: cost, parameters: {dv: v}, probes: [some], points: 1}
steps:
  output: {out: X @ v}
  squares: {total: np.mean((out - t) ** 2)}
  slopes: {dv: 2 * X.T @ (X @ v - t) / len(t)}
  sizes: {rows: len(X)}
"""


@pytest.fixture
def line(tmp_path):
    (tmp_path / "assignment.yaml").write_text(LINE)
    loaded = assignment.load(str(tmp_path))
    mutations = Mutations(loaded)
    (pair,) = pairs(loaded.content, mutations)
    return Costs(mutations, pair)


RANDOM = np.random.default_rng(1)
POINTS = [{"X": RANDOM.normal(size=(5, 2)), "t": RANDOM.normal(size=5), "v": RANDOM.normal(size=2)} for _ in range(2)]


def sample(inputs, right, answered):
    return Sample(
        "case", inputs, {k: np.asarray(v) for k, v in right.items()}, {k: np.asarray(v) for k, v in answered.items()}
    )


def gradients(change=lambda error, dv: dv):
    samples = []
    for point in POINTS:
        error = point["X"] @ point["v"] - point["t"]
        right = 2 * point["X"].T @ error / len(error)
        samples.append(sample(point, {"dv": right}, {"dv": change(point["X"].T @ error, right)}))
    return samples


def losses(cost):
    samples = []
    for point in POINTS:
        inputs = {"out": point["X"] @ point["v"], "t": point["t"]}
        error = inputs["out"] - inputs["t"]
        samples.append(sample(inputs, {"total": np.mean(error**2)}, {"total": cost(error)}))
    return samples


def test_pair_is_found_by_its_declarations(line):
    pair = line.pair
    assert (pair.loss, pair.gradients, pair.output, pair.maker, pair.target) == (
        "squares",
        "slopes",
        "out",
        "output",
        "t",
    )
    assert line.is_proven(gradients()[0])


def test_right_functions_have_the_cost_of_the_task(line):
    assert TASK in line.of_gradients(gradients())
    assert TASK in line.of_loss(losses(lambda error: np.mean(error**2)))


@pytest.mark.parametrize(
    ("cost", "gradient", "name"),
    [
        (lambda error: np.sum(error**2), lambda product, right: 2 * product, "rows x task"),
        (lambda error: np.mean(error**2) / 2, lambda product, right: right / 2, "1/2 x task"),
        (lambda error: 0.5 * np.sum(error**2), lambda product, right: product, "rows x 1/2 x task"),
    ],
)
def test_same_other_cost_is_found_in_loss_and_gradient(line, cost, gradient, name):
    of_loss, of_gradients = line.of_loss(losses(cost)), line.of_gradients(gradients(gradient))
    assert name in of_loss & of_gradients
    assert shared(of_loss, of_gradients) and not disagree(of_loss, of_gradients)


def test_different_costs_disagree(line):
    of_loss = line.of_loss(losses(lambda error: np.sum(np.abs(error))))
    assert "absolute" in of_loss
    assert disagree(of_loss, line.of_gradients(gradients())) and not shared(of_loss, line.of_gradients(gradients()))


@pytest.mark.parametrize(
    "gradient",
    [lambda product, right: -right, lambda product, right: right + 1e-3, lambda product, right: right[:1]],
)
def test_other_numbers_belong_to_no_cost(line, gradient):
    assert line.of_gradients(gradients(gradient)) == set()


def test_unknown_loss_neither_agrees_nor_disagrees(line):
    of_loss = line.of_loss(losses(lambda error: 3.7))
    assert of_loss == set()
    assert not disagree(of_loss, line.of_gradients(gradients())) and not shared(of_loss, of_loss)


@pytest.mark.parametrize("exercise", ["numpy-mnist", "relu-swap", "cifar-grayscale", "clothing-mlp"])
def test_exercise_without_a_loss_function_has_no_pair(exercise):
    loaded = bundled(exercise)
    assert pairs(loaded.content, Mutations(loaded)) == []


def test_history_is_compared_along_the_correct_training():
    loaded = bundled("single-neuron")
    mutations = Mutations(loaded)
    (pair,) = pairs(loaded.content, mutations)
    inputs = {
        "X": RANDOM.normal(size=(5, 3)),
        "y": np.array([0.0, 1, 1, 0, 1]),
        "w": RANDOM.normal(size=3),
        "b": 0.1,
        "learning_rate": 0.5,
        "epochs": 4,
        "fit_bias": True,
    }
    right = mutations.results("train", [], inputs)["losses"]
    for factor, name in ((1, TASK), (2, "2 x task"), (1 / 5, "1/rows x task")):
        one = Sample("case", inputs, {"losses": right}, {"losses": factor * right[:-1]}, "losses")
        assert name in Costs(mutations, pair).of_history("train", "losses", [one])
    one = Sample("case", inputs, {"losses": right}, {"losses": right[:-1] ** 2}, "losses")
    assert Costs(mutations, pair).of_history("train", "losses", [one]) == set()
