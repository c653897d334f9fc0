"""Quantities that are computed from each other, and what becomes of them when one is replaced."""

from __future__ import annotations

import re

import numpy as np
import pytest

from grader.assignment import expressions
from grader.assignment.expressions import examine
from grader.assignment.formulas import Formula, Quantities, sigmoid, softmax
from tests.conftest import ROOT

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("X @ w + b", ["X", "w", "b"]),
        ("b + X @ b", ["b", "X"]),
        ("sum(x * s for x in v)", ["sum", "v", "s"]),
        ("A[:, 0].sum(axis=k)", ["A", "k"]),
        ("1 / 2", []),
    ],
)
def test_an_expression_reads_names(text, names):
    assert sorted(examine(text).names) == sorted(names)


def test_a_formula_needs_neither_the_library_nor_what_python_brings():
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
def test_a_formula_is_computed(text, value):
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
        ([{"a": "s"}], {"s": 4, "a": 4, "c": 8}),  # what is computed from it follows
        ([{"a": "-a"}], {"s": 4, "a": -8, "c": -4}),  # its own name is what it was
        ([{"b": "-b"}], {"s": 2, "a": 4, "c": 6}),  # an input
        ([{"s": "x"}, {"a": "s"}], {"s": 3, "a": 3, "c": 6}),  # two at different places
        ([{"a": "-a"}, {"a": "a / 4"}], {"s": 4, "a": -2, "c": 2}),  # two at one place
        ([{"a": "-a"}, {"s": "10 * s"}], {"s": 40, "a": -80, "c": -40}),
        ([{"a": "a * s"}], {"s": 4, "a": 32, "c": 36}),
        ([{"t": "7", "s": "t"}], {"s": 7, "a": 14, "c": 21}),
    ],
)
def test_a_mutation_changes_what_follows(mutations, values):
    assert computed(*mutations) == values


def test_a_quantity_is_computed_once():
    calls = []

    def count(value):
        calls.append(value)
        return value

    layer = {"s": Formula("count(x)"), "a": Formula("s + s"), "c": Formula("a + s")}
    assert Quantities([layer], {"x": 1.0, "count": count})["c"] == 3
    assert calls == [1.0]


def test_an_unknown_name_is_a_key_error():
    with pytest.raises(KeyError):
        computed({"a": "nowhere"})


def test_the_library_does_not_overflow():
    with np.errstate(over="raise", invalid="raise"):
        np.testing.assert_array_equal(sigmoid(np.array([-1000.0, 0.0, 1000.0])), [0, 0.5, 1])
        np.testing.assert_allclose(softmax(np.array([[1000.0], [0.0], [1000.0]])), [[0.5], [0], [0.5]])


def test_softmax_sums_to_one_along_its_axis():
    z = np.random.default_rng(0).normal(size=(3, 4))
    np.testing.assert_allclose(softmax(z).sum(axis=0), 1)
    np.testing.assert_allclose(softmax(z, axis=1).sum(axis=1), 1)


def test_the_documentation_lists_what_an_expression_may_use():
    section = (ROOT / "docs" / "authoring.md").read_text().split("### Expressions\n")[1].split("\n\nBounded")[0]
    listed = set(re.findall(r"`([A-Za-z_]\w*)`", section))
    plain = {name for name in expressions.BUILTINS if not name.startswith("__")} - {"True", "False", "None"}
    allowed = {*expressions.NUMPY, *expressions.LINALG, *expressions.ATTRIBUTES, *plain}
    others = {"steps", "instead", "only_if", "parameters", "for", "lambda", "sigmoid", "relu", "softmax"}
    assert listed - others == allowed - others
