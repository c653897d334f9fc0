"""Compares formulas: two expressions with the same normal form give the same numbers, whatever the order of their parts.

A normal form is a number times a *unit*. Sums and products are sorted, ``a.dot(b)`` and ``np.dot(a, b)`` are ``a @ b``, and
``x.sum(axis=0)`` is ``np.sum(x, axis=0)``. Different normal forms may still give the same numbers.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, NamedTuple

from .dataflow import place_of
from .python_code import nodes_below

Unit = tuple[Any, ...]
LARGEST = 400  # parts of a unit; a larger formula has no normal form
NUMPY = ("np", "numpy")
METHODS = {"dot", "sum", "mean", "transpose"}  # of an array, which are functions of NumPy as well
OPERATORS = {
    "add": ast.Add,
    "subtract": ast.Sub,
    "multiply": ast.Mult,
    "divide": ast.Div,
    "dot": ast.MatMult,
    "matmul": ast.MatMult,
}
ONE: Unit = ("product",)
FLOAT = ast.dump(ast.Name("float", ast.Load()))


class NoForm(Exception):
    """The expression is too large, or has a part that has no normal form."""


class Form(NamedTuple):
    """A number times a unit."""

    factor: float
    unit: Unit


def form(node: ast.expr, values: Mapping[str, Form], functions: Mapping[str, str]) -> Form:
    """Return the normal form of an expression. Raises NoForm.

    ``values`` has the forms of places, by their parts with dots between; any other variable stands for itself. ``functions`` gives functions of a
    submission the names that the task has for them.
    """
    if len(nodes_below(node)) > LARGEST:
        raise NoForm
    try:
        result = _Reader(values, functions).read(node)
    except (RecursionError, OverflowError) as error:
        raise NoForm from error
    if _size(result.unit) > LARGEST:
        raise NoForm
    return result


def symbol(name: str) -> Form:
    """Return the form of a variable that stands for itself."""
    return Form(1.0, _product({("name", name): 1}))


def without_scale(value: Form) -> Unit:
    """Return the unit of a form without its factors that are sizes, such as ``len(y)`` or ``X.shape[0]``.

    A sum that keeps its axes has the same numbers as one that does not.
    """
    parts = [(_without_kept_axes(part), power) for part, power in value.unit[1:] if not _is_size(part)]
    return ("product", *sorted(parts, key=repr))


def is_size(value: Form) -> bool:
    """True if a form is a size, or a multiple of one."""
    return value.unit != ONE and without_scale(value) == ONE


def _without_kept_axes(part: Any) -> Any:
    if part[0] not in ("np.sum", "np.mean"):
        return part
    return tuple(item for item in part if not (isinstance(item, tuple) and item[0] == "keepdims"))


def _is_size(part: Any) -> bool:
    if part[0] == "call":
        return bool(part[1] == "len")
    if part[0] == "entry" and isinstance(part[1], Form):
        owner = part[1].unit[1:]
        return len(owner) == 1 and owner[0][0][0] == "attribute" and owner[0][0][2] == "shape"
    return False


class _Reader:
    def __init__(self, values: Mapping[str, Form], functions: Mapping[str, str]) -> None:
        self._values = values
        self._functions = functions

    def read(self, node: ast.expr) -> Form:
        place = place_of(node)
        if place is not None and ".".join(place) in self._values:
            return self._values[".".join(place)]
        match node:
            case ast.Constant(value=bool() | str() | None):
                return _atom("constant", repr(node.value))
            case ast.Constant(value=int() | float() as value):
                return Form(float(value), ONE)
            case ast.Name(id=name):
                return symbol(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                factor, unit = self.read(operand)
                return Form(-factor, unit)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(type(op), self.read(left), self.read(right))
            case ast.Attribute(value=value, attr="T"):
                factor, unit = self.read(value)
                return Form(factor, _product({("T", unit): 1}))
            case ast.Attribute(value=value, attr=name):
                return _atom("attribute", self.read(value), name)
            case ast.Subscript(value=value, slice=index):
                return _atom("entry", self.read(value), self.read(index))
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return _atom("tuple", *map(self.read, parts))
            case ast.Compare(left=left, ops=ops, comparators=others):
                return _atom("compare", self.read(left), *(type(op).__name__ for op in ops), *map(self.read, others))
            case ast.Call():
                return self._call(node)
        raise NoForm

    def _binary(self, op: type[ast.operator], left: Form, right: Form) -> Form:
        if op in (ast.Add, ast.Sub):
            return _sum(left, right if op is ast.Add else Form(-right.factor, right.unit))
        if op in (ast.Mult, ast.Div):
            sign = 1 if op is ast.Mult else -1
            if sign < 0 and right.factor == 0:
                raise NoForm
            return Form(left.factor * right.factor**sign, _times(left.unit, right.unit, sign))
        if op is ast.Pow and right.unit == ONE and right.factor in (1, 2, 3, 4, -1, -2):
            power = int(right.factor)
            if power < 0 and left.factor == 0:
                raise NoForm
            return Form(left.factor**power, _times(ONE, left.unit, power))
        if op is ast.MatMult:
            return Form(left.factor * right.factor, _product({("matrix", *_chain(left.unit), *_chain(right.unit)): 1}))
        return _atom(op.__name__, left, right)

    def _call(self, node: ast.Call) -> Form:
        if any(isinstance(part, ast.Starred) for part in node.args) or any(item.arg is None for item in node.keywords):
            raise NoForm
        arguments = [*map(self.read, node.args)]
        match node.func:
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in NUMPY:
                function = f"np.{name}"
            case ast.Attribute(value=owner, attr=name) if name in METHODS:
                function, arguments = f"np.{name}", [self.read(owner), *arguments]
            case ast.Attribute(value=ast.Name(), attr=name) if name in self._functions:
                function = self._functions[name]  # a method of the same instance
            case ast.Name(id=name):
                function = self._functions.get(name, name)
            case ast.Attribute(value=owner, attr=name):
                function, arguments = f".{name}", [self.read(owner), *arguments]
            case _:
                raise NoForm
        if function == "like" and arguments:  # the same numbers in another shape
            return arguments[0]
        if function == ".astype" and [*map(ast.dump, node.args)] == [FLOAT]:
            return arguments[0]
        options = sorted((str(item.arg), self.read(item.value)) for item in node.keywords)
        short = function.removeprefix("np.")
        if function.startswith("np.") and not options:
            if short in OPERATORS and len(arguments) == 2:
                return self._binary(OPERATORS[short], *arguments)
            if short == "square" and len(arguments) == 1:
                return Form(arguments[0].factor ** 2, _times(ONE, arguments[0].unit, 2))
            if short in ("array", "asarray") and len(arguments) == 1:
                return arguments[0]
            if short == "transpose" and len(arguments) == 1:
                return Form(arguments[0].factor, _product({("T", arguments[0].unit): 1}))
        if function in ("np.sum", "np.mean") and arguments:
            array, *axes = arguments
            options += [("axis", axis) for axis in axes[:1]]
            details = sorted(item for item in options if item != ("keepdims", _atom("constant", "False")))
            return Form(array.factor, _product({(function, array.unit, *details): 1}))
        return _atom("call", function, *arguments, *options)


def _atom(*parts: Any) -> Form:
    return Form(1.0, _product({parts: 1}))


def _product(powers: Mapping[Unit, int]) -> Unit:
    """Return the unit of a product: sorted pairs of a part and its power."""
    return ("product", *sorted(((part, power) for part, power in powers.items() if power), key=repr))


def _times(left: Unit, right: Unit, power: int) -> Unit:
    powers = dict(left[1:])
    for part, own in right[1:]:
        powers[part] = powers.get(part, 0) + own * power
    if len(powers) > LARGEST:
        raise NoForm
    return _product(powers)


def _chain(unit: Unit) -> tuple[Any, ...]:
    """Return the operands of a matrix product; any other unit is one operand."""
    if len(unit) == 2 and unit[1][1] == 1 and unit[1][0][0] == "matrix":
        return tuple(unit[1][0][1:])
    return (unit,)


def _sum(left: Form, right: Form) -> Form:
    """Return the sum of two forms, divided by the factor of its first part, which becomes the number of the form."""
    terms: dict[Unit, float] = {}
    for factor, unit in (left, right):
        parts = unit[1][0][1:] if len(unit) == 2 and unit[1][1] == 1 and unit[1][0][0] == "sum" else ((unit, 1.0),)
        for part, own in parts:
            terms[part] = terms.get(part, 0.0) + factor * own
    ordered = sorted(((part, own) for part, own in terms.items() if own), key=lambda term: repr(term[0]))
    if not ordered:
        return Form(0.0, ONE)
    first = ordered[0][1]
    if len(ordered) == 1:
        return Form(first, ordered[0][0])
    return Form(first, _product({("sum", *((part, own / first) for part, own in ordered)): 1}))


def _size(unit: Any) -> int:
    """Return the number of parts of a unit, at most a few more than LARGEST."""
    count, waiting = 0, [unit]
    while waiting and count <= LARGEST:
        part = waiting.pop()
        if isinstance(part, tuple):
            waiting += part
        count += 1
    return count
