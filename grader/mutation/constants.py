"""Operators for sizes and numbers: another divisor, a constant for an argument, a rounded or cut number."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .patterns import value_of
from .rewriting import UNKNOWN, Part, Rewrite, Surroundings, expressions, in_each_part
from .stability import SMALL
from .templates import filled, first_match, matched

ORDINARY = (0, 1, 2, 0.5)  # numbers that nobody mistypes


@in_each_part
def another_size(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Divide by another size than the number of samples, or count with it twice."""
    is_count = roles.role_of(surroundings.result) == "count"
    quotient = matched("_x / _m", node)
    if quotient is not None and roles.role(quotient["_m"]) == "count":
        for bug, size in _other_sizes(quotient["_m"], surroundings):
            yield bug, filled("_x / _m", _x=quotient["_x"], _m=size)
    elif is_count and _array_of(node) is not None:
        yield "not-averaged", filled("1.0")
        yield "averaged-twice", filled("_m * _m", _m=node)
        yield from _other_sizes(node, surroundings)


def _other_sizes(size: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Yield the sizes that students take for the number of samples; of a named number only the sizes of the inputs."""
    array = _array_of(size)
    if array is not None:
        yield "divides-by-classes", filled("_x.size", _x=array)
    for name, shape in surroundings.names.items():
        role = roles.role_of(name)
        if role == "inputs" or (array is not None and role in roles.SIGNALS | {"labels", "weights"}):
            for axis in range(2 if shape is None else len(shape)):
                bug = "divides-by-classes" if role in ("labels", "activation") else "divides-by-features"
                yield bug, filled(f"{name}.shape[{axis}]")


@in_each_part
def number_of_classes(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Take the number of labels for the number of classes."""
    parts = matched("np.max(_x) + 1", node)
    if parts is not None:
        yield "another-quantity", filled("len(_x)", **parts)


def _array_of(size: ast.expr) -> ast.expr | None:
    """Return the array of which an expression is a size, None for another expression."""
    parts = first_match(("_x.shape[_k]", "len(_x)", "_x.size"), size)
    return parts["_x"] if parts is not None else None


def truncated(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Lose the fraction of a number, as integer arrays do."""
    if roles.role_of(surroundings.result) not in ("labels", "count", ""):
        yield Rewrite("truncated-to-integers", formula, filled("np.trunc(_x)", _x=formula))


def updated_weights(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use weights for the layer before that have been updated already."""
    if roles.role_of(surroundings.result) not in ("activation gradient", "delta"):
        return
    for node in expressions(formula):
        if isinstance(node, ast.Name) and roles.role_of(node.id) == "weights":
            for name in _of_layer("weight gradient", node.id, surroundings):
                yield Rewrite("updated-weights", node, filled(f"{node.id} - {UNKNOWN} * {name}"))


def weight_decay(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Add a multiple of the weights to their gradient, or subtract it in their update; the same for a bias."""
    if roles.role_of(surroundings.result) == "weights" and surroundings.result in surroundings.names:
        yield Rewrite("weight-decay", formula, filled(f"_w - {UNKNOWN} * {surroundings.result}", _w=formula))
    parameter = {"weight gradient": "weights", "bias gradient": "bias"}.get(roles.role_of(surroundings.result))
    for name in _of_layer(parameter, surroundings.result, surroundings) if parameter is not None else ():
        # With the weights in the formula it would only change the factor that the task gives them.
        if not any(isinstance(node, ast.Name) and node.id == name for node in expressions(formula)):
            yield Rewrite("weight-decay", formula, filled(f"_g + {UNKNOWN} * {name}", _g=formula))


@in_each_part
def fixed_divisor(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Divide by a number that does not depend on the inputs."""
    quotient = matched("_x / _m", node)
    divides = quotient is not None and roles.role(quotient["_m"]) == "count"
    if quotient is not None and divides:
        yield "not-averaged", filled("_x / 2", _x=quotient["_x"])
    for bug in ("batch-size-as-divisor", "wrong-divisor"):
        if roles.role_of(surroundings.result) == "count" and _array_of(node) is not None:
            yield bug, filled(f"1 / {UNKNOWN}")
        elif quotient is not None and divides and not isinstance(quotient["_m"], ast.Name):
            yield bug, filled(f"_x * {UNKNOWN}", _x=quotient["_x"])


def another_constant(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Mistype a number with decimals; an unknown exponent cannot be found."""
    skipped_nodes: list[ast.expr] = []
    for node in expressions(formula):
        match node:
            case ast.BinOp(op=ast.Pow(), right=exponent):
                skipped_nodes += [part for part in ast.walk(exponent) if isinstance(part, ast.expr)]
            case ast.UnaryOp(operand=operand):
                skipped_nodes.append(operand)
        value = value_of(node)
        if isinstance(value, float) and abs(value) not in ORDINARY and abs(value) > SMALL and node not in skipped_nodes:
            yield Rewrite("another-constant", node, filled(UNKNOWN))


@in_each_part
def fixed_argument(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use a number instead of a learning rate that the function gets."""
    if isinstance(node, ast.Name) and node.id in surroundings.names and roles.role_of(node.id) == "rate":
        yield "argument-ignored", filled(UNKNOWN)


def _of_layer(role: str, like: str, surroundings: Surroundings) -> list[str]:
    """Return the quantities of a role that belong to the layer of the quantity ``like``."""
    layer = roles.layer_of(like)[1]
    return [name for name in surroundings.names if roles.role_of(name) == role and roles.layer_of(name)[1] == layer]
