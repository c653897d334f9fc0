"""Operators for numbers that are scaled by a constant, such as pixels: another range, or the statistics of the array itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .patterns import value_of
from .rewriting import Part, Rewrite, Surroundings, expressions, in_each_part, replaced_everywhere
from .templates import filled, first_match, matched

PIXELS = (255, 256)  # the largest stored pixel, and the number of values
_RANGES = ("_x / 256", "_x / 127.5 - 1", "(_x - 127.5) / 127.5", "_x / 255 - 0.5", "_x / _x.max()")
_INVERTED = ("1 - _x / 255", "(255 - _x) / 255")
_STATISTIC_NAMES = {
    "mean": "mean", "mu": "mean", "var": "var", "variance": "var", "std": "std", "sigma": "std", "median": "median",
    "low": "min", "high": "max",
}  # fmt: skip
_STATISTICS = (
    "(_x - _x.mean()) / _x.std()",
    "(_x - _x.mean(axis=0)) / _x.std(axis=0)",
    "(_x - _x.mean(axis=0)) / _x.std(axis=0, ddof=1)",
    "(_x - _x.min()) / (_x.max() - _x.min())",
    "(_x - _x.min(axis=0)) / (_x.max(axis=0) - _x.min(axis=0))",
    "(_x - _x.mean(axis=0)) / 255",
    "_x - _x.mean(axis=0)",
)
_BY_ROW = (
    "(_x - _x.mean(axis=1, keepdims=True)) / _x.std(axis=1, keepdims=True)",
    "(_x - _x.min(axis=1, keepdims=True)) / (_x.max(axis=1, keepdims=True) - _x.min(axis=1, keepdims=True))",
)


@in_each_part
def pixels(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Scale pixels to another range than 0 to 1."""
    parts = matched("_x / _n", node)
    if parts is None or value_of(parts["_n"]) not in PIXELS:
        return
    array = parts["_x"]
    for bug, templates in (
        ("wrong-range", _RANGES),
        ("inverted", _INVERTED),
        ("scaled-by-own-statistics", _STATISTICS),
        ("wrong-range", _BY_ROW),
    ):
        for template in templates:
            yield bug, filled(template, _x=array)
    yield "truncated-to-integers", filled("np.floor(_x)", _x=node)
    yield "truncated-to-integers", filled("_x // _n", **parts)


def own_statistics(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use the statistics of the array itself instead of those that the function gets: one of them, or all."""
    inputs = [name for name in surroundings.names if roles.role_of(name) == "inputs"]
    changed = formula
    for node in expressions(formula):
        if isinstance(node, ast.Name) and node.id in surroundings.names and inputs:
            function = _STATISTIC_NAMES.get(node.id.lower().rpartition("_")[2])
            if function is not None:
                own = filled(f"np.{function}({inputs[0]}, axis=0)")
                yield Rewrite("scaled-by-own-statistics", node, own)
                changed = replaced_everywhere(changed, node, own)
    if changed is not formula:
        yield Rewrite("scaled-by-own-statistics", formula, changed)


@in_each_part
def deviation(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Divide by n − 1 in a standard deviation or a variance where the formula divides by n, or the other way round."""
    match node:
        case ast.Call(func=ast.Attribute(attr="std" | "var"), args=arguments, keywords=keywords):
            others = [keyword for keyword in keywords if keyword.arg != "ddof"]
            further = [] if len(others) < len(keywords) else [ast.keyword("ddof", ast.Constant(1))]
            yield "other-degrees-of-freedom", ast.Call(node.func, arguments, [*others, *further])


@in_each_part
def one_less(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Divide by n − 1 in a mean."""
    mean = first_match(("np.mean(_x)", "_x.mean()", "np.mean(_x, axis=0)", "_x.mean(axis=0)"), node)
    if mean is not None:
        yield "wrong-divisor", filled("_m * len(_x) / (len(_x) - 1)", _m=node, _x=mean["_x"])
    quotient = matched("_x / _m", node)
    if quotient is not None and roles.role(quotient["_m"]) == "count":
        yield "wrong-divisor", filled("_x / (_m - 1)", **quotient)
