"""Operators for powers, roots and logarithms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .patterns import value_of
from .rewriting import Part, Surroundings, in_each_part
from .templates import filled, first_match, matched

REDUCTIONS = ("np.sum", "np.mean")
SQUARES = ("_x ** 2", "np.square(_x)", "np.power(_x, 2)")


@in_each_part
def power(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Forget to square or to take the root, or take the absolute value instead of the square."""
    square = first_match(SQUARES, node)
    if square is not None:
        yield "square-missing", square["_x"]
        yield "absolute-error", filled("np.abs(_x)", _x=square["_x"])
        for exponent in (3, 4):
            yield "power-too-high", filled("_x ** _n", _x=square["_x"], _n=exponent)
    raised = matched("_x ** _n", node)
    number = value_of(raised["_n"]) if raised is not None else None
    if raised is not None and number is None:
        yield "exponent-missing", raised["_x"]
        yield "product-instead-of-power", filled("_x * _n", **raised)
    elif raised is not None and number is not None and number != 2:
        for other in {-number, number + 1, number - 1} - {0}:
            yield "another-constant", filled("_x ** _n", _x=raised["_x"], _n=other)
    root = first_match(("np.sqrt(_x)", "_x ** 0.5"), node)
    if root is not None:
        yield "root-missing", root["_x"]


@in_each_part
def function(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out an exponential or a logarithm, call another function of this kind, or double the exponent."""
    for name in ("np.exp", "np.log"):
        parts = matched(f"{name}(_x)", node)
        if parts is not None:
            yield "function-missing", parts["_x"]
    for template, other in (("np.exp(_x)", "np.exp2(_x)"), ("np.expm1(_x)", "np.exp2(_x) - 1")):
        parts = matched(template, node)
        if parts is not None:
            yield "another-function", filled(other, **parts)
            yield "stray-factor-two", filled(template, _x=filled("2 * _x", **parts))
    parts = matched("np.tanh(_x)", node)
    if parts is not None:
        for other in ("np.tan", "np.sinh", "np.cosh", "np.arctan"):
            yield "another-function", filled(f"{other}(_x)", **parts)


@in_each_part
def order_of_reduction(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take a sum or mean first, and then the power or the logarithm that belongs to each number."""
    match node:
        case ast.Call(func=reduce, args=[inner, *others], keywords=keywords) if ast.unparse(reduce) in REDUCTIONS:
            match inner:
                case ast.BinOp(left=base, op=ast.Pow(), right=exponent):
                    early = ast.BinOp(ast.Call(reduce, [base, *others], keywords), ast.Pow(), exponent)
                    yield "reduced-too-early", early
                    if not others and not keywords:
                        for part in REDUCTIONS:  # along one axis early, along the other one in time
                            along = filled(f"{part}(_x, axis=0) ** _n", _x=base, _n=exponent)
                            yield "reduced-too-early", ast.Call(reduce, [along], [])
                case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="log" | "exp"), args=[argument]):
                    reduction = ast.Call(reduce, [argument, *others], keywords)
                    yield "reduced-too-early", ast.Call(inner.func, [reduction], [])


@in_each_part
def logarithm(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take a logarithm of another base."""
    parts = matched("np.log(_x)", node)
    if parts is not None:
        yield "another-logarithm", filled("np.log2(_x)", **parts)
        yield "another-logarithm", filled("np.log10(_x)", **parts)
