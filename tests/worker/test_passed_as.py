"""Arrays that a submission gets as a tensor, a Variable or an array of float32."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from grader.worker import passed_as, values

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("form", [*passed_as.CLASSES])
def test_grader_keeps_float64_with_the_numbers_that_are_sent(form):
    array = passed_as.passed_as(form, np.array([0.1, 2.0]))
    assert (array.dtype, array.form) == (np.float64, form)
    np.testing.assert_array_equal(array.sent().astype(np.float64), np.asarray(array))
    assert array.sent().dtype == (np.float64 if form == "float64_tensor" else np.float32)


def test_integers_are_int32_as_in_tensorflow():
    array = passed_as.passed_as("tensor", np.array([[1, 2]], dtype=np.int64))
    assert array.dtype == array.sent().dtype == np.int32


def test_results_of_operations_are_plain_arrays():
    array = passed_as.passed_as("variable", np.array([[1.0, 2.0], [3.0, 4.0]]))
    for result in (array + 1, array @ array, np.exp(array), np.mean(array, axis=0)):
        assert type(result) is np.ndarray
    assert type(passed_as.passed_as("tensor", 3.0) ** 2) is np.float64
    assert type(array.T) is type(array)  # the same numbers are passed in the same form


@pytest.mark.parametrize("form", [*passed_as.CLASSES])
def test_form_is_kept_by_pickle_and_by_a_process_without_the_submission(form):
    array = passed_as.passed_as(form, np.array([[0.1, 2.0]]))
    for again in (pickle.loads(pickle.dumps(array)), values.decode(*values.encode(array))):
        assert type(again) is type(array)
        np.testing.assert_array_equal(again, array)


def test_submission_gets_float32():
    tree, payload = values.encode(passed_as.passed_as("float32", [0.1, 2.0]))
    array = values.decode(tree, payload, namespace={"__name__": "submission"})
    assert (type(array), array.dtype) == (np.ndarray, np.float32)


@pytest.mark.parametrize("tree", [["passed", "object", ["array", "<f4", [0]]], ["passed", "tensor", ["float", 1.0]]])
def test_unknown_form_is_refused(tree):
    with pytest.raises(values.ProtocolError):
        values.decode(tree, b"")


@pytest.mark.long
def test_submission_gets_a_tensor_and_a_variable():
    import tensorflow as tf

    for form, dtype in (("tensor", tf.float32), ("float64_tensor", tf.float64), ("variable", tf.float32)):
        tree, payload = values.encode(passed_as.passed_as(form, [0.1, 2.0]))
        value = values.decode(tree, payload, namespace={"__name__": "submission"})
        assert tf.is_tensor(value) and value.dtype == dtype
        assert isinstance(value, tf.Variable) == (form == "variable")
