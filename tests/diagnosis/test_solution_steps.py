"""An exercise of a solution, a reference and probes names bugs: its steps are taken from the solution."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from grader import assignment
from grader.cli import main
from grader.diagnosis import solution_steps
from grader.expected import recorded_steps
from grader.expected.reference import Oracle
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.submission import read

YAML = """\
name: layer
version: "1"
title: A layer, and steps of gradient descent
reference: reference.py
functions:
  gradients: {signature: "(X, y, w)", returns: [loss, dw]}
  train: {signature: "(X, y, w, rate, epochs)", returns: [w, losses], history: losses}
probes:
  points: &points {times: 2, inputs: {X: {random: normal, shape: [7, 3]}, y: {random: normal, shape: [7]}, w: {random: normal, shape: [3]}}}
  steps: {inputs: {X: {random: normal, shape: [5, 2]}, y: {random: normal, shape: [5]}, w: {random: normal, shape: [2]}, rate: 0.1, epochs: 2}}
checks:
  - {name: gradients, title: Gradients, kind: values, function: gradients, probes: [points], points: 5}
  - {name: train, title: Training, kind: trajectory, function: train, probes: [steps], points: 5}
"""
REFERENCE = """
import numpy as np


def gradients(X, y, w):
    error = X @ w - y
    return np.sum(error**2) / len(y), 2 * X.T @ error / len(y)


def train(X, y, w, rate, epochs):
    losses = [gradients(X, y, w)[0]]
    for _ in range(int(epochs)):
        w = w - rate * gradients(X, y, w)[1]
        losses.append(gradients(X, y, w)[0])
    return w, np.array(losses)
"""
SOLUTION = REFERENCE.replace("losses = [gradients(X, y, w)[0]]", "losses = []").replace(
    "        w = w", "        losses.append(gradients(X, y, w)[0])\n        w = w"
)
SOLUTION = SOLUTION.replace(
    "gradients(X, y, w)[1]\n        losses.append(gradients(X, y, w)[0])", "gradients(X, y, w)[1]"
)


@pytest.fixture
def exercise(tmp_path):
    for name, text in (("assignment.yaml", YAML), ("reference.py", REFERENCE), ("solution.py", SOLUTION)):
        (tmp_path / name).write_text(text)
    (tmp_path / "task.md").write_text("# A layer\n")
    return assignment.load(str(tmp_path))


def diagnoses(exercise, old, new):
    file = exercise.folder / "wrong.py"
    assert old in SOLUTION
    file.write_text(SOLUTION.replace(old, new))
    report = json.loads(grade(exercise, read(file, exercise), GradeOptions(include_hidden=True)).to_json())
    return {check["name"]: check["diagnosis"] for check in report["checks"] if check.get("diagnosis")}


def test_bugs_are_named_without_any_declaration(exercise):
    result = CliRunner().invoke(main, ["reference", str(exercise.folder), "--write"])
    assert result.exit_code == 0, result.output
    assert "The steps of gradients, train were taken from solution.py." in result.output
    (exercise.folder / "solution.py").unlink()  # a student's machine has no solution
    named = diagnoses(exercise, "X @ w - y", "X @ w + y")
    assert named["gradients"]["bug"] == "sign-flipped"
    assert "error" not in named["gradients"]["title"]  # a name of the solution, which a student does not know
    named = diagnoses(exercise, "w = w - rate", "w = w + rate")
    assert named["train"]["bug"] == "steps-uphill"


def test_only_functions_that_agree_with_the_reference_are_recorded(exercise):
    (exercise.folder / "solution.py").write_text(SOLUTION.replace("rate * gradients", "2 * rate * gradients"))
    assert [*solution_steps.of_solution(exercise, Oracle(exercise, live=True))] == ["gradients"]


def test_solution_with_a_mistake_in_python_has_no_steps(exercise):
    (exercise.folder / "solution.py").write_text("def train(:")
    assert solution_steps.of_solution(exercise, Oracle(exercise, live=True)) == {}


def test_validation_notices_steps_of_an_earlier_solution(exercise):
    assert [*solution_steps.problems(exercise)] == []
    recorded_steps.write(exercise, solution_steps.of_solution(exercise, Oracle(exercise, live=True)))
    assert [*solution_steps.problems(exercise)] == []
    (exercise.folder / "solution.py").write_text(SOLUTION + "\n")
    (sentence,) = solution_steps.problems(exercise)
    assert "layer.steps.json was recorded from another solution" in sentence
    assert "--write" in sentence
