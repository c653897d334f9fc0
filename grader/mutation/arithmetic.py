"""Operators for sums and products: a flipped sign, a factor that is missing, doubled, inverted or repeated."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import patterns
from .rewriting import Rewrite, Surroundings


def sign(node: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Flip the sign of a term."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield Rewrite("sign-flipped", ast.BinOp(left, ast.Sub(), right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield Rewrite("sign-flipped", ast.BinOp(left, ast.Add(), right))
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield Rewrite("sign-flipped", operand)


def factor_two(node: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Leave out or invert a factor 2 or 1/2."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for factor, rest in ((left, right), (right, left)):
                value = patterns.value_of(factor)
                if value in (2, 0.5):
                    yield Rewrite("missing-factor-two" if value == 2 else "stray-factor-two", rest)
        case ast.BinOp(left=left, op=ast.Div(), right=right) if patterns.value_of(right) == 2:
            yield Rewrite("stray-factor-two", left)
