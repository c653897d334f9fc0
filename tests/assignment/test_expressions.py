"""Expressions of an assignment may use a part of Python and NumPy, and nothing else."""

from __future__ import annotations

import re

import numpy as np
import pytest

from grader.assignment import expressions, formulas
from grader.assignment.expressions import Refused, examine
from tests.conftest import ROOT

pytestmark = pytest.mark.quick


def evaluate(text, **values):
    code = expressions.compile_expression(text)
    return eval(code, {"__builtins__": expressions.BUILTINS, "np": formulas.NUMPY, **values})


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
def test_names_that_an_expression_reads(text, names):
    assert sorted(examine(text).names) == sorted(names)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a Python expression"),
        ("x +", "is not a Python expression"),
        ("x" * 2001, "is longer than 2000 characters"),
        ("(" * 60 + "x" + ")" * 60 + " + " + "-" * 60 + "x", "is nested too deep"),
        ("__import__('os')", "'__import__'"),
        ("np", "'np'"),
        ("np.load('x')", "'np.load'"),
        ("x.__class__", "'x.__class__'"),
        ("np.add(x, x, out=x)", "'out='"),
        ("f(**x)", "'**'"),
        ("(y := x)", "y := x"),
        ("lambda: x", "lambda: x"),
        ("'text'", "'text'"),
        ("2 ** 100 + 18446744073709551616", "18446744073709551616"),
        ("[a for a in x for b in x for c in x]", "more than 2 loops"),
    ],
)
def test_forbidden_expression_is_refused(text, message):
    with pytest.raises(Refused, match=re.escape(message)):
        examine(text)


def test_calls_in_a_loop_count_many_times():
    assert examine("f(x) + sum(g(y) for y in x)").calls == {"f": 1, "sum": 1, "g": expressions.REPEATED}


def test_power_of_integers_is_limited():
    assert evaluate("2 ** 10") == 1024
    np.testing.assert_array_equal(evaluate("x ** 2", x=np.array([3.0])), [9])
    with pytest.raises(OverflowError, match="too large"):
        evaluate("10 ** 10 ** 10")


@pytest.mark.parametrize("text", ["np.zeros(10 ** 9)", "np.arange(10 ** 9)", "np.tile(x, 10 ** 9)", "range(10 ** 5)"])
def test_huge_array_is_refused(text):
    with pytest.raises(ValueError, match="more than"):
        evaluate(text, x=np.ones(2))


def test_import_outside_numpy_is_refused():
    with pytest.raises(ImportError, match="imports os"):
        expressions.BUILTINS["__import__"]("os")


@pytest.mark.parametrize("value", [2**2000, [0] * 20_000, "x" * 20_000])
def test_growing_value_is_refused(value):
    with pytest.raises(OverflowError, match="too large"):
        expressions.refuse_growth(value)


def test_python_function_outside_the_language_is_missing():
    assert expressions.is_missing("open")
    assert not expressions.is_missing("sum")
    assert not expressions.is_missing("weights")


def test_documentation_lists_the_allowed_names():
    section = (ROOT / "docs" / "authoring-bugs.md").read_text().split("## Expressions\n")[1].split("\n\nThese have")[0]
    listed = set(re.findall(r"`([A-Za-z_]\w*)`", section))
    plain = {name for name in expressions.BUILTINS if not name.startswith("__")} - {"True", "False", "None"}
    allowed = {*expressions.NUMPY, *expressions.LINALG, *expressions.ATTRIBUTES, *plain}
    others = {"steps", "replace", "only_if", "parameters", "for", "lambda", "sigmoid", "relu", "softmax"}
    assert listed - others == allowed - others


def test_the_names_of_the_library_are_those_of_the_formulas():
    assert set(formulas.LIBRARY) == expressions.LIBRARY
