"""Operators for the arguments of a function: a constant instead of them, a factor, another sign."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .editing import Edit, Function, reads, writes


def ignored(function: Function) -> Iterator[Edit]:
    """Use a constant instead of an argument, or the opposite of a switch."""
    used_names = reads(*function.definition.body)
    for name in filter(used_names.__contains__, function.arguments):
        default = function.defaults.get(name)
        if isinstance(default, ast.Constant) and isinstance(default.value, bool):
            yield from function.at_the_start("switch-inverted", name, f"{name} = not {name}")
        if isinstance(default, ast.Constant) and default.value is not None:
            yield from function.at_the_start("argument-ignored", name, f"{name} = {default.value!r}")
        if roles.role_of(name) == "rate":
            for constant in ("1.0", "0.1", "0.01"):
                yield from function.at_the_start("argument-ignored", name, f"{name} = {constant}")
        if roles.role_of(name) == "bias":
            yield from function.at_the_start("bias-forgotten", name, f"{name} = 0 * {name}")


def scaled(function: Function) -> Iterator[Edit]:
    """Multiply the learning rate by a factor, or run one epoch more or less."""
    labels = [name for name in function.arguments if roles.role_of(name) == "labels"]
    for name in function.arguments:
        if roles.role_of(name) == "rate":
            changes = {
                "steps-uphill": f"-{name}",
                "stray-factor-two": f"2 * {name}",
                "missing-factor-two": f"{name} / 2",
            }
            for label in labels:
                changes |= {"mean-instead-of-sum": f"{name} / len({label})", "not-averaged": f"{name} * len({label})"}
            for bug, text in changes.items():
                yield from function.at_the_start(bug, name, f"{name} = {text}")


def truncated(function: Function) -> Iterator[Edit]:
    """Keep the parameters in an array of integers."""
    updated_names = writes(*function.definition.body)
    weights = [name for name in function.arguments if roles.role_of(name) == "weights" and name in updated_names]
    if weights:
        text = f"{', '.join(weights)} = {', '.join(f'np.trunc({name})' for name in weights)}"
        yield from function.at_the_start("truncated-to-integers", weights[0], text)


def labels(function: Function) -> Iterator[Edit]:
    """Take a column of the inputs for the labels."""
    inputs = [name for name in function.arguments if roles.role_of(name) == "inputs"]
    for name in function.arguments:
        if roles.role_of(name) == "labels" and len(inputs) == 1 and name in reads(*function.definition.body):
            for column in range(3):
                text = f"{name} = {inputs[0]}[:, {column}]"
                yield from function.at_the_start("labels-from-the-inputs", name, text)
