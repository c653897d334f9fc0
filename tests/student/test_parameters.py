"""Parameters of a network are read from whatever training returns."""

from __future__ import annotations

import numpy as np
import pytest

from grader.student import parameters

SIZES = (2, 3, 1)
W1, B1 = np.arange(6.0).reshape(2, 3), np.array([10.0, 11.0, 12.0])
W2, B2 = np.array([[20.0], [21.0], [22.0]]), np.array([30.0])
ALL = np.concatenate([W1.ravel(), B1, W2.ravel(), B2])
FORMS = {
    "layers": [[W1, B1], [W2, B2]],
    "a dict": {"b2": B2, "W2": W2, "b1": B1[None], "W1": W1},
    "weights and biases": ([W1, W2], [B1, B2]),
    "turned": (W1.T, B1[:, None], W2.T, B2[0]),
    "numbers": [W1.tolist(), B1.tolist(), W2.ravel().tolist(), 30.0],
    "with other arrays": {"weights": [W1, W2], "biases": [B1, B2], "activations": [np.zeros((4, 2)), np.zeros((4, 3))]},
    "a bias row": [np.vstack([B1, W1]), np.vstack([B2, W2])],
    "a bias row at the end": [np.vstack([W1, B1]), np.vstack([W2, B2])],
}


@pytest.mark.parametrize("form", FORMS)
def test_parameters_are_among_the_readings(form):
    assert any(np.array_equal(read, ALL) for read in parameters.readings(FORMS[form], SIZES).values())


def test_a_way_means_the_same_in_every_value():
    one, other = ({"a": W1 + k, "b": B1 + k, "c": W2 + k, "d": B2 + k} for k in (0, 1))
    first, second = (parameters.readings(each, SIZES) for each in (one, other))
    assert first.keys() == second.keys()
    with_biases = [way for way in first if not parameters.is_without_biases(way)]
    assert with_biases and all(np.array_equal(second[way], first[way] + 1) for way in with_biases)


def test_weights_alone_have_biases_of_zero():
    [(way, read)] = parameters.readings([W1, W2], SIZES).items()
    assert parameters.is_without_biases(way) and not parameters.has_biases([W1, W2], SIZES)
    assert read.sum() == W1.sum() + W2.sum()


@pytest.mark.parametrize("value", [None, "text", [], [W1], [W1.T @ W1, B1, W2, B2], {"W1": "text"}])
def test_other_values_have_no_reading(value):
    assert parameters.readings(value, SIZES) == {}
