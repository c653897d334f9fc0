"""An operator for quantities: another one with a similar name, or of a neighbouring step."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from . import roles
from .patterns import factors_of_product, untransposed, value_of
from .rewriting import Part, Rewrite, Surroundings, expressions, in_each_part, names_in, renamed, replaced_everywhere
from .templates import filled

MOST_EXCHANGED = 4  # quantities of a formula

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
_WITHOUT_LAYERS = ({"error", "labels"}, {"error", "inputs"})  # confused only in a formula of a single layer


@in_each_part
def another_quantity(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use another quantity of the same kind and, if the shapes are known, of a shape that fits."""
    if not isinstance(node, ast.Name) or node.id not in surroundings.names:
        return
    if roles.role_of(surroundings.result) == "slope":  # functions.derivative knows what it is confused with
        return
    for other in surroundings.names:
        if other != node.id and _may_be_confused(node.id, other, surroundings) and _fits(node.id, other, surroundings):
            yield _bug(node.id, other, surroundings), filled(other)


def without_suffix(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use quantities before a step that gave them a further name, such as m and v for m_hat and v_hat."""
    read_names = names_in(formula)
    by_suffix: dict[str, dict[str, str]] = {}
    for name in sorted(read_names & surroundings.names.keys()):
        stem, _, suffix = name.rpartition("_")
        if stem in surroundings.names and not suffix.isdigit():
            by_suffix.setdefault(suffix, {})[name] = stem
    for others in by_suffix.values():
        yield Rewrite("another-quantity", formula, renamed(formula, others))


@in_each_part
def another_factor(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use another matrix of one or two letters in a matrix product, such as K for Q, whatever its name stands for."""
    operands = factors_of_product(node)
    if operands is None:
        return
    for place, operand in enumerate(operands):
        array = untransposed(operand) or operand
        if not isinstance(array, ast.Name) or array.id not in surroundings.names:
            continue
        for other in surroundings.names:
            if other != array.id and len(other) == len(array.id) <= 2 and other.isupper() and array.id.isupper():
                after = filled(f"{other}.T" if array is not operand else other)
                first, second = (after, operands[1]) if place == 0 else (operands[0], after)
                yield "another-quantity", filled("_x @ _y", _x=first, _y=second)


def class_numbers(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use the numbers of the classes instead of their one-hot rows or columns."""
    if roles.role_of(surroundings.result) not in roles.ERRORS | {"cost"}:
        return
    for node in expressions(formula):
        if isinstance(node, ast.Name) and roles.role_of(node.id) == "labels" and not node.id.islower():
            for template in ("np.argmax(_y, axis=0)", "np.argmax(_y, axis=1)", "np.argmax(_y, axis=1)[:, None]"):
                yield Rewrite("labels-not-one-hot", node, filled(template, _y=node))


def slope_again(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Multiply a delta, which contains the derivative of its layer, by this derivative once more."""
    if roles.role_of(surroundings.result) not in ("activation gradient", "delta", *roles.GRADIENTS):
        return
    for node in expressions(formula):
        if isinstance(node, ast.Name) and roles.role_of(node.id) == "delta":
            for name in surroundings.names:
                if roles.role_of(name) == "slope" and roles.layer_of(name)[1] == roles.layer_of(node.id)[1]:
                    yield Rewrite("derivative-applied-twice", node, filled(f"{node.id} * {name}"))


def labels(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Use a column of the inputs instead of the labels."""
    inputs = next((name for name in surroundings.names if roles.role_of(name) == "inputs"), None)
    shape = surroundings.names.get(inputs) if inputs else None
    if inputs is None or (shape is not None and len(shape) != 2):
        return
    names = {node.id: node for node in expressions(formula) if isinstance(node, ast.Name)}
    for name, node in names.items():  # wrong labels are wrong at all their places
        if roles.role_of(name) != "labels" or name not in surroundings.names:
            continue
        target = surroundings.names[name]
        for column in range(min(shape[1], 4) if shape is not None else 3):
            columns = [f"{inputs}[:, {column}]"] if target is None or len(target) < 2 else []
            columns += [f"{inputs}[:, [{column}]]"] if target is None or len(target) == 2 else []
            for text in columns:
                yield Rewrite("labels-from-the-inputs", formula, replaced_everywhere(formula, node, filled(text)))


def exchanged(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Exchange two quantities of the same kind, or two numbers of a list."""
    nodes = [node for node in expressions(formula) if isinstance(node, ast.Name) and node.id in surroundings.names]
    names = [*dict.fromkeys(node.id for node in nodes)]
    if len(names) <= MOST_EXCHANGED:
        for one, other in itertools.combinations(names, 2):
            if _fits(one, other, surroundings) and _are_alike(one, other):
                swapped = {one: other, other: one}
                yield Rewrite("quantities-exchanged", formula, renamed(formula, swapped))
    for node in expressions(formula):
        match node:
            case ast.List(elts=elements) | ast.Tuple(elts=elements) if 1 < len(elements) <= MOST_EXCHANGED:
                if all(value_of(element) is not None for element in elements):
                    for first, second in itertools.combinations(range(len(elements)), 2):
                        order = [*elements]
                        order[first], order[second] = order[second], order[first]
                        yield Rewrite("quantities-exchanged", node, type(node)(order, ast.Load()))


def _are_alike(one: str, other: str) -> bool:
    """True if two names have the same role, if neither name tells its role, or if they are weights and a bias."""
    if {roles.role_of(one), roles.role_of(other)} == roles.PARAMETERS:
        return True
    return roles.role_of(one) == roles.role_of(other) and roles.role_of(one) not in ("rate", "count")


def _may_be_confused(name: str, other: str, surroundings: Surroundings) -> bool:
    result = surroundings.result
    role, other_role = roles.role_of(name), roles.role_of(other)
    if not role and not other_role:
        return _similar(name, other)
    if roles.role_of(result) in roles.PARAMETERS and {role, other_role} == roles.GRADIENTS:
        return roles.layer_of(name)[1] == roles.layer_of(other)[1]
    if role == "slope" and other_role != "slope":
        return False
    has_layers = any(roles.layer_of(each)[1] for each in surroundings.names)
    groups = _GROUPS if has_layers else (*_GROUPS, *_WITHOUT_LAYERS)
    return any(role in group and other_role in group for group in groups)


def _similar(name: str, other: str) -> bool:
    """True for two letters such as Q and K, for fp and fn, and for names of the same beginning such as beta1 and beta2."""
    if len(name) == len(other) <= 2:
        return name.isupper() == other.isupper()
    shared = next(
        (place for place, (one, two) in enumerate(zip(name, other, strict=False)) if one != two),
        min(len(name), len(other)),
    )
    return shared >= max(len(name), len(other)) - max(1, len(name) // 3)


def _fits(name: str, other: str, surroundings: Surroundings) -> bool:
    shape, other_shape = surroundings.names[name], surroundings.names[other]
    return shape is None or other_shape is None or len(shape) == len(other_shape)


def _bug(name: str, other: str, surroundings: Surroundings) -> str:
    role, other_role = roles.role_of(name), roles.role_of(other)
    result = roles.role_of(surroundings.result)
    match role, other_role:
        case ("error", "labels") | ("inputs", "error") | ("error", "inputs"):
            return "another-quantity"
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
        case "delta" | "activation gradient" | "error", other if other != role:
            return "chain-cut"
        case (("weight gradient" | "bias gradient"), ("weight gradient" | "bias gradient")):
            return "gradient-of-another-layer"
        case "activation", "preactivation" if result == "preactivation":
            return "preactivation-handed-on"
        case (("activation" | "inputs" | "preactivation"), _) if result == "weight gradient":
            return "wrong-input-in-gradient"
    return "another-layer" if role == other_role and role else "another-quantity"
