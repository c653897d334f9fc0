"""Changed copies of syntax trees. The trees that operators get are never changed."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Surroundings:
    """The names that a changed formula may use besides its own parts."""

    names: Mapping[str, Shape | None]
    """Quantities in reach, in the order of their computation: inputs and earlier results, with their shapes where known."""
    functions: frozenset[str] = frozenset()
    """Functions that can be called by their name, such as ``sigmoid``; functions of NumPy can always be called."""
    result: str = ""
    """The quantity that the formula computes."""


@dataclass(frozen=True)
class Rewrite:
    """A replacement for one expression in a formula, and the name of the bug that it makes."""

    bug: str
    before: ast.expr
    after: ast.expr


UNKNOWN = "number"
"""The name of an unknown number in a replacement; it is found from the answers of a submission."""
CONDITIONS = {
    "batch-size-as-divisor": f"(2.5 < 1 / {UNKNOWN} <= 1024) & (abs(1 / {UNKNOWN} - np.round(1 / {UNKNOWN})) < 1e-3)",
    "wrong-divisor": f"1 / {UNKNOWN} > 1024",
}
"""{bug: condition on its unknown number}."""

Operator = Callable[[ast.expr, Surroundings], Iterator[Rewrite]]
"""Yields all replacements of one kind in a formula."""
Part = tuple[str, ast.expr]
"""The name of a bug, and the replacement for one expression that makes it."""


def in_each_part(operator: Callable[[ast.expr, Surroundings], Iterator[Part]]) -> Operator:
    """Return the operator that applies ``operator`` to each expression in a formula, outer ones first."""

    @wraps(operator)
    def in_formula(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
        for node in expressions(formula):
            for bug, after in operator(node, surroundings):
                yield Rewrite(bug, node, after)

    return in_formula


def parsed(text: str) -> ast.expr:
    """Return the syntax tree of an expression. Raises SyntaxError."""
    return ast.parse(text.strip(), mode="eval").body


@lru_cache(maxsize=8)  # each operator looks at the expressions of the same formula
def expressions(tree: ast.AST) -> tuple[ast.expr, ...]:
    """Return all expressions of a tree whose value is read, outer ones first."""
    return tuple(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
    )


def has_unknown(tree: ast.expr) -> bool:
    """True if an expression contains the unknown number."""
    return any(isinstance(node, ast.Name) and node.id == UNKNOWN for node in ast.walk(tree))


def names_in(tree: ast.expr) -> set[str]:
    """Return the names that an expression contains."""
    return {node.id for node in expressions(tree) if isinstance(node, ast.Name)}


def renamed(tree: ast.expr, names: Mapping[str, str]) -> ast.expr:
    """Return a copy of an expression with other names for some of its names."""
    result = copy.deepcopy(tree)
    for node in ast.walk(result):
        if isinstance(node, ast.Name):
            node.id = names.get(node.id, node.id)
    return result


def replaced(tree: ast.AST, before: ast.AST, after: ast.AST) -> ast.AST:
    """Return a copy of ``tree`` with ``after`` at the place of ``before``, which is one of its nodes."""
    if tree is before:
        return after
    result = copy.copy(tree)
    for name, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            setattr(result, name, replaced(value, before, after))
        elif isinstance(value, list):
            setattr(
                result, name, [replaced(item, before, after) if isinstance(item, ast.AST) else item for item in value]
            )
    return result


def replaced_everywhere(tree: ast.expr, before: ast.expr, after: ast.expr) -> ast.expr:
    """Return a copy of ``tree`` with ``after`` at each place of an expression that is equal to ``before``."""
    pattern = ast.dump(before)

    class Replacement(ast.NodeTransformer):
        """Replaces whole expressions; it does not look into a replacement."""

        def visit(self, node: ast.AST) -> Any:
            return after if ast.dump(node) == pattern else self.generic_visit(node)

    result: ast.expr = Replacement().visit(copy.deepcopy(tree))
    return result
