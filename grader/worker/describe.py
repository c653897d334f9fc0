"""Says in plain data what a submission defines and where it went wrong."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable
from typing import Any

MAX_NAMES = 500
MAX_TEXT = 500


# Says where a file of a traceback belongs: {} for a submitted module, {"cell": 3} for the third code
# cell of a notebook, None for a library.
Locate = Callable[[str], dict[str, Any] | None]


def describe_names(namespace: dict[str, Any]) -> dict[str, Any]:
    """Return {name: description} of what the submission defines, by its own top-level names.

    A callable is described by its parameters ``[name, kind, has a default]`` and, for each of its
    ``return`` statements, the names that it returns (see :func:`returned_names`).
    """
    found: dict[str, Any] = {}
    for name, value in list(namespace.items()):
        if name.startswith("_") or len(found) >= MAX_NAMES or type(name) is not str:
            continue
        try:
            if callable(value) and not inspect.isclass(value):
                found[name] = _describe_function(value)
        except BaseException:  # an object that lies about itself is not an answer
            continue
    return found


def _describe_function(function: Any) -> dict[str, Any]:
    parameters = [
        [p.name, p.kind.name, p.default is not p.empty] for p in inspect.signature(function).parameters.values()
    ]
    return {"kind": "function", "parameters": parameters, "returns": returned_names(function)}


def returned_names(function: Any) -> list[str]:
    """Return the names in the last top-level ``return`` of ``function``, [] where it has none.

    ``return dw, db`` gives ["dw", "db"]; anything but names counts as "" (its place is kept).
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
        return []
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return []
    names: list[str] = []
    for node in _own_nodes(definition):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple | ast.List):
            names = [item.id if isinstance(item, ast.Name) else "" for item in node.value.elts]
    return names


def _own_nodes(definition: ast.AST) -> list[ast.AST]:
    """All nodes of a function but those of functions inside it, in source order."""
    nodes = []
    for child in ast.iter_child_nodes(definition):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            nodes += [child, *_own_nodes(child)]
    return nodes


def describe_error(error: BaseException, locate: Locate) -> dict[str, Any]:
    """Return type, text and the last line of the submission that the error passed through."""
    described: dict[str, Any] = {"type": type(error).__name__[:MAX_TEXT], "memory": isinstance(error, MemoryError)}
    try:
        described["text"] = str(error)[:MAX_TEXT]
        if isinstance(error, SyntaxError) and (place := locate(error.filename or "")) is not None:
            described |= {"text": error.msg[:MAX_TEXT], "line": error.lineno, **place}
            described["source"] = (error.text or "").strip()[:MAX_TEXT]
            return described
        traceback = error.__traceback__
        while traceback is not None:
            file, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
            if (place := locate(file)) is not None:
                described |= {"line": line, "source": linecache.getline(file, line).strip()[:MAX_TEXT], **place}
            traceback = traceback.tb_next
    except BaseException:  # an exception class with a hostile __str__
        pass
    return described
