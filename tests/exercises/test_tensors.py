"""The facts of ``tensors``, and right and wrong submissions."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expected.probes import cases
from grader.expected.reference import Oracle
from tests.conftest import ROOT, bundled
from tests.exercises.one_function import judged, table

EXERCISE = "tensors"
RIGHT, WRONG = table(EXERCISE)["right"], table(EXERCISE)["wrong"]
FACTS = [
    ("shapes", "lecture blocks", {"rank": 3, "shape": [3, 2, 5], "size": 30}),
    ("flatten", "lecture blocks", {"flat": np.arange(30)}),
    ("pairs", "lecture blocks", {"rows": np.arange(30).reshape(6, 5)}),
    ("per_block", "lecture blocks", {"blocks": np.arange(30).reshape(3, 10)}),
    ("scale_columns", "lecture product", {"scaled": [[10, 40, 90], [40, 100, 180]]}),
    ("largest", "lecture matrix", {"indices": [1, 0]}),
    ("update", "variable", {"value": [7, 9], "v_after": [7, 9]}),
]


@pytest.mark.parametrize(("function", "probe", "expected"), FACTS, ids=[function for function, *_ in FACTS])
def test_expected_answers_are_those_of_the_lecture(function, probe, expected):
    assignment = bundled(EXERCISE)
    results = Oracle(assignment).results(function, cases(assignment.content, [probe], 0)[0].inputs)
    for name, value in expected.items():
        np.testing.assert_array_equal(results[name], value)


@pytest.mark.long
def test_facts_about_tensorflow():
    import tensorflow as tf

    a, b = tf.constant([[1, 2, 3], [4, 5, 6]]), tf.constant([10, 20, 30])
    assert (a * b).dtype == tf.int32 and (a / b).dtype == tf.float64
    np.testing.assert_array_equal(a * tf.constant([[1, 2, 3]]), [[1, 4, 9], [4, 10, 18]])
    np.testing.assert_array_equal(tf.matmul(a, tf.constant([[1, 2], [3, 4], [5, 6]])), [[22, 28], [49, 64]])
    blocks = tf.reshape(tf.range(30), (3, 2, 5))
    assert tf.transpose(blocks).shape == (5, 2, 3)
    assert not np.array_equal(np.transpose(blocks, (1, 0, 2)), tf.reshape(blocks, (2, 3, 5)))
    original = tf.Variable([2.0, 3.0])
    copy = tf.Variable(original)
    original.assign([5, 6])
    np.testing.assert_array_equal(copy, [2, 3])
    np.testing.assert_array_equal(original.assign_add([2, 3]), [7, 9])
    np.testing.assert_array_equal(original.assign_sub([2, 3]), [5, 6])


@pytest.mark.long
@pytest.mark.parametrize("entry", RIGHT, ids=[f"{entry['check']}: {entry['style']}" for entry in RIGHT])
def test_right_function_gets_the_points_and_no_bug(entry):
    share, bugs, message = judged(EXERCISE, entry["check"], entry["source"])
    assert (share, bugs) == (1, []), message


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


@pytest.mark.long
@pytest.mark.parametrize(
    "missing", [("flatten", "pairs", "per_block"), ("scale_columns", "broadcast_shape"), ("largest", "update")]
)
def test_submission_without_a_main_part_does_not_pass(graded, source, missing):
    for name in missing:
        source = source.replace(f"def {name}(", f"def another_{name}_(")
    assert not graded(EXERCISE, source).passed


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
def test_same_score_with_every_seed(graded, source, seed):
    assert graded(EXERCISE, source, seed=seed).score == 100
