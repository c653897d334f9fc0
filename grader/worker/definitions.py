"""The syntax trees of a submission's functions, from the statements that were run.

``inspect.getsource`` splits the source into tokens to find the end of a function, and its result has to be parsed again;
the trees exist already. Functions from other files are read with ``inspect``.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from types import FunctionType
from typing import Any

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Key = tuple[str, int, str]  # file, first line and name, as in the code of a function

_trees: list[tuple[str, Sequence[ast.stmt]]] = []
_known: dict[Key, ast.AST] = {}
_assigned: set[str] = set()


def remember(file: str, statements: Sequence[ast.stmt]) -> None:
    """Keep the statements that will be compiled with this file name."""
    _trees.append((file, statements))
    for statement in statements:
        if isinstance(statement, ast.Assign):
            _assigned.update(target.id for target in statement.targets if isinstance(target, ast.Name))


def is_assigned(name: str) -> bool:
    """True if a statement at the top level, such as ``tanh = np.tanh``, gives this name its value; an import does not."""
    return name in _assigned


def definition(function: Any) -> ast.FunctionDef | None:
    """Return the definition of a function, or None if it is not a ``def`` or has no source."""
    try:
        function = inspect.unwrap(function)
        if isinstance(function, FunctionType):
            _index()
            code = function.__code__
            tree = _known.get((code.co_filename, code.co_firstlineno, code.co_name))
        else:
            tree = None
        if tree is None:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError, IndexError):
        return None
    return tree if isinstance(tree, ast.FunctionDef) else None


def statements_in(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements inside a node in source order, at any depth, without those of inner functions and classes."""
    waiting = _blocks(node)
    while waiting:
        item = waiting.pop()
        if isinstance(item, ast.stmt):
            yield item
        if not isinstance(item, DEFINITIONS):
            waiting += _blocks(item)


def _blocks(node: ast.AST) -> list[ast.AST]:
    """Return the statements directly inside a node, and its handlers and cases, the last first."""
    lists = [value for _, value in ast.iter_fields(node) if isinstance(value, list)]
    items = [item for each in lists for item in each]
    return [item for item in reversed(items) if isinstance(item, ast.stmt | ast.ExceptHandler | ast.match_case)]


def _index() -> None:
    """Find the definitions in the statements that have not been searched yet."""
    while _trees:
        file, statements = _trees.pop(0)
        waiting: list[ast.AST] = [*statements]
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                line = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
                _known[file, line, node.name] = node
            waiting += _blocks(node)
