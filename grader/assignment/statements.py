"""The language of programs: Python functions whose statements are assignments, loops and conditions.

Every expression in them belongs to the language of :mod:`expressions`, so a program is computed in the grader's own
process. It sees no modules and no files, and it cannot run for ever: the rounds of all loops of a call are counted.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from ..support.reachable import reachable
from . import expressions
from .expressions import Refused
from .formulas import LIBRARY, ONLY_THESE

MAX_LENGTH = 20_000  # characters of all functions together
MAX_ROUNDS = 100_000  # of all loops in a call
LIST_METHODS = frozenset({"append", "extend", "insert"})


class _Rounds:
    """Counts the rounds of the loops of a program."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1
        if self.count > MAX_ROUNDS:
            raise OverflowError("the loops of a program have too many rounds")


class CompiledProgram:
    """One function of a source with several functions. Raises :class:`expressions.Refused` for other statements.

    ``parameters`` are its arguments and, after them, the names that it reads and that the source does not define.
    Functions with the names in ``others`` are not taken from the source.
    """

    def __init__(self, source: str, function: str, others: Collection[str] = ()) -> None:
        definitions = {
            node.name: node
            for node in _parsed(source).body
            if isinstance(node, ast.FunctionDef) and (node.name == function or node.name not in others)
        }
        if function not in definitions:
            raise Refused(f"has no function '{function}'")
        reached = _reached(function, definitions)
        read_names = {name for one in reached for name in _examined(definitions[one])} - definitions.keys()
        self.needs = frozenset(read_names - (expressions.LIBRARY - set(others)))
        arguments = [argument.arg for argument in definitions[function].args.args]
        self.parameters = (*arguments, *sorted(self.needs - {*arguments}))
        self.reached = [*reversed(reached)]
        """The functions of the source that it uses, and itself at the end."""
        self._function = function
        module = ast.Module([_Guarded().visit(definitions[one]) for one in reached], [])
        tree = expressions.with_powers(module)
        with warnings.catch_warnings(action="ignore"):  # a mutant may index a number
            self._code = compile(tree, "<program>", "exec")

    def __call__(self, **arguments: Any) -> Any:
        """Return the result for copies of the arguments; raises any exception of the statements."""
        rounds = _Rounds()
        namespace: dict[str, Any] = {**LIBRARY, **ONLY_THESE, "__round__": rounds}
        exec(self._code, namespace)
        namespace |= {name: arguments.pop(name) for name in self.needs if name in arguments}
        copies = {name: np.copy(value) if isinstance(value, np.ndarray) else value for name, value in arguments.items()}
        with np.errstate(all="ignore"):
            return namespace[self._function](**copies)


def _parsed(source: str) -> ast.Module:
    if len(source) > MAX_LENGTH:
        raise Refused(f"is longer than {MAX_LENGTH} characters")
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Refused(f"is not Python ({error})") from error


def _reached(function: str, definitions: Mapping[str, ast.FunctionDef]) -> list[str]:
    """Return a function and the functions of the source that it calls, directly or indirectly."""
    if len(definitions) == 1:
        return [function]

    def used(name: str) -> list[str]:
        names = {node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)}
        return sorted(names & definitions.keys())

    return reachable([function], used)


def _examined(definition: ast.FunctionDef) -> set[str]:
    """Return the names that a function reads and does not bind itself."""
    arguments = definition.args
    if (
        definition.decorator_list
        or arguments.vararg
        or arguments.kwarg
        or arguments.kwonlyargs
        or arguments.posonlyargs
    ):
        raise Refused(f"has the function '{definition.name}' with decorators or special parameters")
    read_names: set[str] = set()
    bound_names = {_plain(argument.arg) for argument in arguments.args}
    for default in arguments.defaults:
        read_names |= _names(default)
    for statement in _statements(definition.body):
        for expression in _expressions(statement):
            read_names |= _names(expression)
        bound_names |= {_plain(name) for name in _stored(statement)}
    return read_names - bound_names


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        yield statement
        for inner in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            yield from _statements(inner)


def _expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    """Yield the expressions of a statement that are read. Raises Refused for a statement that is not allowed."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            yield value
            for target in targets:
                yield from _places(target)
        case ast.AugAssign(target=target, op=op, value=value) if not isinstance(op, ast.Pow):
            yield value
            yield from _places(target)
        case ast.For(target=target, iter=iterable):
            yield iterable
            yield from _places(target)
        case ast.While(test=test) | ast.If(test=test):
            yield test
        case ast.Return(value=value):
            if value is not None:
                yield value
        case ast.Expr(value=ast.Constant(value=str())):
            pass
        case ast.Expr(
            value=ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr=attr), args=args, keywords=[])
        ) if attr in LIST_METHODS:
            yield owner
            yield from args
        case ast.Pass() | ast.Break() | ast.Continue():
            pass
        case _:
            raise Refused(f"has the statement {ast.unparse(statement)[:80]!r}, which is not allowed")


def _places(target: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions that say where a target lies: the array and the index of ``a[i]``."""
    match target:
        case ast.Name():
            pass
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from _places(element)
        case ast.Subscript(value=ast.Name() as owner, slice=index):
            yield owner
            yield ast.Subscript(owner, index, ast.Load())
        case _:
            raise Refused(f"assigns to {ast.unparse(target)[:80]!r}, which is not allowed")


def _stored(statement: ast.stmt) -> Iterator[str]:
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    for target in targets:
        for node in ast.walk(target) if target is not None else ():
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                yield node.id


def _names(expression: ast.expr) -> set[str]:
    return set(expressions.examine_tree(expression).names) - expressions.BUILTINS.keys()


def _plain(name: str) -> str:
    if name.startswith("__") or name in expressions.LIBRARY | expressions.BUILTINS.keys():
        raise Refused(expressions.not_allowed(f"'{name}'"))
    return name


class _Guarded(ast.NodeTransformer):
    """Counts the rounds of loops, and refuses integers and lists that grow too large."""

    def visit_For(self, node: ast.For) -> ast.AST:
        return self._counted(node)

    def visit_While(self, node: ast.While) -> ast.AST:
        return self._counted(node)

    def _counted(self, node: ast.For | ast.While) -> ast.AST:
        self.generic_visit(node)
        node.body.insert(0, _statement("__round__()"))
        return node

    def visit_Assign(self, node: ast.Assign) -> Any:
        return self._limited(node, [target.id for target in node.targets if isinstance(target, ast.Name)])

    def visit_AugAssign(self, node: ast.AugAssign) -> Any:
        return self._limited(node, [node.target.id] if isinstance(node.target, ast.Name) else [])

    def _limited(self, node: ast.stmt, names: list[str]) -> list[ast.stmt]:
        tests = [f"if {name}.__class__ in __growing__: __refuse_growth__({name})" for name in names]
        return [node, *map(_statement, tests)]


@cache
def _statement(text: str) -> ast.stmt:
    return ast.parse(text).body[0]
