"""Variables of a loaded submission, and the sentences about those that cannot be used."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.definitions import Definitions
from grader.sandbox.failures import CallError
from grader.sandbox.loading import Causes
from grader.student.loaded import LoadedSubmission

pytestmark = pytest.mark.quick

CONTENT = load("cifar-grayscale").content


def loaded(others, values=None):
    session = SimpleNamespace(
        definitions=Definitions(others=others),
        causes=Causes("Loading it", [""], (), 5),
        variables=lambda names, rows: {
            name: SimpleNamespace(value=value, model=False, type=type(value).__name__)
            for name, value in (values or {}).items()
            if name in names
        },
    )
    instances = SimpleNamespace(find=lambda _: None, methods={})
    return LoadedSubmission(CONTENT, [], session, instances)


def test_missing_variable_is_reported_with_a_similar_name():
    with pytest.raises(CallError, match=r"The variable `gray_images` is missing.*; found instead: gray_imgs"):
        loaded({"gray_imgs": "ndarray", "np": "module"}).variable("gray_images")


def test_variable_of_keras_is_reported_with_those_of_its_type():
    student = loaded({"result": "History", "net1": "Sequential", "numbers": "list"})
    student.content = load("mnist-mlp").content
    for name, other in (("history", "result"), ("model", "net1")):
        with pytest.raises(CallError, match=rf"The variable `{name}` is missing.*; found instead: {other}\."):
            student.variable(name)


def test_variable_is_found_by_its_name():
    student = loaded({"gray_images": "ndarray"}, {"gray_images": np.ones((2, 3))})
    assert student.find_variable("gray_images") == "gray_images"
    np.testing.assert_array_equal(student.numbers("gray_images"), np.ones((2, 3)))


def test_deleted_variable_is_reported():
    with pytest.raises(CallError, match="was deleted while your functions ran") as error:
        loaded({"gray_images": "ndarray"}).variable("gray_images")
    assert error.value.status == "protocol"


@pytest.mark.parametrize(
    ("value", "read", "sentence"),
    [
        ("text", "numbers", "`gray_images` is a str; it must be an array of numbers."),
        (None, "keras_model", "`gray_images` is None; it must be a Keras model."),
        (np.ones(3), "keras_model", "`gray_images` has the type ndarray; it must be a Keras model."),
        (np.ones((200, 2)), "numbers", "has a different length each time it is read"),
    ],
)
def test_unusable_variable_is_reported(value, read, sentence):
    student = loaded({"gray_images": "x"}, {"gray_images": value})
    with pytest.raises(CallError, match=sentence):
        getattr(student, read)("gray_images")
