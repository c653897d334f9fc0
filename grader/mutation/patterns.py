"""Recognises and builds the expressions that formulas of deep learning consist of."""

from __future__ import annotations

import ast


def number(value: float) -> ast.expr:
    """Return a number as an expression."""
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def value_of(node: ast.expr) -> float | None:
    """Return the value of a number, also of a negative one; None for other expressions."""
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    return None


def product(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return ``left * right``."""
    return ast.BinOp(left, ast.Mult(), right)


def quotient(left: ast.expr, right: ast.expr) -> ast.expr:
    """Return ``left / right``."""
    return ast.BinOp(left, ast.Div(), right)


def negative(node: ast.expr) -> ast.expr:
    """Return ``-node``."""
    return ast.UnaryOp(ast.USub(), node)


def transposed(node: ast.expr) -> ast.expr:
    """Return ``node.T``."""
    return ast.Attribute(node, "T", ast.Load())


def untransposed(node: ast.expr) -> ast.expr | None:
    """Return the array whose transpose ``node`` is; None if it is no transpose."""
    match node:
        case ast.Attribute(value=array, attr="T"):
            return array
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="transpose"), args=[array], keywords=[]):
            return array
        case ast.Call(func=ast.Attribute(value=array, attr="transpose"), args=[], keywords=[]):
            return array
    return None


def factors_of_product(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Return both operands of a matrix product, written as ``a @ b``, ``a.dot(b)``, ``np.dot(a, b)`` or ``np.matmul(a, b)``."""
    match node:
        case ast.BinOp(left=left, op=ast.MatMult(), right=right):
            return left, right
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="dot" | "matmul"), args=[left, right]):
            return left, right
        case ast.Call(func=ast.Attribute(value=left, attr="dot"), args=[right]):
            return left, right
    return None
