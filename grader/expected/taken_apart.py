"""Takes the functions of a solution apart into steps: quantities that are computed from each other.

Only straight-line functions have quantities: every statement assigns an expression, and the last one returns. Other
functions, such as training loops, stay programs if they consist of statements that this process may compute.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping, Sequence

from ..assignment.expressions import Refused, examine
from ..assignment.formulas import LIBRARY
from ..assignment.functions import FunctionSpec
from ..assignment.statements import CompiledProgram

Steps = dict[str, str] | str  # the quantities of a function, or its source
MAX_INLINED = 5  # helper functions inside each other


class _Impossible(Exception):
    """The function cannot be taken apart."""


def steps_of(source: str, function: str, spec: FunctionSpec, others: Collection[str]) -> Steps | None:
    """Return the steps of a function of a solution; None if it has statements that are not allowed in steps.

    Calls of ``others``, the functions of the assignment, stay calls; helper functions of the source are written out.
    """
    return quantities(source, function, spec, others) or program(source, function, others)


def quantities(source: str, function: str, spec: FunctionSpec, others: Collection[str]) -> dict[str, str] | None:
    """Return {quantity: expression} of a straight-line function, in the order of its computation; None for other functions."""
    definitions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    if function not in definitions:
        return None
    helpers = {name: node for name, node in definitions.items() if name not in {*others, *LIBRARY, function}}
    try:
        steps = _Straight(definitions[function], helpers, spec.argument_names()).steps(spec.returns)
        for text in steps.values():
            examine(text)
    except (_Impossible, Refused, RecursionError):
        return None
    return steps


def program(source: str, function: str, others: Collection[str]) -> str | None:
    """Return the source of a function and of the helper functions that it calls; None if it has statements that are not allowed."""
    try:
        names = CompiledProgram(source, function, others).reached
    except Refused:
        return None
    definitions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    return "\n\n\n".join(ast.unparse(definitions[name]) for name in names) + "\n"


class _Straight:
    """The quantities of one function, while its statements are read."""

    def __init__(
        self, definition: ast.FunctionDef, helpers: Mapping[str, ast.FunctionDef], names: Sequence[str] | None = None
    ) -> None:
        arguments = definition.args
        own_names = [argument.arg for argument in arguments.args]
        names = own_names if names is None else names
        if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or len(names) != len(own_names):
            raise _Impossible
        self._arguments = {*names}
        self._body = definition.body
        self._helpers = helpers
        self._steps: dict[str, ast.expr] = {}
        self._current = dict(zip(own_names, names, strict=True))  # {variable: quantity with its value}

    def steps(self, returns: Sequence[str]) -> dict[str, str]:
        *statements, last = self._body
        for statement in statements:
            self._read(statement)
        if not isinstance(last, ast.Return) or last.value is None:
            raise _Impossible
        values = [*last.value.elts] if isinstance(last.value, ast.Tuple) else [last.value]
        if len(values) != len(returns):
            raise _Impossible
        results = {name: self._resolved(value) for name, value in zip(returns, values, strict=True)}
        return _with_names_of_results(self._steps, results, self._arguments)

    def _read(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._assign({name: self._resolved(value)})
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Tuple(elts=values)) if len(targets) == len(
                values
            ):
                if not all(isinstance(target, ast.Name) for target in targets):
                    raise _Impossible
                pairs = zip(targets, values, strict=True)
                self._assign(
                    {target.id: self._resolved(value) for target, value in pairs if isinstance(target, ast.Name)}
                )
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
                if len(names) < len(targets):
                    raise _Impossible
                together = self._new("results")
                self._steps[together] = self._resolved(call)
                self._assign(
                    {name: ast.parse(f"{together}[{place}]", mode="eval").body for place, name in enumerate(names)}
                )
            case ast.AugAssign(target=ast.Name(id=name), op=op, value=value):
                operand = ast.Name(name, ast.Load())
                self._assign({name: self._resolved(ast.BinOp(operand, op, value))})
            case _:
                raise _Impossible

    def _assign(self, values: Mapping[str, ast.expr]) -> None:
        for name, value in values.items():
            quantity = self._new(name)
            self._steps[quantity] = value
            self._current[name] = quantity

    def _new(self, name: str) -> str:
        taken_names = self._steps.keys() | self._arguments | LIBRARY.keys()
        candidates = (name if count == 1 else f"{name}_{count}" for count in range(1, 1000))
        return next(candidate for candidate in candidates if candidate not in taken_names)

    def _resolved(self, value: ast.expr, depth: int = 0) -> ast.expr:
        """Return an expression of quantities and arguments, without helper functions."""
        inlined: ast.expr = _Inlined(self._helpers, depth).visit(_copy(value))
        renamed: ast.expr = _Renamed(
            {name: ast.Name(other, ast.Load()) for name, other in self._current.items()}
        ).visit(inlined)
        return renamed


class _Renamed(ast.NodeTransformer):
    """Replaces names by expressions."""

    def __init__(self, expressions: Mapping[str, ast.expr]) -> None:
        self._expressions = expressions

    def visit_Name(self, node: ast.Name) -> ast.expr:
        is_read = isinstance(node.ctx, ast.Load)
        return _copy(self._expressions[node.id]) if is_read and node.id in self._expressions else node


class _Inlined(ast.NodeTransformer):
    """Replaces calls of helper functions by the expressions that they return."""

    def __init__(self, helpers: Mapping[str, ast.FunctionDef], depth: int) -> None:
        self._helpers = helpers
        self._depth = depth

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in self._helpers:
            return node
        helper = self._helpers[node.func.id]
        names = [argument.arg for argument in helper.args.args]
        if self._depth >= MAX_INLINED or node.keywords or len(node.args) != len(names):
            raise _Impossible
        parts = _Straight(helper, self._helpers)
        *statements, last = helper.body
        for statement in statements:
            parts._read(statement)
        if not isinstance(last, ast.Return) or last.value is None or isinstance(last.value, ast.Tuple):
            raise _Impossible
        value = parts._resolved(last.value, self._depth + 1)
        for quantity in reversed(parts._steps):
            value = _Renamed({quantity: parts._steps[quantity]}).visit(value)
        inlined: ast.AST = _Renamed(dict(zip(names, node.args, strict=True))).visit(value)
        return inlined


def _with_names_of_results(
    steps: Mapping[str, ast.expr], results: Mapping[str, ast.expr], arguments: set[str]
) -> dict[str, str]:
    """Return the steps as text, with a step for each result.

    A quantity that is returned gets the name of its result. A result with the name of an argument, such as an updated
    weight, may only be computed from this argument, and no other step may read it.
    """
    new_names: dict[str, str] = {}
    final: dict[str, ast.expr] = {}
    own = {
        value.id: name
        for name, value in reversed([*results.items()])
        if isinstance(value, ast.Name) and value.id in steps
    }
    for quantity in steps:
        if quantity in own:
            new_names[quantity] = own[quantity]
        elif quantity in results:
            new_names[quantity] = f"{quantity}_before"
    renamed = {quantity: ast.Name(name, ast.Load()) for quantity, name in new_names.items()}
    for quantity, value in steps.items():
        final[new_names.get(quantity, quantity)] = _Renamed(renamed).visit(_copy(value))
    for name, value in results.items():
        if name not in final:
            final[name] = _Renamed(renamed).visit(_copy(value))
    texts = {name: ast.unparse(value) for name, value in final.items()}
    for name in results.keys() & arguments:
        if any(name in examine(text).names for other, text in texts.items() if other != name):
            raise _Impossible
    return texts


def _copy(node: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(node), mode="eval").body
