"""Operators for large numbers and for zeros: the part that keeps a formula finite is missing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .patterns import value_of
from .rewriting import Part, Surroundings, in_each_part
from .templates import filled, first_match, matched

SMALL = 1e-4
_TOO_LARGE = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
_CLIPPED = ("np.clip(_x, _low, _high)", "np.maximum(_x, _low)", "np.maximum(_low, _x)", "_x.clip(_low, _high)")


@in_each_part
def overflow(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the exponential of the numbers themselves, without subtracting the maximum or taking the absolute value."""
    parts = matched("np.exp(_x)", node)
    if parts is None:
        return
    shifted = matched("_x - _m", parts["_x"])
    if shifted is not None:
        yield "overflow", filled("np.exp(_x)", _x=shifted["_x"])
    size = matched("-np.abs(_x)", parts["_x"])
    if size is not None:
        yield "overflow", filled("np.exp(-_x)", **size)


@in_each_part
def zero(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out the small number that keeps a logarithm or a quotient finite."""
    inside = matched("np.sqrt(_x + _e)", node)
    if inside is not None and _is_small(inside["_e"]):
        yield "small-number-elsewhere", filled("np.sqrt(_x) + _e", **inside)
    outside = matched("np.sqrt(_x) + _e", node)
    if outside is not None and _is_small(outside["_e"]):
        yield "small-number-elsewhere", filled("np.sqrt(_x + _e)", **outside)
    added = matched("_x + _e", node)
    if added is not None and _is_small(added["_e"]):
        yield "small-number-missing", added["_x"]
    clipped = first_match(_CLIPPED, node)
    if clipped is not None and _is_small(clipped["_low"]):
        yield "small-number-missing", clipped["_x"]


@in_each_part
def too_large(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use a number that is large enough to change ordinary results, inside or outside a root, or as a limit."""
    clipped = first_match(_CLIPPED, node)
    if clipped is not None and _is_small(clipped["_low"]):
        for value in _TOO_LARGE:
            yield "small-number-too-large", filled("_x + _e", _x=clipped["_x"], _e=value)
            yield "small-number-too-large", filled("np.clip(_x, _e, 1 - _e)", _x=clipped["_x"], _e=value)
    added = matched("_x + _e", node)
    if added is not None and _is_small(added["_e"]):
        root = matched("np.sqrt(_x)", added["_x"])
        for value in _TOO_LARGE:
            yield "small-number-too-large", filled("_x + _e", _x=added["_x"], _e=value)
            if root is not None:
                yield "small-number-too-large", filled("np.sqrt(_x + _e)", _x=root["_x"], _e=value)


def _is_small(node: ast.expr) -> bool:
    power = matched("10 ** _n", node)
    exponent = value_of(power["_n"]) if power is not None else None
    value = value_of(node) if exponent is None else 10.0**exponent
    is_named = isinstance(node, ast.Name) and node.id.lower() in ("eps", "epsilon", "delta", "tiny")
    return is_named or (value is not None and 0 < abs(value) <= SMALL)
