"""Operators for powers, roots and logarithms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .patterns import value_of
from .rewriting import Part, Surroundings, in_each_part
from .templates import filled, first_match, matched

SQUARES = ("_x ** 2", "np.square(_x)", "np.power(_x, 2)")


@in_each_part
def power(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Forget to square or to take the root, or take the absolute value instead of the square."""
    square = first_match(SQUARES, node)
    if square is not None:
        yield "square-missing", square["_x"]
        yield "absolute-error", filled("np.abs(_x)", _x=square["_x"])
        yield "power-too-high", filled("_x ** 3", _x=square["_x"])
    raised = matched("_x ** _n", node)
    exponent = value_of(raised["_n"]) if raised is not None else None
    if raised is not None and exponent is None:
        yield "exponent-missing", raised["_x"]
        yield "product-instead-of-power", filled("_x * _n", **raised)
    elif raised is not None and exponent is not None and exponent != 2:
        for other in {-exponent, exponent + 1, exponent - 1} - {0}:
            yield "another-constant", filled("_x ** _n", _x=raised["_x"], _n=other)
    root = first_match(("np.sqrt(_x)", "_x ** 0.5"), node)
    if root is not None:
        yield "root-missing", root["_x"]


@in_each_part
def logarithm(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take a logarithm of another base."""
    parts = matched("np.log(_x)", node)
    if parts is not None:
        yield "another-logarithm", filled("np.log2(_x)", **parts)
        yield "another-logarithm", filled("np.log10(_x)", **parts)
