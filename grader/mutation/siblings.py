"""An operator for quantities: another one with a similar name, or of a neighbouring step."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .rewriting import Part, Rewrite, Surroundings, expressions, in_each_part
from .templates import filled

# Quantities that students confuse: those of one group.
_GROUPS = (
    {"preactivation", "activation", "inputs"},
    {"delta", "activation gradient", "error", "slope"},
    {"weights"},
    {"bias"},
    {"weight gradient"},
    {"bias gradient"},
    {"labels"},
)


@in_each_part
def another_quantity(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use another quantity of the same kind and, if the shapes are known, of a shape that fits."""
    if not isinstance(node, ast.Name) or node.id not in surroundings.names:
        return
    for other in surroundings.names:
        if other != node.id and _may_be_confused(node.id, other) and _fits(node.id, other, surroundings):
            yield _bug(node.id, other, surroundings), filled(other)


def labels(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use a column of the inputs in the place of the labels."""
    inputs = next((name for name in surroundings.names if roles.role_of(name) == "inputs"), None)
    shape = surroundings.names.get(inputs) if inputs else None
    if inputs is None or (shape is not None and len(shape) != 2):
        return
    for node in expressions(formula):
        if isinstance(node, ast.Name) and roles.role_of(node.id) == "labels" and node.id in surroundings.names:
            target = surroundings.names[node.id]
            for column in range(min(shape[1], 4) if shape is not None else 2):
                text = f"{inputs}[:, {column}]" if target is None or len(target) < 2 else f"{inputs}[:, [{column}]]"
                yield Rewrite("labels-from-the-inputs", node, filled(text))


def _may_be_confused(name: str, other: str) -> bool:
    role, other_role = roles.role_of(name), roles.role_of(other)
    if not role or not other_role:
        return bool(roles.layer_of(name)[1]) and roles.layer_of(name)[0] == roles.layer_of(other)[0]
    return any(role in group and other_role in group for group in _GROUPS)


def _fits(name: str, other: str, surroundings: Surroundings) -> bool:
    shape, other_shape = surroundings.names[name], surroundings.names[other]
    return shape is None or other_shape is None or len(shape) == len(other_shape)


def _bug(name: str, other: str, surroundings: Surroundings) -> str:
    role, other_role = roles.role_of(name), roles.role_of(other)
    result = roles.role_of(surroundings.result)
    match role, other_role:
        case "labels", "labels":
            return "labels-not-one-hot"
        case "slope", "slope":
            return "derivative-of-another-layer"
        case "delta" | "activation gradient" | "error", "slope":
            return "gradient-of-the-output" if result in roles.GRADIENTS else "another-quantity"
        case "delta", "delta" if result in roles.GRADIENTS:
            return "wrong-delta"
        case "delta", "activation gradient" | "error" if result in roles.GRADIENTS:
            return "activation-derivative-missing"
        case "delta" | "activation gradient" | "error", _:
            return "chain-cut"
        case ("weight gradient", "weight gradient") | ("bias gradient", "bias gradient"):
            return "gradient-of-another-layer"
        case "activation", "preactivation" if result == "preactivation":
            return "preactivation-handed-on"
        case (("activation" | "inputs" | "preactivation"), _) if result == "weight gradient":
            return "wrong-input-in-gradient"
    return "another-layer" if role == other_role and role else "another-quantity"
