"""Answers are compared with the correct results of a case, within the tolerance of their dtype."""

from __future__ import annotations

import numpy as np
import pytest

from grader.diagnosis.samples import Sample, alike, as_arrays, projection

pytestmark = pytest.mark.quick


def sample(answer, right=(1.0, 2.0, 4.0), history=None):
    return Sample("case", {}, {"r": np.array(right)}, {"r": np.asarray(answer)}, history)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ([1.0, 2.0], [1.0, 2.0], True),
        ([[1.0], [2.0]], [1.0, 2.0], True),  # an axis of length one
        (3.0, [3.0, 3.0], True),  # a number repeated
        ([1.0, 2.0], [1.0, 2.1], False),
        ([1.0, 2.0], [1.0, 2.0, 3.0], False),
        ([], [1.0], False),
        ([np.nan, np.inf, 1.0], [np.nan, np.inf, 1.0], True),
        ([np.nan, 1.0], [0.0, 1.0], False),
        ([1e-7, 1.0], [0.0, 1.0], True),  # small relative to the largest entry
    ],
)
def test_equal_arrays(one, other, equal):
    assert alike(one, other) is equal


def test_tolerance_depends_on_the_dtype():
    assert not sample(np.array([1.0, 2.0, 4.0002])).agrees("r", [1.0, 2.0, 4.0])
    assert sample(np.array([1.0, 2.0, 4.0002], np.float32)).agrees("r", [1.0, 2.0, 4.0])


def test_answer_may_be_a_multiple():
    assert sample([2.0, 4.0, 8.0]).agrees("r", [1.0, 2.0, 4.0], 2.0)
    assert sample([2.0, 4.0, 8.0]).agreeing({"r": np.array([1.0, 2.0, 4.0])}) == set()


@pytest.mark.parametrize("answer", [[1.0, 2.0], [2.0, 4.0], [1.0, 2.0, 4.0], [2.0]])
def test_history_may_be_recorded_in_several_ways(answer):
    assert sample(answer, history="r").agrees("r", [1.0, 2.0, 4.0])


def test_empty_history_agrees_only_with_an_empty_one():
    assert not sample([], history="r").agrees("r", [1.0, 2.0, 4.0])
    assert sample([], history="r").agrees("r", [1.0])


@pytest.mark.parametrize(
    ("answers", "factor"),
    [([[2.0, 4.0], [6.0]], 2.0), ([[1.0, 2.0, 3.0], [6.0]], None), ([[np.inf, 1.0], [1.0]], None)],
)
def test_factor_between_two_lists_of_arrays(answers, factor):
    assert projection(map(np.array, answers), [np.array([1.0, 2.0]), np.array([3.0])]) == factor


def test_factor_of_zeros_is_unknown():
    assert projection([np.ones(2)], [np.zeros(2)]) is None


def test_only_numbers_become_arrays():
    assert as_arrays({"a": [1, 2], "b": 3.0, "c": np.eye(2)}).keys() == {"a", "b", "c"}
    assert as_arrays({"a": ["text"]}) is None
    assert as_arrays({"a": None}) is None
