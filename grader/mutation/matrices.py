"""Operators for matrices: transposes and products."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import patterns
from .rewriting import Rewrite, Surroundings


def transpose(node: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Leave out a transpose, or add one to an operand of a matrix product."""
    array = patterns.untransposed(node)
    if array is not None:
        yield Rewrite("transpose-forgotten", array)
