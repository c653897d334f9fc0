"""Operators for loops over batches: batches that overlap, or that take the labels of other rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .editing import Edit, Function
from .patterns import value_of
from .templates import filled, matched, same


def overlapping(function: Function) -> Iterator[Edit]:
    """Let each batch begin one row after the one before it: for all rows, or for as many batches as there should be."""
    for _block, _position, loop in function.loops:
        parts = matched("range(_a, _n, _s)", loop.iter)
        if parts is None or value_of(parts["_a"]) != 0 or not _slices(loop):
            continue
        for template in ("range(_n)", "range((_n + _s - 1) // _s)", "range(0, _n, 1 if _s < _n else _s)"):
            ranged = ast.unparse(filled(template, _n=parts["_n"], _s=parts["_s"]))
            text = f"for {ast.unparse(loop.target)} in {ranged}:\n{_body(loop)}"
            yield from function.edit("batches-overlap", function.name, (loop, text))


def of_the_first(function: Function) -> Iterator[Edit]:
    """Take the inputs or the labels of the first batch in each round, and not the other."""
    for _block, _position, loop in function.loops:
        slices = _slices(loop)
        for one in slices:
            other = next((each for each in slices if not same(each, one)), None)
            name = ast.unparse(one.value)
            if other is None or roles.role_of(name) not in ("inputs", "labels"):
                continue
            text = f"{name}[:len({ast.unparse(other)})]"
            body = _body(loop).replace(ast.unparse(one), text)
            header = f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}:"
            yield from function.edit("labels-separated", name, (loop, f"{header}\n{body}"))


def _slices(loop: ast.For) -> list[ast.Subscript]:
    """Return the slices in a loop that begin at its counter."""
    return [
        node
        for node in ast.walk(loop)
        if isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Slice)
        and node.slice.lower is not None
        and ast.unparse(node.slice.lower) == ast.unparse(loop.target)
    ]


def _body(loop: ast.For) -> str:
    """Return the statements of a loop, in the usual form and indented."""
    lines = "\n".join(ast.unparse(statement) for statement in loop.body).splitlines()
    return "\n".join(f"    {line}" for line in lines)
