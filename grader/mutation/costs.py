"""Operators for costs and for their derivative at the output: the formula belongs to another cost."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from . import roles
from .patterns import factors_of_product
from .reductions import reduction_in
from .rewriting import Rewrite, Surroundings, expressions
from .templates import filled, first_match, matched

_SQUARED_ERRORS = ("(_u - _v) ** 2", "np.square(_u - _v)", "np.power(_u - _v, 2)")
_SQUARED_COSTS = (
    "np.sum(np.abs(_y - _p))", "np.mean(np.abs(_y - _p))", "np.sum(np.abs(_y - _p)) / 2",
)  # fmt: skip
_ROOTS = ("np.sqrt(np.sum((_y - _p) ** 2))", "np.sqrt(np.mean((_y - _p) ** 2))")
_CROSS_ENTROPIES = (
    "-np.sum(_y * np.log(_p) + (1 - _y) * np.log(1 - _p))",
    "-np.mean(_y * np.log(_p) + (1 - _y) * np.log(1 - _p))",
)
_SQUARES = (
    "np.mean((_y - _p) ** 2)",
    "np.sum((_y - _p) ** 2)",
    "np.sum((_y - _p) ** 2) / len(_y)",
    "0.5 * np.sum((_y - _p) ** 2)",
    "0.5 * np.mean((_y - _p) ** 2)",
)


def another_cost(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Compute another common cost."""
    call = matched("_f(_y, _p)", formula)
    if call is not None and roles.role(call["_f"]) == "cost" and roles.role(call["_y"]) == "labels":
        for template in (*_CROSS_ENTROPIES, *_SQUARES):
            yield Rewrite("another-cost", formula, filled(template, _y=call["_y"], _p=call["_p"]))
        for template in _SQUARED_COSTS:
            yield Rewrite("absolute-error", formula, filled(template, _y=call["_y"], _p=call["_p"]))
        return
    labels, outputs = _compared(formula)
    if labels is None or outputs is None or not any(reduction_in(node) for node in expressions(formula)):
        return
    for node in expressions(formula):
        if matched("_y * np.log(_p)", node) is not None and not any(
            matched("1 - _y", part) for part in expressions(formula)
        ):
            both = filled("_t + (1 - _y) * np.log(1 - _p)", _t=node, _y=labels, _p=outputs)
            yield Rewrite("additional-logarithm", node, both)
    squared = any(first_match(_SQUARED_ERRORS, node) for node in expressions(formula))
    for template in _CROSS_ENTROPIES if squared else _SQUARES:
        yield Rewrite("another-cost", formula, filled(template, _y=labels, _p=outputs))
    if squared:
        for template in _SQUARED_COSTS:
            yield Rewrite("absolute-error", formula, filled(template, _y=labels, _p=outputs))
        for template in _ROOTS:
            yield Rewrite("root-of-the-error", formula, filled(template, _y=labels, _p=outputs))
        yield Rewrite("root-of-the-error", formula, filled("np.sqrt(_x)", _x=formula))
        column = filled("np.reshape(_y, (-1, 1)) - np.ravel(_p)", _y=labels, _p=outputs)
        for node in expressions(formula):
            parts = first_match(_SQUARED_ERRORS, node)
            if parts is not None:
                yield Rewrite("broadcast-to-matrix", node, filled("_x ** 2", _x=column))


def error_of_another_cost(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Differentiate another cost than the task's: the error at the output has another form."""
    if any(reduction_in(node) for node in expressions(formula)) or roles.role_of(surroundings.result) in (
        "cost",
        "weights",
        "bias",
    ):
        return
    for node in expressions(formula):
        parts = matched("_p - _y", node) or {}
        prediction, labels = parts.get("_p"), parts.get("_y")
        if prediction is None or labels is None or roles.role(labels) != "labels":
            continue
        yield Rewrite("absolute-error", node, filled("np.sign(_e)", _e=node))
        yield Rewrite("another-cost", node, filled("(_e) ** 2", _e=node))
        yield Rewrite("another-cost", node, filled("-_y / _p", _y=labels, _p=prediction))
        yield Rewrite("another-cost", node, filled("-_y / np.maximum(_p, 1e-9)", _y=labels, _p=prediction))
        is_delta = roles.role_of(surroundings.result) == "delta"
        is_whole = node is formula or (matched("_e / _m", formula) or {}).get("_e") is node
        bug = "superfluous-slope" if is_delta and is_whole else "another-cost"
        yield Rewrite(bug, node, filled("_e * _p * (1 - _p)", _e=node, _p=prediction))
        yield Rewrite("gradient-of-the-output", node, filled("np.ones_like(_p)", _p=prediction))
        yield Rewrite("gradient-of-the-output", node, filled("-np.ones_like(_p)", _p=prediction))
        if node is not formula:
            yield Rewrite("absolute-error", formula, filled("np.sign(_e)", _e=node))
            yield Rewrite("another-cost", formula, filled("(_e) ** 2", _e=node))
            yield Rewrite("another-cost", formula, filled("(_e) ** 2 / 2", _e=node))
            yield Rewrite("another-cost", formula, filled("-_y / np.maximum(_p, 1e-9)", _y=labels, _p=prediction))
            yield Rewrite("cross-entropy-delta", formula, node)
            yield Rewrite("gradient-of-the-output", formula, filled("np.ones_like(_p)", _p=prediction))


def error_as_delta(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Take the difference of output and labels as the delta of the output layer, as cross-entropy does."""
    names = surroundings.names
    if roles.role_of(surroundings.result) != "delta" or not roles.is_output(surroundings.result, set(names)):
        return
    outputs = [name for name in names if roles.role_of(name) == "activation" and roles.is_output(name, set(names))]
    labels = [name for name in names if roles.role_of(name) == "labels"]
    for output in outputs[:1]:
        for label in labels[:1]:
            yield Rewrite("cross-entropy-delta", formula, filled(f"{output} - {label}"))
            yield Rewrite("another-cost", formula, filled(f"2 * ({output} - {label}) * {output} * (1 - {output})"))
            source = [
                name for name in names if roles.role_of(name) == "preactivation" and roles.is_output(name, set(names))
            ]
            if source and "softmax" in surroundings.functions:
                yield Rewrite("another-cost", formula, filled(f"softmax({source[0]}) - {label}"))


def chain_cut(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Send the difference of output and labels back to a hidden layer, without the derivative of the output."""
    names = surroundings.names
    if roles.role_of(surroundings.result) not in roles.ERRORS:
        return
    outputs = [name for name in names if roles.role_of(name) == "activation" and roles.is_output(name, set(names))]
    labels = [name for name in names if roles.role_of(name) == "labels"]
    for node in expressions(formula):
        operands = factors_of_product(node)
        for operand in operands or ():
            if roles.role(operand) == "delta" and outputs and labels:
                yield Rewrite("chain-cut", operand, filled(f"{outputs[-1]} - {labels[0]}"))


def _compared(formula: ast.expr) -> tuple[ast.expr | None, ast.expr | None]:
    """Return the labels and the outputs that a cost compares; None for both if it compares nothing."""
    for node in expressions(formula):
        match node:
            case ast.BinOp(left=left, op=ast.Sub() | ast.Mult(), right=right):
                logarithm = matched("np.log(_x)", right)
                if logarithm is not None and roles.role(left) == "labels" and isinstance(logarithm["_x"], ast.Name):
                    return left, logarithm["_x"]  # the name may be that of a clipped output
                if roles.role(left) == "labels" and roles.role(right) == "activation":
                    return left, right
                if roles.role(right) == "labels" and roles.role(left) == "activation":
                    return right, left
    return None, None
