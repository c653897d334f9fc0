"""Operators for activation functions and their derivatives: another function, another argument, or none."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from . import activations, roles
from .activations import Use
from .rewriting import UNKNOWN, Part, Rewrite, Surroundings, expressions
from .templates import filled, matched, same

BASES = (2, 10, 2.7, 2.71, 2.72, 2.718)  # numbers that students write for e
THRESHOLDS = ("(_z > 0) * 1.0", "(_z > 0.5) * 1.0", "(_z > 1) * 1.0", "np.where(_z > 0, 1.0, -1.0)")


def activation(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Compute another function than the activation, or none."""
    for node in _outermost(formula, activations.value_in):
        use = activations.value_in(node)
        assert use is not None
        for bug, after in _values(node, use, surroundings):
            yield Rewrite(bug, node, after)


def derivative(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Compute another function than the derivative of the activation, or take it at another quantity."""
    for node in _outermost(formula, activations.slope_in):
        use = activations.slope_in(node)
        assert use is not None
        for bug, after in _slopes(node, use, surroundings):
            yield Rewrite(bug, node, after)
    for node in expressions(formula):
        parts = matched("_r * _a * (1 - _a)", node)  # the error times the derivative of the sigmoid
        if parts is not None:
            slope = filled("_a * (1 - _a)", _a=parts["_a"])
            for bug, after in _slopes(slope, Use("sigmoid", parts["_a"], at_output=True), surroundings):
                yield Rewrite(bug, node, filled("_r * _s", _r=parts["_r"], _s=after))
            yield Rewrite("activation-derivative-missing", node, parts["_r"])
        yield from _at_the_error(node, surroundings)


def in_place(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Write the results of ReLU or of its derivative into the argument, so that later steps read them."""
    relu = next(
        (function for function in sorted(surroundings.functions) if activations.named(function) == ("relu", False)), ""
    )
    if relu and roles.role_of(surroundings.result) == "preactivation":
        yield Rewrite("argument-changed-in-place", formula, filled(f"{relu}(_x)", _x=formula))
    slope = any(activations.named(function) == ("relu", True) for function in surroundings.functions)
    if (relu or slope) and roles.role_of(surroundings.result) == "weight gradient":
        for node in expressions(formula):
            if isinstance(node, ast.Name) and roles.role_of(node.id) == "activation":
                source = _preactivation(node, surroundings)
                if source is not None:
                    yield Rewrite("argument-changed-in-place", node, filled("(_z > 0) * 1.0", _z=source))


def _at_the_error(node: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Take the derivative of the error instead of the error times the derivative."""
    for template in ("_e * _s", "_s * _e", "np.multiply(_e, _s)"):
        parts = matched(template, node)
        if parts is None or roles.role(parts["_e"]) not in roles.ERRORS:
            continue
        use = activations.slope_in(parts["_s"])
        is_named = roles.role(parts["_s"]) == "slope"
        for name in ["sigmoid", "relu"] if is_named else [use.name or "sigmoid"] if use is not None else []:
            yield Rewrite("derivative-at-the-error", node, activations.slope_of(name, parts["_e"], surroundings))
            of_error = activations.slope_from_output(name, parts["_e"])
            if of_error is not None:
                yield Rewrite("derivative-at-the-error", node, of_error)


def _outermost(formula: ast.expr, recognise: Callable[[ast.expr], Use | None]) -> Iterator[ast.expr]:
    """Yield the expressions that are recognised, without those inside another one and without conditions."""
    waiting: list[ast.AST] = [formula]
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.expr) and recognise(node) is not None:
            yield node
            continue
        choice = matched("_a if _c else _b", node) if isinstance(node, ast.IfExp) else _where(node)
        waiting += ast.iter_child_nodes(node) if choice is None else [choice["_a"], choice["_b"]]


def _where(node: ast.AST) -> dict[str, ast.expr] | None:
    return matched("np.where(_c, _a, _b)", node) if isinstance(node, ast.Call) else None


def _values(node: ast.expr, use: Use, surroundings: Surroundings) -> Iterator[Part]:
    z = use.argument
    is_output = roles.is_output(surroundings.result, set(surroundings.names))
    yield ("output-activation-missing" if is_output else "activation-missing"), z
    if use.name == "softmax":
        yield from _softmax(node, z, surroundings)
    for other in activations.others(use.name):
        bug = "leaky-relu" if (use.name, other) == ("relu", "leaky relu") else "another-activation"
        yield bug, activations.value_of(other, z, surroundings)
    if use.name == "relu":
        yield "leaky-relu", filled(f"np.where(_z > 0, _z, {UNKNOWN} * _z)", _z=z)
        yield "absolute-value", filled("np.abs(_z)", _z=z)
        yield "another-activation", filled("np.minimum(0, _z)", _z=z)
    if use.name and activations.ACTIVATIONS[use.name].slopes:
        yield "derivative-instead-of-activation", activations.slope_of(use.name, z, surroundings)
        of_output = activations.slope_from_output(use.name, z)
        if of_output is not None:
            yield "derivative-instead-of-activation", of_output
    if use.name == "sigmoid":
        yield "parentheses-misplaced", filled("1 + np.exp(-_z)", _z=z)
    if use.name in ("sigmoid", "tanh"):
        yield "exponent-sign", _again(node, use, filled("-_z", _z=z))
        yield "stray-factor-two", _again(node, use, filled("2 * _z", _z=z))
        yield "missing-factor-two", _again(node, use, filled("_z / 2", _z=z))
        for threshold in THRESHOLDS:
            yield "threshold-output", filled(threshold, _z=z)
    if use.name == "sigmoid":
        yield "term-missing", filled("1 / np.exp(-_z)", _z=z)
        yield "parentheses-misplaced", filled("1 + np.exp(-_z)", _z=z)
        yield "sign-flipped", filled("1 / (1 - np.exp(-_z))", _z=z)
        yield "function-missing", filled("1 / (1 - _z)", _z=z)
        for base in BASES:
            yield "another-constant", filled("1 / (1 + _n ** -_z)", _n=base, _z=z)
    if use.name != "relu":  # ReLU twice is ReLU
        yield "activation-applied-twice", _again(node, use, node)
    if use.name != "softmax" and "softmax" in surroundings.functions and is_output:
        yield "softmax-output", filled("softmax(_z)", _z=z)
        yield "softmax-output", filled("softmax(_z, axis=1)", _z=z)
        yield "softmax-output", filled("np.exp(_z) / np.sum(np.exp(_z))", _z=z)
        yield "softmax-output", filled("softmax(_a)", _a=node)


def _softmax(node: ast.expr, z: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    assert isinstance(node, ast.Call)
    for axis in (0, 1):
        if not any(keyword.arg == "axis" and same(keyword.value, filled(str(axis))) for keyword in node.keywords):
            yield "wrong-axis", ast.Call(node.func, [z], [ast.keyword("axis", filled(str(axis)))])
    yield "wrong-axis", filled("np.exp(_z) / np.sum(np.exp(_z))", _z=z)


def _slopes(node: ast.expr, use: Use, surroundings: Surroundings) -> Iterator[Part]:
    output, source = _sources(use, surroundings)
    base = use.argument
    roles_in_reach = {roles.role_of(name) for name in surroundings.names}
    alone = not roles_in_reach & {"weights", *roles.ERRORS}  # the formula is that of the derivative itself
    yield ("derivative-is-one" if alone else "activation-derivative-missing"), filled("np.ones_like(_z)", _z=base)
    name = use.name or "sigmoid"
    if source is not None:
        for other_layer in _other_sums(source, surroundings):
            yield "derivative-of-another-layer", activations.slope_of(name, other_layer, surroundings)
        if name == "relu":
            yield "sigmoid-as-derivative", activations.value_of("sigmoid", source, surroundings)
            yield "softplus-derivative", filled("1 / (1 + np.exp(-_z))", _z=source)
        yield "derivative-is-activation", activations.value_of(name, source, surroundings)
        yield "derivative-is-activation", source
        for other in activations.others(name):
            yield "derivative-of-another-activation", activations.slope_of(other, source, surroundings)
            of_source = activations.slope_from_output(other, source)
            if of_source is not None:
                yield "derivative-of-another-activation", of_source
        if name == "relu":
            itself = activations.value_of("relu", source, surroundings)
            yield "derivative-of-another-activation", filled("_a * (1 - _a)", _a=itself)
            yield "derivative-inverted", filled("(_z < 0) * 1.0", _z=source)
            yield "derivative-inverted", filled("np.where(_z > 0, 1, -1)", _z=source)
            yield "leaky-relu", filled(f"np.where(_z > 0, 1, {UNKNOWN})", _z=source)
    if output is not None:
        yield "derivative-is-activation", output
        yield "derivative-at-output", activations.slope_of(name, output, surroundings)
        if name == "relu":
            yield "sigmoid-as-derivative", activations.value_of("sigmoid", output, surroundings)
        for other in activations.others(name):
            of_output = activations.slope_from_output(other, output)
            if of_output is not None:
                yield "derivative-of-another-activation", of_output
    of_source = activations.slope_from_output(name, source) if source is not None else None
    if of_source is not None:
        yield "derivative-at-preactivation", of_source
    for error in _errors(surroundings):
        yield "derivative-at-the-error", activations.slope_of(name, error, surroundings)
        of_error = activations.slope_from_output(name, error)
        if of_error is not None:
            yield "derivative-at-the-error", of_error
    if name != "relu":
        yield "derivative-applied-twice", filled("_s * _s", _s=node)
        yield "derivative-applied-twice", filled("_s * (1 - _s)", _s=node)


def _again(node: ast.expr, use: Use, argument: ast.expr) -> ast.expr:
    """Return the same activation of another argument."""
    if isinstance(node, ast.Call):
        return ast.Call(node.func, [argument, *node.args[1:]], node.keywords)
    return filled(activations.ACTIVATIONS[use.name].values[0], _z=argument)


def _sources(use: Use, surroundings: Surroundings) -> tuple[ast.expr | None, ast.expr | None]:
    """Return the output and the pre-activation of a unit whose derivative is used; None if it is not known."""
    if use.at_output:
        return use.argument, _preactivation(use.argument, surroundings)
    return _activation(use.argument, surroundings), use.argument


def _preactivation(output: ast.expr, surroundings: Surroundings) -> ast.expr | None:
    """Return the pre-activation of the layer of an activation; without one in reach, the weighted sum of one neuron."""
    if not isinstance(output, ast.Name):
        return None
    layer = roles.layer_of(output.id)[1]
    sums = [name for name in surroundings.names if roles.role_of(name) == "preactivation"]
    matching = [name for name in sums if roles.layer_of(name)[1] == layer]
    if matching or (sums and not layer):
        return filled((matching or sums)[-1])
    parts = [
        [name for name in surroundings.names if roles.role_of(name) == role] for role in ("inputs", "weights", "bias")
    ]
    return (
        filled("{} @ {} + {}".format(*(names[0] for names in parts)))
        if all(len(names) == 1 for names in parts)
        else None
    )


def _other_sums(source: ast.expr, surroundings: Surroundings) -> Iterator[ast.expr]:
    """Yield the pre-activations of the other layers."""
    for name in surroundings.names:
        if roles.role_of(name) == "preactivation" and isinstance(source, ast.Name) and name != source.id:
            yield filled(name)


def _activation(source: ast.expr, surroundings: Surroundings) -> ast.expr | None:
    """Return the activation of the layer of a pre-activation, None without one in reach."""
    if not isinstance(source, ast.Name):
        return None
    layer = roles.layer_of(source.id)[1]
    outputs = [name for name in surroundings.names if roles.role_of(name) == "activation"]
    matching = [name for name in outputs if roles.layer_of(name)[1] == layer]
    last = (
        [name for name in outputs if not roles.layer_of(name)[1]]
        if roles.is_output(source.id, set(surroundings.names))
        else []
    )
    return filled((matching or last)[-1]) if matching or last else None


def _errors(surroundings: Surroundings) -> Iterator[ast.expr]:
    """Yield the error that reaches the layer of the result: the last one in reach."""
    layer = roles.layer_of(surroundings.result)[1]
    names = [name for name in surroundings.names if roles.role_of(name) in ("error", "activation gradient")]
    own = [name for name in names if roles.layer_of(name)[1] == layer]
    for name in dict.fromkeys([*own[-1:], *names[-1:]]):
        yield filled(name)
