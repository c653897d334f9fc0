"""Operators for comparisons, limits and choices: the other direction, the other branch, or none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .activations import slope_in, value_in
from .patterns import value_of
from .rewriting import Part, Surroundings, in_each_part
from .templates import filled, first_match, matched

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.GtE, ast.GtE: ast.LtE, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip
_NEXT: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
}  # fmt: skip


@in_each_part
def comparison(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Compare in the other direction, or treat equal numbers in the other way."""
    match node:
        case ast.Compare(left=left, ops=[operation], comparators=[right]):
            for bug, others in (("comparison-inverted", _OPPOSITE), ("equal-numbers", _NEXT)):
                other = others.get(type(operation))
                if other is not None:
                    yield bug, ast.Compare(left, [other()], [right])


@in_each_part
def branch(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Exchange the two results of a choice, or always take one of them."""
    parts = matched("np.where(_c, _a, _b)", node) or matched("_a if _c else _b", node)
    if parts is None or value_in(node) is not None or slope_in(node) is not None:
        return
    template = "np.where(_c, _b, _a)" if isinstance(node, ast.Call) else "_b if _c else _a"
    yield "branches-exchanged", filled(template, **parts)
    if value_of(parts["_a"]) is None:
        yield "branch-missing", parts["_a"]
    if value_of(parts["_b"]) is None:
        yield "branch-missing", parts["_b"]


@in_each_part
def number(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Compare with another number, or have another number as the result of a choice."""
    match node:
        case ast.Compare(left=left, ops=operations, comparators=[right]) if (value := value_of(right)) is not None:
            for other in {value + 1, value - 1, 0.5} - {value}:
                yield "another-constant", ast.Compare(left, operations, [filled("_n", _n=other)])
    parts = matched("np.where(_c, _a, _b)", node)
    for name in ("_a", "_b") if parts is not None else ():
        for other in (0, 1, -1):
            if parts is not None and value_of(parts[name]) not in (None, other):
                yield "another-constant", filled("np.where(_c, _a, _b)", **{**parts, name: filled("_n", _n=other)})


@in_each_part
def limit(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out a limit, or take the larger number for the smaller one."""
    if value_in(node) is not None:
        return
    for function, other in (("np.maximum", "np.minimum"), ("np.minimum", "np.maximum"), ("max", "min"), ("min", "max")):
        parts = matched(f"{function}(_a, _b)", node)
        if parts is not None:
            yield "limit-on-the-wrong-side", filled(f"{other}(_a, _b)", **parts)
            for part in parts.values():
                if value_of(part) is None:
                    yield "limit-missing", part
    parts = first_match(("np.clip(_x, _a, _b)", "_x.clip(_a, _b)"), node)
    if parts is not None:
        yield "limit-missing", parts["_x"]


@in_each_part
def complement(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take a share for its complement, such as the share that is kept for the share that is dropped."""
    parts = matched("1 - _p", node)
    if parts is not None:
        yield "share-of-the-rest", parts["_p"]
    if isinstance(node, ast.Name) and node.id.rstrip("0123456789_").lower() in SHARES:
        yield "share-of-the-rest", filled("1 - _p", _p=node)


SHARES = frozenset(
    {
        "p",
        "beta",
        "rho",
        "momentum",
        "gamma",
        "decay",
        "rate",
        "drop",
        "dropout",
        "keep",
        "keep_prob",
        "drop_rate",
        "dropout_rate",
    }
)
