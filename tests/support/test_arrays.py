"""Lists of numbers count as arrays, and shapes may differ in axes of length one."""

from __future__ import annotations

import numpy as np
import pytest

from grader.support import arrays

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ([1, 2], (2,)),
        ([[1.0], [2.0]], (2, 1)),
        ((1, 2, 3), (3,)),
        (5.0, ()),
        ([[1], [2, 3]], None),
        (np.eye(2), (2, 2)),
    ],
)
def test_shape_of_arrays_and_lists(value, shape):
    assert arrays.shape_of(value) == shape


@pytest.mark.parametrize("value", [["a"], [[1], [2, 3]], None, [1j]])
def test_other_values_are_not_arrays(value):
    assert arrays.array(value) is None
    assert arrays.numbers(value) is None


def test_numbers_are_float64():
    assert arrays.numbers([1, 2]).dtype == np.float64
    assert arrays.array([1, 2]).dtype.kind == "i"


def test_shapes_are_equal_apart_from_axes_of_length_one():
    assert arrays.without_ones((1, 3, 1)) == (3,)
    assert arrays.have_shapes({"w": np.ones((3, 1))}, {"w": (3,)})
    assert not arrays.have_shapes({"w": np.ones((3, 2))}, {"w": (3,)})
    assert not arrays.have_shapes({}, {"w": (3,)})


@pytest.mark.parametrize(
    ("shape", "pattern", "result"),
    [((7,), (4, 1), (7, 1)), ((7,), (1, 4), (1, 7)), ((7, 1), (4,), (7,)), ((7, 2), (4,), (7, 2)), ((7,), None, (7,))],
)
def test_array_gets_the_layout_of_a_pattern(shape, pattern, result):
    assert arrays.in_layout(np.ones(shape), pattern).shape == result


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "None"),
        (np.ones(3), "an array of shape (3,)"),
        (True, "a boolean"),
        (2.0, "a single number (float)"),
        ([1], "a list"),
        (OSError(), "an OSError"),
    ],
)
def test_value_is_described_without_its_content(value, words):
    assert arrays.describe(value) == words


def test_number_of_values():
    assert [arrays.number_of_values([0] * count) for count in (1, 2)] == ["1 value", "2 values"]
