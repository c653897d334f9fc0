"""Operators for comparisons, limits and choices: the other direction, the other branch, or none."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .activations import slope_in, value_in
from .patterns import value_of
from .rewriting import Part, Surroundings, expressions, in_each_part, replaced_everywhere
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
            for further in (ast.GtE, ast.LtE) if isinstance(operation, ast.Eq) else ():
                yield "another-comparison", ast.Compare(left, [further()], [right])


@in_each_part
def branch(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Exchange the two results of a choice, or always take one of them."""
    parts = matched("np.where(_c, _a, _b)", node) or matched("_a if _c else _b", node)
    if parts is None:
        return
    template = "np.where(_c, _b, _a)" if isinstance(node, ast.Call) else "_b if _c else _a"
    # Each branch may limit its numbers to those of its own case.
    unlimited = {name: _without_limits(parts[name]) for name in ("_a", "_b")}
    if any(unlimited[name] is not parts[name] for name in unlimited):
        yield "branches-exchanged", filled(template, _c=parts["_c"], **unlimited)
    if value_in(node) is not None or slope_in(node) is not None:
        return
    yield "branches-exchanged", filled(template, **parts)
    for name in unlimited:
        if value_of(parts[name]) is None:
            yield "branch-missing", parts[name]


def _without_limits(node: ast.expr) -> ast.expr:
    """Return an expression without its upper or lower limits of 0."""
    changed = node
    for part in expressions(node):
        limited = first_match(
            ("np.minimum(_x, 0)", "np.minimum(0, _x)", "np.maximum(_x, 0)", "np.maximum(0, _x)"), part
        )
        if limited is not None:
            changed = replaced_everywhere(changed, part, limited["_x"])
    return changed


@in_each_part
def number(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Compare with another number, or have another number as the result of a choice."""
    match node:
        case ast.Compare(left=left, ops=operations, comparators=[right]) if (value := value_of(right)) is not None:
            for other in {value + 1, value - 1, 0.5} - {value}:
                yield "another-constant", ast.Compare(left, operations, [filled("_n", _n=other)])
    mask = matched("_c * _n", node)
    if mask is not None and isinstance(mask["_c"], ast.Compare) and value_of(mask["_n"]) is not None:
        yield "another-constant", filled("np.where(_c, _n, -_n)", **mask)
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
def of_the_whole_array(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the largest or smallest number of an array where two numbers are compared for each entry."""
    for function, whole in (("np.maximum", "np.max"), ("np.minimum", "np.min")):
        parts = matched(f"{function}(_a, _b)", node)
        if parts is None:
            continue
        arrays = [part for part in parts.values() if value_of(part) is None]
        if len(arrays) == 1:
            yield "maximum-of-all", filled(f"{whole}(_x)", _x=arrays[0])
            yield "maximum-of-all", filled(f"{whole}(_x, axis=0)", _x=arrays[0])
        else:
            yield "maximum-of-all", filled(f"{whole}([_a, _b])", **parts)


@in_each_part
def sign_of(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the sign of a number where a comparison with 0 gives 1 or 0."""
    parts = first_match(
        ("(_x >= 0) * _n", "(_x > 0) * _n", "np.where(_x >= 0, _n, 0)", "np.where(_x > 0, _n, 0)"), node
    )
    if parts is not None and value_of(parts["_n"]) == 1:
        yield "another-function", filled("np.sign(_x)", _x=parts["_x"])
        yield "another-constant", filled("np.where(_x >= 0, 1, -1)", _x=parts["_x"])


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
        "alpha",
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
