"""Operators for matrices: transposes and products."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .patterns import factors_of_product, untransposed, value_of
from .rewriting import Part, Surroundings, in_each_part
from .templates import filled, matched


@in_each_part
def transpose(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out a transpose, or add one to an operand of a matrix product."""
    array = untransposed(node)
    if array is not None:
        yield "transpose-forgotten", array
    operands = factors_of_product(node)
    if operands is not None:
        for operand, template in zip(operands, ("_x.T @ _y", "_x @ _y.T"), strict=True):
            if untransposed(operand) is None and not _is_vector(operand, surroundings):
                yield "stray-transpose", filled(template, _x=operands[0], _y=operands[1])


@in_each_part
def product(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Exchange the operands of a matrix product, or take the elementwise product; or the other way round."""
    operands = factors_of_product(node)
    if operands is not None:
        left, right = operands
        yield "operands-exchanged", filled("_y @ _x", _x=left, _y=right)
        yield "elementwise-product", filled("_x * _y", _x=left, _y=right)
    outer = matched("np.outer(_x, _y)", node)
    if outer is not None:
        yield "operands-exchanged", filled("np.outer(_y, _x)", **outer)
        yield "elementwise-product", filled("_x * _y", **outer)
    elementwise = matched("_x * _y", node) or matched("np.multiply(_x, _y)", node)
    if elementwise is not None and all(_may_be_array(part, surroundings) for part in elementwise.values()):
        yield "matrix-product", filled("_x @ _y", **elementwise)
        yield "matrix-product", filled("_y @ _x", **elementwise)


@in_each_part
def column(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Combine a vector with a column, so that broadcasting makes a matrix of all pairs."""
    match node:
        case ast.BinOp(left=left, op=ast.Sub() | ast.Mult(), right=right):
            kinds = {roles.role(left), roles.role(right)}
            is_difference = isinstance(node.op, ast.Sub) and "labels" in kinds
            if is_difference or (kinds & roles.ERRORS and "slope" in kinds):
                yield (
                    "broadcast-to-matrix",
                    filled("_x - _y[:, None]" if is_difference else "_x * _y[:, None]", _x=left, _y=right),
                )
                yield (
                    "broadcast-to-matrix",
                    filled("_x[:, None] - _y" if is_difference else "_x[:, None] * _y", _x=left, _y=right),
                )


def _is_vector(node: ast.expr, surroundings: Surroundings) -> bool:
    shape = surroundings.names.get(node.id) if isinstance(node, ast.Name) else None
    return shape is not None and len(shape) < 2


def _may_be_array(node: ast.expr, surroundings: Surroundings) -> bool:
    """True unless an operand is a number, a size or a learning rate."""
    if isinstance(node, ast.Name) and surroundings.names.get(node.id) == ():
        return False
    return value_of(node) is None and roles.role(node) not in ("count", "rate") and matched("1 / _m", node) is None
