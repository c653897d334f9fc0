"""Recognises numbers, transposes, products and reductions, in the forms that authors write."""

from __future__ import annotations

import ast

from .templates import first_match

_TRANSPOSES = ("_x.T", "np.transpose(_x)", "_x.transpose()")
_PRODUCTS = ("_x @ _y", "np.dot(_x, _y)", "np.matmul(_x, _y)", "_x.dot(_y)")


def value_of(node: ast.expr) -> float | None:
    """Return the value of a number, also of a negative one; None for other expressions."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    return None


def untransposed(node: ast.expr) -> ast.expr | None:
    """Return the array whose transpose ``node`` is; None for anything else."""
    parts = first_match(_TRANSPOSES, node)
    return parts["_x"] if parts is not None else None


def factors_of_product(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return both operands of a matrix product, written with ``@``, ``dot`` or ``matmul``; None for anything else."""
    parts = first_match(_PRODUCTS, node)
    if parts is None or _is_module(parts["_x"]):
        return None
    return parts["_x"], parts["_y"]


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "np"
