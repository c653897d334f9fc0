"""Operators for the arguments of a function: a constant instead of them, a factor, another sign."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator

from . import roles
from .editing import Edit, Function, reads, writes

TOGETHER = "together"  # the name of the function that treats all arrays at once


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


def each_alone(function: Function) -> Iterator[Edit]:
    """Treat each array alone where a number, such as a norm, is that of all of them together."""
    returns = [node for node in ast.walk(function.definition) if isinstance(node, ast.Return)]
    results = [node.value.elts if isinstance(node.value, ast.Tuple) else [] for node in returns]
    if not results or len({len(parts) for parts in results}) != 1 or len(results[0]) < 2:
        return
    names = [_own_argument(function, [parts[place] for parts in results]) for place in range(len(results[0]))]
    if None in names or len({*names}) < len(names):
        return
    joint = [
        statement
        for block in function.blocks
        for statement in block.statements
        if isinstance(statement, ast.Assign) and len(reads(statement) & {*names}) > 1
    ]
    if joint:
        quantity = min(writes(joint[0]))
        calls = [
            f"{TOGETHER}({', '.join(other if other == name or other not in names else f'0 * {other}' for other in function.arguments)})[{place}]"
            for place, name in enumerate(names)
        ]
        arguments = ", ".join(function.arguments)
        body = "\n".join(function.text(statement) for statement in function.blocks[0].statements)
        source = f"def {TOGETHER}({arguments}):\n{textwrap.indent(body, '    ')}\n\n\ndef {function.name}({ast.unparse(function.definition.args)}):\n    return {', '.join(calls)}\n"
        lines = function.source.splitlines()
        first, last = function.definition.lineno - 1, function.definition.end_lineno
        changed = "\n".join([*lines[:first], *source.splitlines(), *lines[last:]]) + "\n"
        yield Edit("each-alone", quantity, function.text(joint[0]), "", joint[0].lineno, changed)


def _own_argument(function: Function, values: list[ast.expr]) -> str | None:
    """Return the only argument with an array of its own that all these results read, None if there is not one."""
    shared = set.intersection(*(reads(value) & {*function.arguments} for value in values))
    return shared.pop() if len(shared) == 1 else None


def labels(function: Function) -> Iterator[Edit]:
    """Take a column of the inputs for the labels."""
    inputs = [name for name in function.arguments if roles.role_of(name) == "inputs"]
    for name in function.arguments:
        if roles.role_of(name) == "labels" and len(inputs) == 1 and name in reads(*function.definition.body):
            for column in range(3):
                text = f"{name} = {inputs[0]}[:, {column}]"
                yield from function.at_the_start("labels-from-the-inputs", name, text)
