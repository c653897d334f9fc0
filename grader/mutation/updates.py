"""Operators for several updates of parameters at once: all biases, all weights, one layer, or all parameters."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .editing import Edit, Function, parameters_updated
from .rewriting import expressions
from .rewriting import replaced as with_part
from .templates import matched

Update = tuple[str, ast.stmt]


def left_out(function: Function) -> Iterator[Edit]:
    """Leave out several updates."""
    for bug, group in _groups(function):
        name = bug or "parameter-never-updated"
        yield from function.edit(name, group[0][0], *((statement, "pass") for _quantity, statement in group))


def without_rate(function: Function) -> Iterator[Edit]:
    """Leave out the learning rate in several updates."""
    for _bug, group in _groups(function):
        changes = [(statement, text) for _quantity, statement in group if (text := _without_rate(statement))]
        if len(changes) == len(group):
            yield from function.edit("argument-ignored", group[0][0], *changes)


def replaced(function: Function) -> Iterator[Edit]:
    """Replace several parameters by their steps, with and without the minus of the update."""
    for _bug, group in _groups(function):
        steps = [(statement, quantity, step) for quantity, statement in group if (step := _step(statement))]
        for sign in ("-", "") if len(steps) == len(group) else ():
            changes = [(statement, f"{quantity} = {sign}({step})") for statement, quantity, step in steps]
            yield from function.edit("start-not-kept", group[0][0], *changes)


def _step(statement: ast.stmt) -> str:
    """Return what an update subtracts from a parameter, an empty string if it has another form."""
    match statement:
        case (
            ast.Assign(value=ast.BinOp(left=ast.Name(), op=ast.Sub(), right=step))
            | ast.AugAssign(op=ast.Sub(), value=step)
        ):
            return ast.unparse(step)
    return ""


def _groups(function: Function) -> Iterator[tuple[str, list[Update]]]:
    """Yield (bug of a missing update, updates) for the biases, the weights, each layer, and all parameters of a block."""
    for block in function.blocks:
        updates = [(min(names), statement) for statement in block.statements if (names := _updated(statement))]
        layers = {roles.layer_of(name)[1] for name, _statement in updates}
        groups = [
            ("bias-never-updated", [update for update in updates if roles.role_of(update[0]) == "bias"]),
            ("", [update for update in updates if roles.role_of(update[0]) == "weights"]),
            *(
                ("", [update for update in updates if roles.layer_of(update[0])[1] == layer])
                for layer in sorted(layers)
            ),
            ("", updates),
        ]
        known_groups: list[list[Update]] = []
        for bug, group in groups:
            if len(group) > 1 and group not in known_groups:
                known_groups.append(group)
                yield bug, group


def _updated(statement: ast.stmt) -> set[str]:
    """Return the parameters that a simple statement updates, also inside an if."""
    if isinstance(statement, ast.If) and len(statement.body) == 1 and not statement.orelse:
        return _updated(statement.body[0])
    return parameters_updated(statement) if isinstance(statement, ast.Assign | ast.AugAssign) else set()


def _without_rate(statement: ast.stmt) -> str:
    """Return an update without its learning rate, an empty string if it has none."""
    if not isinstance(statement, ast.Assign | ast.AugAssign):
        return ""
    for node in expressions(statement.value):
        parts = matched("_r * _g", node)
        if parts is not None and roles.role(parts["_r"]) == "rate":
            return ast.unparse(with_part(statement, node, parts["_g"]))
    return ""
