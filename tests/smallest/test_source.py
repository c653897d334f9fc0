from __future__ import annotations

import numpy as np
import pytest

from grader.smallest import source
from grader.worker.values import Generator

X = np.array([[1.0, 0.0]])


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("lists", "predict(X=[[1, 0]], w=[0.5, -1.0], b=0)"),
        ("lists of decimals", "predict(X=[[1.0, 0.0]], w=[0.5, -1.0], b=0.0)"),
        ("arrays", "predict(X=np.array([[1, 0]]), w=np.array([0.5, -1.0]), b=0)"),
        ("arrays of decimals", "predict(X=np.array([[1.0, 0.0]]), w=np.array([0.5, -1.0]), b=0.0)"),
    ],
)
def test_call_has_forms_with_lists_and_with_arrays(form, code):
    keywords = {"X": X, "w": np.array([0.5, -1.0]), "b": np.float64(0)}
    assert source.call("predict", [], {name: source.in_form(item, form) for name, item in keywords.items()}) == code


VALUES = [
    np.array([255, 0], np.uint8),
    np.array([[9.0]] * 10),
    np.zeros((0, 3)),
    np.full((1, 28, 28), 255, np.uint8),
    np.zeros((10, 2)),
    np.array([0.1, -2], np.float32),
    {"W1": np.array([1]), "b": (1, 2.5)},
    (np.array([True]),),
    True,
    np.float64(0.25),
]


@pytest.mark.parametrize("value", VALUES, ids=str)
@pytest.mark.parametrize("form", source.FORMS)
def test_code_has_the_value_that_is_sent(value, form):
    sent = source.in_form(value, form)
    again = eval(source.code(sent), {"np": np})
    assert type(again) is type(sent) or isinstance(sent, np.generic)
    np.testing.assert_equal(again, sent)
    if isinstance(sent, np.ndarray):
        assert (again.dtype, again.shape) == (sent.dtype, sent.shape)


def test_generator_is_made_with_its_seed():
    assert source.code(source.in_form(Generator(3), "lists")) == "np.random.default_rng(3)"


def test_subscript_takes_the_result_from_what_was_returned():
    one, two = np.ones(1), np.ones(1)
    assert source.subscript((one, two), two) == "[1]"
    assert source.subscript({"dw": one, "db": two}, two) == "['db']"
    assert source.subscript(one, one) == ""
    assert source.subscript((one, one), one) == ""
