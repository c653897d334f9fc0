"""Comparison: the first difference in the order type, shape, dtype, values; conventions pass."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import Tolerance
from grader.compare import compare
from grader.worker.values import Opaque

EXPECTED = np.array([0.25, -1.5, 3.0])


def problem(actual, expected=EXPECTED, **options):
    return compare("dw", actual, expected, Tolerance(), **options).problem


@pytest.mark.parametrize(
    ("actual", "said"),
    [
        (None, "dw is None, expected an array of shape (3,): the function returns nothing."),
        (Opaque("generator"), "dw is a generator, expected an array of shape (3,)."),
        (Opaque("object array"), "dw is an object array, expected an array of shape (3,)."),
        ("0.25", "dw is a str, expected an array of shape (3,)."),
        (True, "dw is a single number (bool), expected an array of shape (3,)."),
        ([0.25, -1.5, 3.0], "dw is a list, expected an array of shape (3,): return np.array(...)."),
        (np.zeros((3, 3)), "dw has the shape (3, 3), expected (3,)."),
        (0.25, "dw has the shape (), expected (3,)."),
        (np.array([0, -1, 3]), "dw holds integers (int64), expected decimals (float64)."),
        (EXPECTED * 1j, "dw holds complex numbers (complex128), expected decimals (float64)."),
        (np.array([np.nan, -1.5, 3.0]), "dw is NaN at 1 of 3 entries."),
        (np.array([np.inf, -np.inf, 3.0]), "dw is infinite at 2 of 3 entries."),
    ],
)
def test_the_first_difference_is_said_in_a_sentence(actual, said):
    assert problem(actual) == said


def test_wrong_values_are_said_with_the_size_of_the_error_and_without_the_expected_ones():
    said = problem(EXPECTED + np.array([0, 0.5, 0]))
    assert said == (
        "dw is wrong (1 of 3 entries are wrong): the largest error is 0.5, "
        "0.17 times the largest value expected at index 1."
    )
    assert "-1.5" not in said


@pytest.mark.parametrize("actual", [EXPECTED.reshape(3, 1), EXPECTED.reshape(1, 3)])
def test_a_column_or_row_is_accepted_with_a_note(actual):
    compared = compare("dw", actual, EXPECTED, Tolerance())
    assert compared.problem is None
    assert "accepted" in compared.note


def test_transposed_is_not_a_convention():
    assert problem(np.ones((2, 3)), np.ones((3, 2))) == "dw has the shape (2, 3), expected (3, 2)."


@pytest.mark.parametrize("actual", [0.5, np.float64(0.5), np.array(0.5), np.array([0.5]), np.array([[0.5]])])
def test_a_number_may_come_as_float_scalar_or_array_of_one(actual):
    assert problem(actual, 0.5) is None


def test_float32_is_compared_with_its_own_tolerance():
    compared = compare("dw", (EXPECTED * (1 + 3e-6)).astype(np.float32), EXPECTED, Tolerance())
    assert compared.problem is None
    assert "float32" in compared.note
    assert problem(EXPECTED * (1 + 3e-6)) is not None


def test_a_sequence_may_be_a_list_of_numbers_and_of_nothing_else():
    assert problem([0.25, -1.5, 3.0], sequence=True) is None
    assert problem([np.float64(0.25), np.array(-1.5), 3], sequence=True) is None
    assert problem(["a"], sequence=True) == "dw is a list of something else than numbers."
    assert problem([[1.0], [1.0, 2.0]], sequence=True) == "dw is a list of something else than numbers."


def test_nan_never_passes_even_where_the_reference_has_one():
    assert problem(np.array([1.0]), np.array([np.nan])) is not None
    assert problem(np.array([np.nan]), np.array([np.nan])) is not None


def test_an_empty_array_is_no_answer():
    assert problem(np.empty(0)) == "dw has the shape (0,), expected (3,)."
