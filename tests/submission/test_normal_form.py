"""Tests: formulas that give the same numbers for a plain reason have the same normal form."""

from __future__ import annotations

import ast

import pytest

from grader.submission import normal_form
from grader.submission.normal_form import NoForm

pytestmark = pytest.mark.quick


def form(text, **values):
    known = {name: form(value) for name, value in values.items()}
    return normal_form.form(ast.parse(text, mode="eval").body, known, {"der": "slope", "logistic": "sigmoid"})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a * b", "b * a"),
        ("2 * (a - y) * s", "s * (a - y) * 2"),
        ("(a - y) * a * (1 - a)", "a * (1 - a) * (a - y)"),
        ("a / m", "a * (1 / m)"),
        ("a - y", "-(y - a)"),
        ("a ** 2", "a * a"),
        ("a ** 2", "np.square(a)"),
        ("X.dot(w)", "X @ w"),
        ("np.dot(X, w)", "np.matmul(X, w)"),
        ("(A @ B) @ C", "A @ (B @ C)"),
        ("X.T @ d", "np.transpose(X).dot(d)"),
        ("d.sum(axis=0)", "np.sum(d, 0)"),
        ("np.sum(2 * d)", "2 * np.sum(d)"),
        ("d.sum(axis=0, keepdims=True)", "np.sum(d, keepdims=True, axis=0)"),
        ("(Z > 0).astype(float)", "(Z > 0) * 1.0"),
        ("der(Z)", "slope(Z)"),
        ("like(d, b)", "d"),
        ("np.array(a)", "a"),
    ],
)
def test_equal_formulas_have_the_same_form(one, other):
    assert form(one) == form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a - y", "y - a"),
        ("a @ b", "b @ a"),
        ("a * b", "a @ b"),
        ("X.T @ d", "X @ d"),
        ("d.sum(axis=0)", "d.sum(axis=1)"),
        ("d.sum()", "d.mean()"),
        ("d.sum(axis=0, keepdims=True)", "d.sum(axis=0)"),
        ("a / m", "a * m"),
        ("2 * a", "a"),
        ("Z > 0", "Z >= 0"),
        ("a ** b", "b ** a"),
        ("X.shape[0]", "X.shape[1]"),
        ("sigmoid(sigmoid(z))", "sigmoid(z)"),
        ("np.maximum(z, 0)", "np.minimum(z, 0)"),
        ("(Z > 0).astype(int)", "(Z > 0) * 1.0"),
        ("x / 0.5", "x * 0.5"),
        ("a + b * c", "(a + b) * c"),
    ],
)
def test_different_formulas_have_different_forms(one, other):
    assert form(one) != form(other)


def test_variables_are_replaced_by_their_values():
    assert form("e * s", e="a - y", s="a * (1 - a)") == form("(1 - a) * (a - y) * a")


def test_sizes_can_be_left_out():
    assert normal_form.is_size(form("X.shape[1]")) and normal_form.is_size(form("2 * len(y)"))
    assert not normal_form.is_size(form("X")) and not normal_form.is_size(form("3"))
    one, other = form("X.T @ d / X.shape[0]"), form("2 * X.T @ d / len(y)")
    assert one != other and normal_form.without_scale(one) == normal_form.without_scale(other)
    assert normal_form.without_scale(form("X.T @ d")) != normal_form.without_scale(form("X @ d"))


def test_sum_that_cancels_is_zero():
    assert form("a - a") == (0.0, normal_form.ONE)


@pytest.mark.parametrize(
    "text", ["lambda x: x", "[x for x in y]", "f(*a)", "1 / 0", "0 ** -1", "+".join("abcdefgh" * 100)]
)
def test_other_expressions_have_no_form(text):
    with pytest.raises(NoForm):
        form(text)


def test_formula_that_grows_has_no_form():
    values = {"a": normal_form.symbol("a")}
    with pytest.raises(NoForm):
        for _round in range(100):
            values["a"] = normal_form.form(ast.parse("f(a, a)", mode="eval").body, values, {})
