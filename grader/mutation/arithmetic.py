"""Operators for sums, products and powers: a sign, a term or a factor is wrong."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from . import roles
from .activations import slope_in
from .patterns import factors_of_product, value_of
from .rewriting import Part, Rewrite, Surroundings, expressions, in_each_part
from .templates import filled, matched

_MISPLACED = "parentheses-misplaced"


@in_each_part
def sign(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Flip the sign of a term, of a bias or of an exponent."""
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            yield _sign_bug(right, surroundings), filled("_a - _b", _a=left, _b=right)
            if roles.role(left) == "bias":
                yield "bias-sign", filled("_b - _a", _a=left, _b=right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            yield _sign_bug(right, surroundings), filled("_a + _b", _a=left, _b=right)
            if not isinstance(left, ast.Constant):
                yield "sign-flipped", filled("_b - _a", _a=left, _b=right)
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not isinstance(operand, ast.Constant):
            yield "sign-flipped", operand
        case ast.Call(func=ast.Name(), args=arguments):
            for argument in arguments:
                if roles.role(argument) == "bias":
                    yield "bias-sign", _with_argument(node, argument, filled("-_x", _x=argument))
                    yield "bias-forgotten", _with_argument(node, argument, filled("0 * _x", _x=argument))
        case ast.Call(func=ast.Attribute(value=ast.Name(id="np"), attr="exp" | "expm1" as function), args=[argument]):
            inner = matched("-_x", argument)
            negated = inner["_x"] if inner else filled("-_x", _x=argument)
            yield "exponent-sign", ast.Call(node.func, [negated], [])
            if function == "expm1":
                yield "sign-flipped", filled("np.exp(_x) + 1", _x=argument)


def result_sign(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Flip the sign of a gradient, of an error or of a cost."""
    if _has_a_scale(surroundings.result) and matched("-_x", formula) is None:
        yield Rewrite("sign-flipped", formula, filled("-_x", _x=formula))


@in_each_part
def missing_term(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out a term of a sum."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as operation, right=right):
            if not isinstance(left, ast.Constant):
                yield _term_bug(right, left, surroundings), left
            if roles.role(left) == "bias":
                yield "bias-forgotten", right
            elif not isinstance(right, ast.Constant) and not _is_sum(left):
                yield (
                    _term_bug(left, right, surroundings),
                    right if isinstance(operation, ast.Add) else filled("-_x", _x=right),
                )


@in_each_part
def first_term_only(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Keep only the first term of a sum of three or more."""
    if _is_sum(node):
        first: ast.expr = node
        count = 1
        while isinstance(first, ast.BinOp) and _is_sum(first):
            first, count = first.left, count + 1
        if count > 2 and not isinstance(first, ast.Constant):
            yield "term-missing", first


@in_each_part
def missing_factor(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out a factor or a divisor."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            yield _missing_bug(right, surroundings), left
            if not isinstance(left, ast.BinOp) or _is_share(left) or _is_sum(left):
                yield _missing_bug(left, surroundings), right
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            if value_of(left) == 1:
                return
            yield _missing_bug(right, surroundings, divides=True), left
        case ast.Call() if (outer := matched("np.outer(_a, _b)", node)) is not None:
            yield _missing_bug(outer["_a"], surroundings), filled("np.outer(np.ones_like(_a), _b)", **outer)
            yield _missing_bug(outer["_b"], surroundings), filled("np.outer(_a, np.ones_like(_b))", **outer)
        case _ if (product := factors_of_product(node)) is not None:
            # For a vector: with a matrix the result would have another shape, which no answer has.
            yield _missing_bug(product[1], surroundings), filled("np.sum(_a, axis=-1)", _a=product[0])
            yield _missing_bug(product[0], surroundings), filled("np.sum(_b, axis=0)", _b=product[1])


@in_each_part
def repeated_factor(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Use a factor or a divisor twice."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            for factor in (left, right):
                bug = _repeated_bug(factor, surroundings)
                if bug:
                    yield bug, filled("_a * _b", _a=node, _b=factor)
        case ast.BinOp(op=ast.Div(), right=right):
            bug = _repeated_bug(right, surroundings, divides=True)
            if bug:
                yield bug, filled("_a / _b", _a=node, _b=right)


@in_each_part
def inverted_factor(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Multiply where the formula divides, or divide where it multiplies by a number or a size."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            if roles.role(right) in ("count", "rate") or value_of(right) or is_one_number(right, surroundings):
                yield "factor-inverted", filled("_a / _b", _a=left, _b=right)
            elif roles.role(left) in ("count", "rate") or value_of(left) or is_one_number(left, surroundings):
                yield "factor-inverted", filled("_b / _a", _a=left, _b=right)
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            if value_of(left) != 1:
                yield "factor-inverted", filled("_a * _b", _a=left, _b=right)
            if roles.role(right) != "count" and value_of(right) is None:
                yield "operands-exchanged", filled("_b / _a", _a=left, _b=right)
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=right):
            yield "not-rounded", filled("_a / _b", _a=left, _b=right)


@in_each_part
def parentheses(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Leave out the parentheses of a sum or of a divisor, or write parentheses around a sum that has none."""
    match node:
        case ast.BinOp(left=left, op=ast.Mult() | ast.Div() as outer, right=right):
            if _is_sum(left):
                yield _MISPLACED, ast.BinOp(left.left, left.op, ast.BinOp(left.right, outer, right))
            if _is_sum(right):
                yield _MISPLACED, ast.BinOp(ast.BinOp(left, outer, right.left), right.op, right.right)
            if isinstance(outer, ast.Div) and isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult):
                yield _MISPLACED, filled("_a / _b * _c", _a=left, _b=right.left, _c=right.right)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as outer, right=right):
            if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Mult | ast.Div):
                yield _MISPLACED, ast.BinOp(ast.BinOp(left, outer, right.left), right.op, right.right)
                if isinstance(right.op, ast.Mult):
                    yield _MISPLACED, ast.BinOp(ast.BinOp(left, outer, right.right), right.op, right.left)
            if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
                yield _MISPLACED, ast.BinOp(left.left, left.op, ast.BinOp(left.right, outer, right))
            if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow):
                yield _MISPLACED, ast.BinOp(ast.BinOp(left, outer, right.left), right.op, right.right)
            squared = matched("_a * _b ** _n", right)
            if squared is not None:
                yield (
                    _MISPLACED,
                    filled("_s ** _n", _s=ast.BinOp(left, outer, filled("_a * _b", **squared)), _n=squared["_n"]),
                )
        case ast.BinOp(
            left=ast.BinOp(left=left, op=ast.Add() | ast.Sub() as inner, right=right), op=ast.Pow(), right=n
        ):
            yield _MISPLACED, ast.BinOp(ast.BinOp(left, ast.Pow(), n), inner, ast.BinOp(right, ast.Pow(), n))
            yield _MISPLACED, ast.BinOp(left, inner, ast.BinOp(right, ast.Pow(), n))
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="np"), attr="log" | "exp" | "sqrt"), args=[ast.BinOp() as sum_]
        ):
            if _is_sum(sum_):
                yield _MISPLACED, ast.BinOp(ast.Call(node.func, [sum_.left], []), sum_.op, sum_.right)
                yield _MISPLACED, ast.BinOp(sum_.left, sum_.op, ast.Call(node.func, [sum_.right], []))
    squared = matched("_a * _b ** _n", node)
    if squared is not None and value_of(squared["_n"]) is not None:
        yield _MISPLACED, filled("(_a * _b) ** _n", **squared)
    match node:
        case ast.BinOp(
            left=ast.Name() as factor,
            op=ast.Mult(),
            right=ast.Call(
                func=ast.Attribute(value=ast.Name(id="np"), attr="exp" | "expm1" | "log" | "tanh"), args=[argument]
            ) as call,
        ):
            yield _MISPLACED, ast.Call(call.func, [filled("_a * _b", _a=factor, _b=argument)], [])


def inlined(formula: ast.expr, quantities: Mapping[str, ast.expr]) -> Iterator[Rewrite]:
    """Write another quantity out in a product, but without the parentheses that its formula then needs."""
    for node in expressions(formula):
        match node:
            case ast.BinOp(left=left, op=ast.Mult(), right=ast.Name(id=name)) if name in quantities:
                product = quantities[name]
                if _is_sum(product):
                    yield Rewrite(
                        _MISPLACED,
                        node,
                        ast.BinOp(filled("_a * _b", _a=left, _b=product.left), product.op, product.right),
                    )
                factors = matched("_a * _b", product)
                if factors is not None and _is_sum(factors["_b"]):
                    sum_ = factors["_b"]
                    first = filled("_l * _a * _b", _l=left, _a=factors["_a"], _b=sum_.left)
                    yield Rewrite(_MISPLACED, node, ast.BinOp(first, sum_.op, sum_.right))


def _are_shares_of_one(one: ast.expr, other: ast.expr) -> bool:
    """True for ``a`` and ``1 - a``, in any order."""
    rests = ((one, matched("1 - _a", other)), (other, matched("1 - _a", one)))
    return any(rest is not None and ast.dump(rest["_a"]) == ast.dump(part) for part, rest in rests)


@in_each_part
def operation(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Add where the formula multiplies, or multiply where it adds in a divisor.

    Not in ``a * (1 - a)``: the sum is 1, as if the whole factor were missing.
    """
    parts = matched("_a * _b", node)
    is_of_shares = parts is not None and _are_shares_of_one(parts["_a"], parts["_b"])
    if parts is not None and not is_of_shares and all(value_of(part) is None for part in parts.values()):
        yield "sum-instead-of-product", filled("_a + _b", **parts)
    quotient = matched("_x / (_a + _b)", node)
    if quotient is not None and all(value_of(quotient[name]) is None for name in ("_a", "_b")):
        yield "product-instead-of-sum", filled("_x / (_a * _b)", **quotient)


def further_factor(formula: ast.expr, surroundings: Surroundings) -> Iterator[Rewrite]:
    """Multiply a gradient, an error or a cost by 2 or 1/2; divide it by the number of samples, or a gradient multiply by it."""
    if not _has_a_scale(surroundings.result):
        return
    yield Rewrite("stray-factor-two", formula, filled("2 * _x", _x=formula))
    yield Rewrite("missing-factor-two", formula, filled("_x / 2", _x=formula))
    role = roles.role_of(surroundings.result)
    sizes = [name for name in surroundings.names if roles.role_of(name) == "count"]
    labels = [name for name in surroundings.names if roles.role_of(name) == "labels"]
    bug = "mean-for-bias-only" if role == "bias gradient" else "mean-instead-of-sum"
    if sizes:
        if not any(isinstance(node, ast.Name) and node.id == sizes[-1] for node in ast.walk(formula)):
            yield Rewrite("averaged-twice", formula, filled(f"_x / {sizes[-1]}", _x=formula))
    elif labels:
        yield Rewrite(bug, formula, filled(f"_x / len({labels[0]})", _x=formula))
    inputs = [name for name in surroundings.names if roles.role_of(name) == "inputs"]
    if role in roles.GRADIENTS and not any(roles.role(node) == "count" for node in expressions(formula)):
        # The delta from which it is computed may be divided already.
        for size in sizes[-1:] or [f"len({name})" for name in (labels or inputs)[:1]]:
            yield Rewrite("not-averaged", formula, filled(f"_x * {size}", _x=formula))


@in_each_part
def scaled_gradient(node: ast.expr, surroundings: Surroundings) -> Iterator[Part]:
    """Multiply a gradient by 2 or 1/2 in an update, or divide it by the number of samples."""
    role = roles.role(node)
    if role not in roles.GRADIENTS or not _is_update(surroundings):
        return
    yield "stray-factor-two", filled("2 * _g", _g=node)
    yield "missing-factor-two", filled("_g / 2", _g=node)
    for name in surroundings.names:
        if roles.role_of(name) == "count":
            yield "averaged-twice", filled(f"_g / {name}", _g=node)
        if roles.role_of(name) == "labels":
            bug = "mean-for-bias-only" if role == "bias gradient" else "mean-instead-of-sum"
            yield bug, filled(f"_g / len({name})", _g=node)


def _is_sum(node: ast.expr) -> TypeGuard[ast.BinOp]:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub)


def _with_argument(call: ast.Call, before: ast.expr, after: ast.expr) -> ast.Call:
    arguments = [after if argument is before else argument for argument in call.args]
    return ast.Call(call.func, arguments, call.keywords)


def _has_a_scale(result: str) -> bool:
    """True if students often get a quantity of this kind wrong by a factor."""
    return roles.role_of(result) in roles.GRADIENTS | roles.ERRORS | {"cost", "slope"}


def _is_update(surroundings: Surroundings) -> bool:
    return roles.role_of(surroundings.result) in roles.PARAMETERS


def _is_step(node: ast.expr) -> bool:
    """True for a learning rate times a gradient."""
    return any(roles.role(part) == "rate" for part in ast.walk(node))


def _sign_bug(term: ast.expr, surroundings: Surroundings) -> str:
    if roles.role(term) == "bias":
        return "bias-sign"
    return "steps-uphill" if _is_update(surroundings) or _is_step(term) else "sign-flipped"


def _term_bug(missing: ast.expr, rest: ast.expr, surroundings: Surroundings) -> str:
    if roles.role(missing) == "bias":
        return "bias-forgotten"
    if _is_step(missing):
        bias = roles.role(rest) == "bias" or roles.role_of(surroundings.result) == "bias"
        return "bias-never-updated" if bias else "parameter-never-updated"
    return "start-not-kept" if _is_step(rest) else "term-missing"


def _missing_bug(factor: ast.expr, surroundings: Surroundings, divides: bool = False) -> str:
    value = value_of(factor)
    if value in (2, 0.5):
        return "missing-factor-two" if (value == 2) != divides else "stray-factor-two"
    if value is not None and divides and value > 100:
        return "not-scaled"
    role = roles.role(factor)
    if role == "count" or _is_share(factor):
        return "not-averaged"
    if role == "slope" or slope_in(factor) is not None:
        return "activation-derivative-missing"
    if role == "rate":
        return "argument-ignored"
    if role in ("error", "activation gradient") and roles.role_of(surroundings.result) in (
        "delta",
        "cost",
        *roles.GRADIENTS,
    ):
        return "gradient-of-the-output"
    return "factor-missing"


def _repeated_bug(factor: ast.expr, surroundings: Surroundings, divides: bool = False) -> str:
    value = value_of(factor)
    if value in (2, 0.5):
        return "stray-factor-two" if (value == 2) != divides else "missing-factor-two"
    if value is not None:
        return "scaled-twice" if divides and value > 100 else ""
    role = roles.role(factor)
    if role == "count" or _is_share(factor):
        return "averaged-twice"
    if role == "slope" or slope_in(factor) is not None:
        return "derivative-applied-twice"
    return "factor-repeated" if role in ("rate", "inputs") or is_one_number(factor, surroundings) else ""


def is_one_number(node: ast.expr, surroundings: Surroundings) -> bool:
    """True for an argument that is known to be one number, such as a temperature."""
    return isinstance(node, ast.Name) and surroundings.names.get(node.id) == ()


def _is_share(factor: ast.expr) -> bool:
    """True for 1/m."""
    share = matched("1 / _m", factor)
    return share is not None and roles.role(share["_m"]) == "count"
