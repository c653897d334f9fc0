"""Quantities are computed from each other, and mutations replace some of them."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.expressions import Refused
from grader.assignment.formulas import Formula, Quantities, like, sigmoid, softmax

pytestmark = pytest.mark.quick


def test_formula_does_not_need_names_of_the_library_or_of_python():
    assert set(Formula("np.mean(relu(z)) / len(y) + sigmoid(b)").needs) == {"z", "y", "b"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("relu(z)", [0, 3]),
        ("np.where(z > 0, z, 0.1 * z)", [-0.2, 3]),
        ("np.array([k * x for x in z])", [-4, 6]),
        ("z.max()", 3),
    ],
)
def test_formula_is_computed(text, value):
    np.testing.assert_allclose(Formula(text)({"z": np.array([-2.0, 3.0]), "k": 2}), value)


RIGHT = {"s": "x + b", "a": "2 * s", "c": "a + s"}


def computed(*mutations, **inputs):
    layers = [{name: Formula(text) for name, text in layer.items()} for layer in (*mutations, RIGHT)]
    quantities = Quantities(layers, {"x": 3.0, "b": 1.0, **inputs})
    return {name: quantities[name] for name in RIGHT}


@pytest.mark.parametrize(
    ("mutations", "values"),
    [
        ([], {"s": 4, "a": 8, "c": 12}),
        ([{"a": "s"}], {"s": 4, "a": 4, "c": 8}),  # dependent quantities change too
        ([{"a": "-a"}], {"s": 4, "a": -8, "c": -4}),  # its own name is the unmutated value
        ([{"b": "-b"}], {"s": 2, "a": 4, "c": 6}),  # a replaced input
        ([{"s": "x"}, {"a": "s"}], {"s": 3, "a": 3, "c": 6}),  # two quantities
        ([{"a": "-a"}, {"a": "a / 4"}], {"s": 4, "a": -2, "c": 2}),  # twice the same quantity
        ([{"a": "-a"}, {"s": "10 * s"}], {"s": 40, "a": -80, "c": -40}),
        ([{"a": "a * s"}], {"s": 4, "a": 32, "c": 36}),
        ([{"t": "7", "s": "t"}], {"s": 7, "a": 14, "c": 21}),
    ],
)
def test_mutation_changes_dependent_quantities(mutations, values):
    assert computed(*mutations) == values


def test_quantity_is_computed_once():
    calls = []

    def count(value):
        calls.append(value)
        return value

    layer = {"s": Formula("count(x)"), "a": Formula("s + s"), "c": Formula("a + s")}
    assert Quantities([layer], {"x": 1.0, "count": count})["c"] == 3
    assert calls == [1.0]


def test_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        computed({"a": "nowhere"})


def test_library_functions_do_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_array_equal(sigmoid(np.array([-1000.0, 0.0, 1000.0])), [0, 0.5, 1])
        np.testing.assert_allclose(softmax(np.array([[1000.0], [0.0], [1000.0]])), [[0.5], [0], [0.5]])


def test_softmax_sums_to_one_along_its_axis():
    z = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(softmax(z).sum(axis=0), 1)
    np.testing.assert_allclose(softmax(z, axis=1).sum(axis=1), 1)


@pytest.mark.parametrize(("pattern", "shape"), [(np.zeros((2, 3)), (2, 3)), (np.zeros(6), (6,))])
def test_like_takes_the_shape_of_the_pattern(pattern, shape):
    assert like(np.arange(6), pattern).shape == shape
    assert like(5, pattern) == 5


def test_like_refuses_another_size():
    with pytest.raises(ValueError, match="reshape"):
        like(np.arange(5), np.zeros((2, 3)))


def test_formula_refuses_forbidden_code():
    with pytest.raises(Refused, match="not allowed"):
        Formula("open('x')[0].y")
