"""Reading the weights and biases of network objects, in every form in which they may be kept."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judging.wrong_answer import WrongAnswer
from grader.student.networks import attributes_of, read_layers, split

SIZES = [3, 4, 2]
NAMES = {"weights": ["W", "theta"], "biases": ["b", "bias"]}
W1, W2 = np.arange(12.0).reshape(3, 4), np.arange(8.0).reshape(4, 2) + 20
B1, B2 = np.arange(4.0) + 40, np.arange(2.0) + 50
RIGHT = np.concatenate([each.ravel() for each in (W1, B1, W2, B2)])

FORMS = {
    "lists": {"weights": [W1, W2], "biases": [B1, B2]},
    "tuples and rows": {"weights": (W1, W2), "biases": (B1[None], B2[None])},
    "other names": {"theta": [W1, W2], "bias": [B1, B2]},
    "an entry for the inputs": {"weights": [None, W1, W2], "biases": [None, B1, B2]},
    "turned": {"weights": [W1.T, W2.T], "biases": [B1[:, None], B2[:, None]]},
    "bias as first row": {"weights": [np.vstack([B1, W1]), np.vstack([B2, W2])]},
    "a dict": {"params": {"W1": W1, "b1": B1, "W2": W2, "b2": B2}},
    "numbered attributes": {"W1": W1, "b1": B1, "W2": W2, "b2": B2},
    "two dicts": {"weights": {"1": W1, "2": W2}, "biases": {"1": B1, "2": B2}},
}


@pytest.mark.quick
@pytest.mark.parametrize("form", FORMS)
def test_weights_and_biases_are_read_in_any_form(form):
    read = read_layers({"dimensions": SIZES, **FORMS[form]}, SIZES, NAMES, "FFNN")
    assert np.array_equal(read.parameters, RIGHT)
    assert len(read.notes) == (form in ("turned", "bias as first row"))


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"weights": [W1, W2]},
        {"weights": [W1], "biases": [B1]},
        {"weights": [W1, W2], "biases": [B2, B1]},
        {"weights": ["W1", None], "biases": [B1, B2]},
        {"weights": 3, "biases": None},
        {"weights": [W1, W2], "biases": [np.zeros((2, 2)), B2]},
    ],
)
def test_anything_else_is_told_in_one_sentence(attributes):
    with pytest.raises(WrongAnswer) as raised:
        read_layers(attributes, SIZES, NAMES, "FFNN")
    assert "`FFNN` object for the layers 3-4-2" in str(raised.value)


def test_private_attributes_have_the_names_in_the_class():
    assert attributes_of({"_Net__weights": 1, "biases": 2}, "Net") == {"weights": 1, "biases": 2}
    with pytest.raises(WrongAnswer):
        attributes_of([1], "Net")


def test_one_array_is_split_into_layers():
    named = split(RIGHT, SIZES)
    assert [*named] == ["W1", "b1", "W2", "b2"]
    assert np.array_equal(named["W2"], W2) and np.array_equal(named["b1"], B1)
