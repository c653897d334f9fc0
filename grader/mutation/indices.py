"""Operators for indices, ranges and labels: shifted by one, one too long or too short."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from . import roles
from .patterns import value_of
from .rewriting import Part, Rewrite, Surroundings, in_each_part
from .templates import filled, first_match, matched

_KERNEL = re.compile(r"k|kernels?|filters?|filt|f")
_FLIPS = (
    "_x[::-1, ::-1]",
    "_x[..., ::-1, ::-1]",
    "np.flip(_x, _k)",
    "np.flip(_x, axis=_k)",
    "np.rot90(_x, 2)",
    "np.fliplr(np.flipud(_x))",
    "np.flipud(np.fliplr(_x))",
)


@in_each_part
def shifted_index(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the next or the previous element."""
    match node:
        case ast.Subscript(value=array, slice=index) if not _is_shape(array):
            for after in _shifted(index):
                yield "index-shifted", ast.Subscript(array, after, ast.Load())


@in_each_part
def shifted_range(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Let a range begin or end one number too early or too late."""
    for name in ("range", "np.arange"):
        parts = matched(f"{name}(_n)", node) or matched(f"{name}(_a, _n)", node)
        if parts is None:
            continue
        begin, end = parts.get("_a"), parts["_n"]
        too_few, too_many = "one-round-too-few", "one-round-too-many"
        if roles.role(end) == "rounds":
            too_few, too_many = "one-epoch-too-few", "one-epoch-too-many"
        for bug, first, last in (
            (too_few, begin, _next(end, -1)),
            (too_many, begin, _next(end, 1)),
            (too_few if begin is None else "index-shifted", _next(begin, 1), end),
            (
                "index-shifted",
                _next(begin, -1) if begin is not None else filled("1"),
                end if begin is not None else _next(end, 1),
            ),
            *[("index-shifted", _next(begin, step), _next(end, step)) for step in (1, -1) if begin is not None],
        ):
            limits = [last] if first is None else [first, last]
            yield bug, ast.Call(filled(name), limits, [])


@in_each_part
def shifted_mask(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Let a triangle of a matrix begin one diagonal too early or too late, or take the other triangle."""
    for function, other in (("np.tril", "np.triu"), ("np.triu", "np.tril")):
        parts = first_match((f"{function}(_x)", f"{function}(_x, _k)", f"{function}(_x, k=_k)"), node)
        if parts is not None:
            yield "mask-inverted", filled(f"{other}(_x, _k)", _x=parts["_x"], _k=parts.get("_k") or "0")
            for step in (1, -1):
                yield "mask-shifted", filled(f"{function}(_x, _k)", _x=parts["_x"], _k=_next(parts.get("_k"), step))


@in_each_part
def flipped(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use a kernel as it is where it should be flipped, or the other way round."""
    parts = first_match(_FLIPS, node)
    if parts is not None:
        yield "kernel-flip", parts["_x"]
    elif isinstance(node, ast.Name) and node.id in surroundings.names and _KERNEL.fullmatch(node.id.lower()):
        yield "kernel-flip", filled("np.flip(_x)", _x=node)


@in_each_part
def direction(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Go through a sequence forwards instead of backwards, or through numbers backwards."""
    parts = matched("reversed(_x)", node) or matched("_x[::-1]", node) or matched("np.flip(_x)", node)
    if parts is not None:
        yield "wrong-direction", parts["_x"]
    if matched("np.arange(_n)", node) is not None:
        yield "wrong-direction", filled("_x[::-1]", _x=node)


@in_each_part
def shifted_labels(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Count classes from 1 instead of 0, or the other way round."""
    if (
        isinstance(node, ast.Name)
        and node.id in surroundings.names
        and roles.layer_of(node.id)[0].lower() in ("labels", "label")
    ):
        for template in ("_y + 1", "_y - 1", "(_y + 1) % 10", "(_y - 1) % 10"):
            yield "labels-shifted", filled(template, _y=node)
    parts = (
        matched("np.argmax(_x)", node) or matched("np.argmax(_x, axis=_k)", node) or matched("_x.argmax(axis=_k)", node)
    )
    if parts is not None:
        yield "labels-shifted", filled("_c + 1", _c=node)


def labels_not_one_hot(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Return the class numbers where the rows should be one-hot."""
    labels = [name for name in surroundings.names if roles.role_of(name) == "labels"]
    if roles.role_of(surroundings.result) == "labels" and len(labels) == 1:
        yield Rewrite("labels-not-one-hot", formula, filled(labels[0]))
        yield Rewrite("labels-not-one-hot", formula, filled("_y * (_f)", _y=filled(labels[0]), _f=formula))
        yield Rewrite("labels-not-one-hot", formula, filled("_y[:, None] * (_f)", _y=filled(labels[0]), _f=formula))
        yield Rewrite("labels-not-one-hot", formula, filled("_y + 0 * (_f)", _y=filled(labels[0]), _f=formula))


def _next(node: ast.expr | None, step: int) -> ast.expr:
    """Return ``node`` plus ``step``; without a node it is 0."""
    value = 0 if node is None else value_of(node)
    if value is not None:
        return filled(str(int(value) + step))
    return filled("_i + 1" if step > 0 else "_i - 1", _i=node or "0")


def _is_shape(array: ast.expr) -> bool:
    return isinstance(array, ast.Attribute) and array.attr == "shape"


def _shifted(index: ast.expr) -> Iterator[ast.expr]:
    value = value_of(index)
    match index:
        case _ if value is not None:
            for other in (value + 1, value - 1):
                if value < 0 or other >= 0:
                    yield filled(str(int(other)))
        case ast.Name() | ast.BinOp() | ast.UnaryOp():
            yield filled("_i + 1", _i=index)
            yield filled("_i - 1", _i=index)
        case ast.Slice(lower=lower, upper=upper, step=None):
            if lower is not None:
                yield ast.Slice(filled("_i + 1", _i=lower), upper)
            if upper is not None:
                yield ast.Slice(lower, filled("_i - 1", _i=upper))
            if lower is not None and upper is not None:
                yield ast.Slice(filled("_i + 1", _i=lower), filled("_i + 1", _i=upper))
                yield ast.Slice(filled("_i - 1", _i=lower), filled("_i - 1", _i=upper))
        case ast.Tuple(elts=elements):
            for position, element in enumerate(elements):
                for after in _shifted(element):
                    yield ast.Tuple([*elements[:position], after, *elements[position + 1 :]], ast.Load())
