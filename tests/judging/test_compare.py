"""The first difference is reported, in the order type, shape, dtype, values; conventions are accepted."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.base import Tolerance
from grader.judging.compare import common_factor, compare, compare_results
from grader.worker.passed_as import passed_as
from grader.worker.values import Opaque

pytestmark = pytest.mark.quick

EXPECTED = np.array([0.25, -1.5, 3.0])


def problem(actual, expected=EXPECTED):
    return compare("dw", actual, expected, Tolerance()).problem


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        (None, "dw is None, expected an array of shape (3,): the function returns nothing."),
        (Opaque("generator"), "dw is a generator, expected an array of shape (3,)."),
        (Opaque("object array"), "dw is an object array, expected an array of shape (3,)."),
        ("0.25", "dw is a str, expected an array of shape (3,)."),
        (True, "dw is a boolean, expected an array of shape (3,)."),
        (
            [0.25, [-1.5, 3.0]],
            "dw is a list, expected an array of shape (3,): its entries are not numbers, or its rows have different lengths.",
        ),
        (
            [0.25, None, 3.0],
            "dw is a list, expected an array of shape (3,): its entries are not numbers, or its rows have different lengths.",
        ),
        ([0.25, -1.5], "dw has the shape (2,), expected an array of shape (3,)."),
        ([], "dw has the shape (0,), expected an array of shape (3,)."),
        (np.zeros((3, 3)), "dw has the shape (3, 3), expected an array of shape (3,)."),
        (0.25, "dw has the shape (), expected an array of shape (3,)."),
        (np.array([0, -1, 3]), "dw contains integers (int64), expected decimals (float64)."),
        (EXPECTED * 1j, "dw contains complex numbers (complex128), expected decimals (float64)."),
        (np.array([np.nan, -1.5, 3.0]), "dw is NaN in 1 of 3 entries."),
        (np.array([np.inf, -np.inf, 3.0]), "dw is infinite in 2 of 3 entries."),
    ],
)
def test_first_difference_is_one_sentence(actual, message):
    assert problem(actual) == message


def test_none_among_several_results_is_not_reported_as_a_missing_return():
    compared = compare_results({"dw": None, "db": 1.0}, {"dw": EXPECTED, "db": np.float64(1.0)}, Tolerance())
    assert compared["dw"].problem == "dw is None, expected an array of shape (3,)."
    alone = compare_results({"dw": None}, {"dw": EXPECTED}, Tolerance())
    assert alone["dw"].problem == "dw is None, expected an array of shape (3,): the function returns nothing."


def test_several_values_instead_of_one_are_reported():
    message = problem((EXPECTED, 0.5))
    assert (
        message == "dw is a tuple, expected an array of shape (3,): it contains several values, return only this one."
    )


def test_wrong_values_are_reported_with_the_error_but_without_the_expected_values():
    message = problem(EXPECTED + np.array([0, 0.5, 0]))
    assert message == (
        "dw is wrong in 1 of 3 entries. The largest error is 0.5 (0.17 times the largest correct entry), at index 1."
    )
    assert "-1.5" not in message


@pytest.mark.parametrize("actual", [EXPECTED.reshape(3, 1), EXPECTED.reshape(1, 3)])
def test_column_or_row_is_accepted_with_a_note(actual):
    compared = compare("dw", actual, EXPECTED, Tolerance())
    assert compared.problem is None
    assert "accepted" in compared.note


@pytest.mark.parametrize("dtype", [bool, int, np.uint8, float])
def test_whole_numbers_may_be_integers_or_booleans(dtype):
    assert problem(np.array([1, 0, 1], dtype=dtype), np.array([1.0, 0.0, 1.0])) is None
    assert problem(np.array([1, 1, 1], dtype=dtype), np.array([1.0, 0.0, 1.0])) is not None


def test_common_factor_of_all_results_is_found():
    right = {"dw": EXPECTED, "db": np.array([2.0])}
    assert common_factor({"dw": 7 * EXPECTED, "db": np.array([14.0])}, right) == pytest.approx(7)
    assert common_factor({"dw": -EXPECTED, "db": np.array([[-2.0]])}, right) == pytest.approx(-1)
    for other in (np.array([2.0]), np.array([np.nan]), np.zeros(3), Opaque("generator")):
        assert common_factor({"dw": 7 * EXPECTED, "db": other}, right) is None
    assert common_factor({"dw": 0 * EXPECTED, "db": np.zeros(1)}, right) is None


@pytest.mark.parametrize(
    "actual", [[0.25, -1.5, 3], (0.25, -1.5, 3.0), [[0.25], [-1.5], [3.0]], [np.float32(0.25), np.float64(-1.5), 3]]
)
def test_list_or_tuple_of_numbers_is_accepted_with_a_note(actual):
    compared = compare("dw", actual, EXPECTED, Tolerance())
    assert compared.problem is None
    assert "Lists of numbers" in compared.note
    assert problem([0.25, -1.5, 3.1]) is not None


def test_ragged_list_has_no_common_factor():
    assert common_factor({"dw": [[1.0], [2.0, 3.0]]}, {"dw": EXPECTED}) is None


PATH = np.array([4.0, 3.0, 2.5, 2.25])


@pytest.mark.parametrize("losses", [PATH[:-1], PATH[1:], PATH, PATH[1:-1]])
@pytest.mark.parametrize("kind", [np.asarray, list, tuple, lambda values: values.reshape(-1, 1)])
def test_history_may_begin_and_end_before_or_after_an_update(losses, kind):
    right = {"losses": PATH}
    assert compare_results({"losses": kind(losses)}, right, Tolerance(), "losses")["losses"].problem is None
    assert compare_results({"losses": kind(losses + 0.1)}, right, Tolerance(), "losses")["losses"].problem


@pytest.mark.parametrize("losses", [[], PATH[2:-1], np.append(PATH, 2.0), PATH[::-1], [4.0, 4.0, 3.0, 2.5]])
def test_history_of_other_losses_is_wrong(losses):
    assert compare_results({"losses": losses}, {"losses": PATH}, Tolerance(), "losses")["losses"].problem


def test_empty_history_of_one_epoch_is_wrong():
    assert compare_results({"losses": []}, {"losses": PATH[:2]}, Tolerance(), "losses")["losses"].problem


def test_transposed_is_not_a_convention():
    assert problem(np.ones((2, 3)), np.ones((3, 2))) == "dw has the shape (2, 3), expected an array of shape (3, 2)."


@pytest.mark.parametrize("actual", [0.5, np.float64(0.5), np.array(0.5), np.array([0.5]), np.array([[0.5]])])
def test_number_may_be_a_float_a_scalar_or_an_array_of_one(actual):
    assert problem(actual, 0.5) is None


def test_float32_is_compared_with_its_own_tolerance():
    compared = compare("dw", (EXPECTED * (1 + 3e-5)).astype(np.float32), EXPECTED, Tolerance())
    assert compared.problem is None
    assert "float32" in compared.note
    assert problem(EXPECTED * (1 + 3e-5)) is not None


def test_float32_needs_no_note_if_the_inputs_are_of_float32():
    answers, right = {"dw": EXPECTED.astype(np.float32)}, {"dw": EXPECTED}
    notes = {
        form: compare_results(answers, right, Tolerance(), inputs=[passed_as(form, [1.5]), 2])["dw"].note
        for form in ("tensor", "variable", "float32", "float64_tensor")
    }
    said = "dw is float32: compared with a matching tolerance."
    assert notes == {"tensor": None, "variable": None, "float32": None, "float64_tensor": said}
    assert compare_results(answers, right, Tolerance(), inputs=[EXPECTED])["dw"].note == said


HISTORY = np.array([4.0, 2.0, 1.0, 0.5])  # before the first and after each of three updates


def history_problem(actual):
    return compare_results({"losses": actual}, {"losses": HISTORY}, Tolerance(), "losses")["losses"].problem


@pytest.mark.parametrize(
    "actual",
    [
        HISTORY[:3],
        HISTORY[1:],
        HISTORY[1:].reshape(3, 1),
        [4.0, 2.0, 1.0],
        [np.float64(2), np.array(1.0), 0.5],
        [np.float32(2), np.float32(1), np.float32(0.5)],
    ],
)
def test_history_is_recorded_before_or_after_each_update(actual):
    assert history_problem(actual) is None


@pytest.mark.parametrize(
    ("actual", "message"),
    [
        ([*HISTORY, 0.5], "losses has 5 entries, expected 3, one per epoch."),
        ([4.0], "losses has 1 entries, expected 3, one per epoch."),
        (["4.0", "2.0", "1.0"], "losses is a list, but its entries are not all numbers."),
        ([[1.0], [1.0, 2.0], [3.0]], "losses is a list, but its entries are not all numbers."),
        ([4 + 0j, 2, 1], "losses contains complex numbers (complex128), expected decimals (float64)."),
        ([4.0, 2.0, 1.1], "losses is wrong in 1 of 3 entries. The largest error is 0.1"),
        (None, "losses is None"),
        (4.0, "losses has the shape (), expected an array of shape (3,)."),
    ],
)
def test_wrong_history(actual, message):
    assert history_problem(actual).startswith(message)


def test_least_precise_result_sets_the_tolerance():
    expected = {"w": EXPECTED, "b": np.asarray(1.0)}
    answers = {"w": EXPECTED.astype(np.float32), "b": 1.0 + 3e-6}
    assert all(item.problem is None for item in compare_results(answers, expected, Tolerance()).values())


def test_nan_never_passes_even_if_the_reference_has_one():
    assert problem(np.array([1.0]), np.array([np.nan])) is not None
    assert problem(np.array([np.nan]), np.array([np.nan])) is not None


def test_empty_array_is_wrong():
    assert problem(np.empty(0)) == "dw has the shape (0,), expected an array of shape (3,)."


def test_correct_number_cannot_be_computed_from_the_evidence():
    compared = compare("loss", 0.0, 0.8287206894281727, Tolerance())
    assert compared.problem == "loss is wrong by as much as the correct value."
    assert compared.evidence.max_abs_error is None


@pytest.mark.parametrize("answer", [True, np.True_, 1, 1.0])
def test_a_truth_value_is_compared_as_a_truth_value(answer):
    assert compare("needs", answer, True, Tolerance()).problem is None
    assert compare("needs", answer, False, Tolerance()).problem == "needs is wrong."


@pytest.mark.parametrize("answer", [None, "yes", [True, False]])
def test_other_answers_are_no_truth_values(answer):
    assert compare("needs", answer, True, Tolerance()).problem is not None
