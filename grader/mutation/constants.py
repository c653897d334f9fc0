"""Operators for sizes and numbers: another divisor, a constant for an argument, a rounded or cut number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .rewriting import Part, Rewrite, Surroundings, in_each_part
from .templates import filled, matched


@in_each_part
def another_size(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Divide by another size than the number of samples, or count with it twice."""
    if (
        isinstance(node, ast.Name)
        and roles.role_of(node.id) == "count"
        and roles.role_of(surroundings.result) in roles.GRADIENTS
    ):
        for name in surroundings.names:
            if roles.role_of(name) == "inputs":
                yield "divides-by-features", filled(f"{name}.shape[0]")
                yield "divides-by-features", filled(f"{name}.shape[1]")
    own = matched("_x.shape[_k]", node)
    own_array = own["_x"] if own is not None else (matched("len(_x)", node) or {}).get("_x")
    if own_array is None:
        return
    if roles.role_of(surroundings.result) == "count":
        yield "not-averaged", filled("1.0")
        yield "averaged-twice", filled("_m * _m", _m=node)
    yield "divides-by-classes", filled("_x.size", _x=own_array)
    for name, shape in surroundings.names.items():
        if roles.role_of(name) in roles.SIGNALS | {"labels", "weights"}:
            for axis in range(2 if shape is None else len(shape)):
                bug = "divides-by-classes" if roles.role_of(name) in ("labels", "activation") else "divides-by-features"
                yield bug, filled(f"{name}.shape[{axis}]")


def truncated(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Lose the fraction of a number, as integer arrays do."""
    if roles.role_of(surroundings.result) not in ("labels", "count", ""):
        yield Rewrite("truncated-to-integers", formula, filled("np.trunc(_x)", _x=formula))


def updated_weights(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use weights for the layer before that have been updated already."""
    if roles.role_of(surroundings.result) not in ("activation gradient", "delta"):
        return
    for node in ast.walk(formula):
        if isinstance(node, ast.Name) and roles.role_of(node.id) == "weights":
            layer = roles.layer_of(node.id)[1]
            for name in surroundings.names:
                if roles.role_of(name) == "weight gradient" and roles.layer_of(name)[1] == layer:
                    yield Rewrite("updated-weights", node, filled(f"({node.id} - c * {name})"))


def weight_decay(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Add a multiple of the weights to their gradient."""
    if roles.role_of(surroundings.result) != "weight gradient":
        return
    layer = roles.layer_of(surroundings.result)[1]
    for name in surroundings.names:
        if roles.role_of(name) == "weights" and roles.layer_of(name)[1] == layer:
            yield Rewrite("weight-decay", formula, filled(f"_g + c * {name}", _g=formula))
