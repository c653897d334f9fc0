"""Repairs of one line that raises an error about shapes: a transpose, the order of a product, an index, a kept dimension.

A repair is the change of an operator, made in the other direction: adding a transpose undoes the bug that one is
forgotten. Whether it is the right repair only a run of the repaired program can tell.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import indices, matrices, reductions, rewriting
from .changes import Change, spliced
from .rewriting import Part, Surroundings
from .templates import filled, matched


@rewriting.in_each_part
def maximum(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the larger or smaller of two numbers for each entry; the second argument of np.max is an axis."""
    for name in ("max", "min"):
        parts = matched(f"np.{name}(_a, _b)", node)
        if parts is not None:
            yield f"np.{name}", filled(f"np.{name}imum(_a, _b)", **parts)


OPERATORS = (maximum, matrices.transpose, matrices.product, reductions.kept_dimension, indices.shifted_index)
UNDOES = {
    "transpose-forgotten": "stray-transpose",
    "stray-transpose": "transpose-forgotten",
    "operands-exchanged": "operands-exchanged",
    "elementwise-product": "matrix-product",
    "matrix-product": "elementwise-product",
    "dimension-lost": "dimension-kept",
    "dimension-kept": "dimension-lost",
    "index-shifted": "index-shifted",
    "np.max": "maximum-of-all",
    "np.min": "maximum-of-all",
}
"""{bug that an operator makes: bug that the same change repairs}."""


def of_line(source: str, line: int) -> Iterator[Change]:
    """Yield the repairs of the statement at a line: ``bug`` is the one that the submission would have.

    ``text`` is the whole repaired source, with all other lines as they were. Raises SyntaxError.
    """
    texts = {source}
    for root in _expressions_at(ast.parse(source), line):
        for operator in OPERATORS:
            for rewrite in operator(root, Surroundings({})):
                repaired = rewriting.replaced(root, rewrite.before, rewrite.after)
                text = spliced(source, root, ast.unparse(repaired))
                if rewrite.bug in UNDOES and text not in texts:
                    texts.add(text)
                    before, after = ast.unparse(rewrite.before), ast.unparse(rewrite.after)
                    yield Change(UNDOES[rewrite.bug], "", before, after, text, root.lineno)


def _expressions_at(module: ast.Module, line: int) -> list[ast.expr]:
    """Return the outermost expressions of the innermost statement at a line."""
    statements = [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    if not statements:
        return []
    innermost = max(statements, key=lambda node: (node.lineno, -(node.end_lineno or node.lineno)))
    parts = [node for node in ast.iter_child_nodes(innermost) if isinstance(node, ast.expr)]
    return [node for node in parts if not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)]
