"""The facts of ``gradient-tape``, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expected.probes import cases
from grader.expected.reference import Oracle
from tests.conftest import ROOT, bundled
from tests.exercises.conftest import statuses
from tests.exercises.one_function import judged, table

EXERCISE = "gradient-tape"
RIGHT, WRONG = table(EXERCISE)["right"], table(EXERCISE)["wrong"]


def answers(function, probe, seed=0):
    """Return (inputs, expected results) of a function on each case of a probe."""
    assignment = bundled(EXERCISE)
    all_inputs = [case.inputs for case in cases(assignment.content, [probe], seed)]
    return [(inputs, Oracle(assignment).results(function, inputs)) for inputs in all_inputs]


def test_derivative_of_the_square_at_three_is_six():
    [(_inputs, results)] = answers("derivative", "square")
    assert results["dy"] == 6
    assert answers("second_derivative", "square")[0][1]["d2y"] == pytest.approx(2, abs=1e-12)


@pytest.mark.parametrize(("probe", "factor"), [("lecture sizes", 1), ("three outputs", 2 / 15)])
def test_mean_cancels_the_two_of_the_square_for_two_outputs_only(probe, factor):
    for inputs, results in answers("gradients", probe):
        y = inputs["x"] @ inputs["w"] + inputs["b"]
        np.testing.assert_allclose(results["dw"], factor * inputs["x"].T @ y)
        np.testing.assert_allclose(results["db"], factor * y.sum(axis=0))


@pytest.mark.long
def test_facts_about_tapes(reference):
    import tensorflow as tf

    x = tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = x**2
    assert tape.gradient(y, x) is None
    with pytest.raises(RuntimeError, match="non-persistent"):
        tape.gradient(y, x)
    assert reference.derivative(lambda x: x**2, 3.0).numpy() == 6


@pytest.mark.long
@pytest.mark.parametrize("entry", RIGHT, ids=[f"{entry['check']}: {entry['style']}" for entry in RIGHT])
def test_right_function_gets_the_points_and_no_bug(entry):
    share, bugs, message = judged(EXERCISE, entry["check"], entry["source"])
    assert (share, bugs) == (1, []), message
    assert judged(EXERCISE, "uses-tape", entry["source"])[0] == 1


@pytest.mark.long
@pytest.mark.parametrize("entry", WRONG, ids=[f"{entry['check']}: {entry['mistake']}" for entry in WRONG])
def test_wrong_function_loses_points_and_is_named(entry):
    share, bugs, message = judged(EXERCISE, entry["check"], entry["source"])
    assert share < 1, message
    if entry["bug"]:
        assert bugs == [entry["bug"]], message


@pytest.mark.long
def test_solution_gets_full_marks_and_starter_nothing(graded, source):
    report = graded(EXERCISE, source)
    assert report.score == 100
    assert not any(check.evidence.notes for check in report.checks)  # float32 and shapes are what the task asks for
    assert graded(EXERCISE, (ROOT / "assignments" / EXERCISE / "starter.py").read_text()).score == 0


DIFFERENCES = """
import tensorflow as tf

def derivative(f, x):
    x = tf.cast(x, tf.float64)
    return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5
def gradients(x, w, b):
    y = x @ w + b
    dy = 2 * y / (y.shape[0] * y.shape[1])
    return tf.transpose(x) @ dy, tf.reduce_sum(dy, axis=0)
def train_step(w, b, x, y, lr):
    error = 2 * (x @ w + b - y) / (y.shape[0] * y.shape[1])
    w.assign_sub(lr * tf.transpose(x) @ error)
    b.assign_sub(lr * tf.reduce_sum(error, axis=0))
def second_derivative(f, x):
    x = tf.cast(x, tf.float64)
    return (f(x + 1e-3) - 2 * f(x) + f(x - 1e-3)) / 1e-6
def jacobian(f, x):
    x = tf.cast(x, tf.float64)
    units = tf.eye(len(x), dtype=tf.float64)
    return tf.stack([(f(x + 1e-5 * e) - f(x - 1e-5 * e)) / 2e-5 for e in units], axis=1)
"""


@pytest.mark.long
def test_differences_cost_the_points_of_the_tape_only(graded):
    report = graded(EXERCISE, DIFFERENCES)
    assert [name for name, status in statuses(report).items() if status != "passed"] == ["uses-tape"]
    assert report.score == 90


@pytest.mark.long
@pytest.mark.parametrize("missing", [("gradients", "train_step"), ("derivative", "gradients")])
def test_submission_without_a_main_part_does_not_pass(graded, source, missing):
    for name in missing:
        source = source.replace(f"def {name}(", f"def another_{name}_(")
    assert not graded(EXERCISE, source).passed
