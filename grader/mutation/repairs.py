"""Repairs of one line that raises an error about shapes: a transpose, the order of a product, an index, a kept dimension,
or the range of a loop around it.

A repair is the change of an operator, made in the other direction: adding a transpose undoes the bug that one is
forgotten. Whether it is the right repair only a run of the repaired program can tell.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from . import indices, matrices, reductions, rewriting
from .changes import Change, spliced
from .patterns import value_of
from .rewriting import Part, Surroundings
from .templates import filled, matched


@rewriting.in_each_part
def maximum(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the larger or smaller of two numbers for each entry; the second argument of np.max is an axis."""
    for name in ("max", "min"):
        parts = matched(f"np.{name}(_a, _b)", node)
        if parts is not None:
            yield f"np.{name}", filled(f"np.{name}imum(_a, _b)", **parts)


@rewriting.in_each_part
def of_the_round(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use what a loop takes in each round instead of one fixed element of a list."""
    match node:
        case ast.Subscript(value=ast.Name() | ast.Attribute() as array, slice=index) if value_of(index) is not None:
            names = [*surroundings.names]
            yield from (("another-layer", filled("_i", _i=name)) for name in names)
            for name, template in itertools.product(names, ("_i", "_i + 1", "_i - 1")):
                yield "another-layer", ast.Subscript(array, filled(template, _i=name), ast.Load())


OPERATORS = (
    maximum,
    of_the_round,
    matrices.transpose,
    matrices.product,
    reductions.kept_dimension,
    indices.shifted_index,
)
UNDOES = {
    "transpose-forgotten": "stray-transpose",
    "stray-transpose": "transpose-forgotten",
    "operands-exchanged": "operands-exchanged",
    "elementwise-product": "matrix-product",
    "matrix-product": "elementwise-product",
    "dimension-lost": "dimension-kept",
    "dimension-kept": "dimension-lost",
    "index-shifted": "index-shifted",
    "another-layer": "another-layer",
    "one-round-too-few": "one-round-too-many",
    "one-round-too-many": "one-round-too-few",
    "np.max": "maximum-of-all",
    "np.min": "maximum-of-all",
}
"""{bug that an operator makes: bug that the same change repairs}."""


def of_line(source: str, line: int) -> Iterator[Change]:
    """Yield the repairs of the statement at a line: ``bug`` is the one that the submission would have.

    ``text`` is the whole repaired source, with all other lines as they were. Raises SyntaxError.
    """
    texts = {source}
    statements = _statements_at(ast.parse(source), line)
    loops = [statement for statement in statements if isinstance(statement, ast.For)]
    counters = {node.id: None for loop in loops for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    rewrites = [
        (root, rewrite)
        for root in _expressions(statements)
        for operator in OPERATORS
        for rewrite in operator(root, Surroundings(counters))
    ]
    rewrites += [
        (loop.iter, rewrite) for loop in loops for rewrite in indices.shifted_range(loop.iter, Surroundings({}))
    ]
    for root, rewrite in rewrites:
        text = spliced(source, root, ast.unparse(rewriting.replaced(root, rewrite.before, rewrite.after)))
        if rewrite.bug in UNDOES and text not in texts:
            texts.add(text)
            before, after = ast.unparse(rewrite.before), ast.unparse(rewrite.after)
            yield Change(UNDOES[rewrite.bug], "", before, after, text, root.lineno)


def _statements_at(module: ast.Module, line: int) -> list[ast.stmt]:
    """Return the statements that contain a line."""
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]


def _expressions(statements: list[ast.stmt]) -> list[ast.expr]:
    """Return the outermost expressions of the innermost of these statements."""
    if not statements:
        return []
    innermost = max(statements, key=lambda node: (node.lineno, -(node.end_lineno or node.lineno)))
    parts = [node for node in ast.iter_child_nodes(innermost) if isinstance(node, ast.expr)]
    return [node for node in parts if not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)]
