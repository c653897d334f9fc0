"""Describes the names that a submission defines and the errors that it raises, as plain data."""

from __future__ import annotations

import ast
import inspect
import linecache
import os
import re
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from . import state
from .absent import Absent
from .definitions import definition, is_assigned, statements_in

SUBMISSION = "submission"  # the name of a submitted module: its block for __main__ is not run
MAX_NAMES = 500
MAX_TEXT = 500
MAX_SEARCHED = 20_000  # characters of an error's text


# Returns the place of a traceback's file: {} for a submitted module, {"cell": 3} for the third code
# cell of a notebook, None for a library.
Locate = Callable[[str], dict[str, Any] | None]


def describe_namespace(namespace: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return ({name: description}, {name: type}) of the global functions and of the other global values.

    A callable is described by its parameters ``[name, kind, has a default]`` and by the names in its last
    ``return`` statement (see :func:`returned_names`). Names from ``from numpy import *`` are left out, but ``tanh = np.tanh``
    is a function of the submission.
    """
    functions: dict[str, Any] = {}
    others: dict[str, str] = {}
    for name, value in list(namespace.items()):
        if type(name) is not str or name.startswith("_") or type(value) is Absent:
            continue
        try:
            # A callable object, for example a model, is listed as both.
            if not (inspect.isroutine(value) or inspect.isclass(value)) and len(others) < MAX_NAMES:
                others[name] = _text(type(value).__name__)
            if inspect.isclass(value) or not callable(value):
                continue
            if is_from_library(name, value) and not is_assigned(name):
                continue
            if len(functions) < MAX_NAMES:
                reads, stores = state.uses(value)
                functions[name] = {
                    "parameters": parameters(value),
                    "returns": returned_names(state.plain(value) or value),
                    "reads": reads,
                    "stores": stores,
                }
        except BaseException:  # a hostile object is left out
            continue
    return functions, others


def parameters(function: Any) -> list[list[Any]]:
    """Return [name, kind, has a default] of each parameter; a function without a signature accepts any arguments.

    A wrapper with ``(*args, **kwargs)`` has the parameters of the function that it wraps.
    """
    # A wrapper has the function that it wraps in its attributes, or has no parameters except stars.
    if type(function) is FunctionType and not function.__dict__ and function.__code__.co_argcount:
        return _parameters_of(function)
    try:
        signature_parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):  # not written in Python: np.maximum, or a partial of it
        return [["args", "VAR_POSITIONAL", False]]
    if signature_parameters and all(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in signature_parameters):
        inner = state.plain(function)
        if inner is not None and inner is not function:
            signature_parameters = list(inspect.signature(inner).parameters.values())
    return [[p.name, p.kind.name, p.default is not p.empty] for p in signature_parameters]


def _parameters_of(function: FunctionType) -> list[list[Any]]:
    """Return the same for a function that is not a wrapper, from its code: ``inspect`` takes ten times as long."""
    code = function.__code__
    most, names = code.co_argcount, list(code.co_varnames)
    first = most - len(function.__defaults__ or ())
    listed: list[list[Any]] = [
        [name, "POSITIONAL_ONLY" if index < code.co_posonlyargcount else "POSITIONAL_OR_KEYWORD", index >= first]
        for index, name in enumerate(names[:most])
    ]
    last = most + code.co_kwonlyargcount
    has_star = bool(code.co_flags & inspect.CO_VARARGS)
    if has_star:
        listed.append([names[last], "VAR_POSITIONAL", False])
    listed += [[name, "KEYWORD_ONLY", name in (function.__kwdefaults__ or {})] for name in names[most:last]]
    if code.co_flags & inspect.CO_VARKEYWORDS:
        listed.append([names[last + has_star], "VAR_KEYWORD", False])
    return listed


def is_from_library(name: str, value: Any) -> bool:
    """True if ``value`` was imported under this name from a module that is not part of the submission."""
    module = sys.modules.get(str(getattr(value, "__module__", "")))
    if module is None or module.__name__ in ("__main__", SUBMISSION):
        return False
    file = getattr(module, "__file__", None)
    submitted = file is not None and str(file).startswith(os.getcwd())
    return not submitted and getattr(module, name, None) is value


def returned_names(function: Any, own: str = "") -> list[str]:
    """Return the names in the last ``return`` statement of ``function`` itself, or [] without one.

    ``return dw, db`` gives ["dw", "db"]; an expression that is not a name gives "". In a method, whose
    instance is called ``own``, attributes of the instance count as names, and a single name is returned too.
    """
    tree = definition(function)
    names: list[str] = []
    for node in [] if tree is None else statements_in(tree):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple | ast.List):
            names = [_name(item, own) for item in node.value.elts]
        elif isinstance(node, ast.Return) and own and node.value is not None:
            names = [_name(node.value, own)]
    return names if len(names) <= MAX_NAMES else []


def _name(node: ast.expr, own: str) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == own:
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def describe_error(error: BaseException, locate: Locate) -> dict[str, Any]:
    """Return the type, the text, and the innermost and outermost line of the submission in the traceback."""
    described: dict[str, Any] = {"type": "Exception", "memory": isinstance(error, MemoryError)}
    try:
        described["type"] = _text(type(error).__name__)
        described["text"] = _text(useful(str.__str__(str(error))))
        if isinstance(error, SyntaxError) and (place := locate(error.filename or "")) is not None:
            described |= {"text": _text(error.msg), "line": error.lineno, **place}
            described["source"] = _text(error.text or "").strip()
            return described
        traceback = error.__traceback__
        while traceback is not None:
            file, line = traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
            if (place := locate(file)) is not None:
                described |= {"line": line, "source": linecache.getline(file, line).strip()[:MAX_TEXT], **place}
                if "outer_line" not in described:
                    described |= {"outer_line": line, "outer_cell": place.get("cell")}
            traceback = traceback.tb_next
    except BaseException:  # an exception class with a hostile __str__
        pass
    return described


def useful(text: str) -> str:
    """Return the part of an error's text about values and shapes, without the frames, colours and names of devices that
    Keras and TensorFlow add."""
    text = re.sub(r"\x1b\[[\d;]*m", "", text[:MAX_SEARCHED])
    text = re.sub(r"^\{\{function_node [^{}]*\}\} ?(.*?)( name: ?)?$", r"\1", text, flags=re.DOTALL)
    if text.startswith(("Graph execution error", "Exception encountered when calling")):
        text = text.split("\nArguments received by")[0]
        lines = [line.strip() for line in text.splitlines()[1:]]
        frames = [
            index for index, line in enumerate(lines) if line.startswith(('File "', "<stack traces unavailable>"))
        ]
        lines = lines[max(frames, default=-1) + 1 :]
        message_lines = [
            line for line in lines if line and not line.startswith(("Detected at node", "[[", "Stack trace for"))
        ]
        return " ".join(message_lines) or text
    return text


def _text(value: Any) -> str:
    """Return at most MAX_TEXT characters, as a plain str even if ``__str__`` returns a subclass."""
    return str.__getitem__(str(value), slice(MAX_TEXT))
