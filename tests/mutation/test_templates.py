"""Templates recognise and build expressions."""

from __future__ import annotations

import ast

import pytest

from grader.mutation import rewriting, templates

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("template", "text", "parts"),
    [
        ("_a * (1 - _a)", "y_hat * (1 - y_hat)", {"_a": "y_hat"}),
        ("_a * (1 - _a)", "f(x) * (1 - f(x))", {"_a": "f(x)"}),
        ("_a * (1 - _a)", "a * (1 - b)", None),
        ("_x.T @ _y", "X.T @ (a - y)", {"_x": "X", "_y": "a - y"}),
        ("1 / _m", "1.0 / m", {"_m": "m"}),
        ("np.sum(_x)", "np.sum(x, axis=0)", None),
    ],
)
def test_expression_has_the_form_of_a_template(template, text, parts):
    found = templates.matched(template, rewriting.parsed(text))
    assert (found and {name: ast.unparse(part) for name, part in found.items()}) == parts


def test_template_is_filled_with_expressions_sources_and_numbers():
    tree = templates.filled("_x * _y + _z", _x=rewriting.parsed("a + b"), _y="c", _z=-2)
    assert ast.unparse(tree) == "(a + b) * c + -2"


def test_first_template_that_fits_is_taken():
    assert templates.first_match(("_x @ _y", "_x.dot(_y)"), rewriting.parsed("a.dot(b)")) is not None
    assert templates.first_match(("_x @ _y", "_x.dot(_y)"), rewriting.parsed("a * b")) is None
