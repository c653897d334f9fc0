"""Global variables as the state of functions: finds those that a function uses, and calls a function with some set."""

from __future__ import annotations

import builtins
import dis
import functools
import inspect
import types
from collections.abc import Iterator
from typing import Any

from .absent import Absent

MAX_GLOBALS = 40
MAX_FUNCTIONS = 200  # functions that one function calls, directly or indirectly, and that are examined
MAX_NAME = 60
_ABSENT = object()
_EXTENDED, _LOAD_GLOBAL, _LOAD_NAME, _STORE_GLOBAL = (
    dis.opmap[name] for name in ("EXTENDED_ARG", "LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL")
)


def uses(function: Any) -> tuple[list[str], list[str]]:
    """Return (read, stored): the global variables that a function and the functions it calls read and assign.

    A variable counts as read if it holds data, or if it has no value yet and one of these functions assigns it.
    """
    start = plain(function)
    if start is None:
        return [], []
    scope = start.__globals__
    reads: dict[str, None] = {}
    stores: dict[str, None] = {}
    waiting, seen_functions = [start], {start}
    while waiting and len(seen_functions) < MAX_FUNCTIONS:
        for code in codes(waiting.pop().__code__):
            read, stored = names(code)
            stores |= dict.fromkeys(stored)
            for name in read:
                value = scope.get(name, _ABSENT)
                called = plain(value)
                if called is not None and called.__globals__ is scope and called not in seen_functions:
                    seen_functions.add(called)
                    waiting.append(called)
                if _is_data(value) or (value is _ABSENT and name not in vars(builtins)):
                    reads[name] = None
    variables = [name for name in reads if name in scope or name in stores or _is_assigned(name, scope)]
    return variables[:MAX_GLOBALS], [name for name in stores if len(name) <= MAX_NAME][:MAX_GLOBALS]


def plain(value: Any) -> types.FunctionType | None:
    """Return the Python function behind a callable: itself, or the one that a decorator or ``partial`` wraps, or None."""
    for _ in range(10):
        if isinstance(value, types.FunctionType):
            inner = _enclosed(value)
            if inner is None:
                return value
            value = inner
        elif isinstance(value, types.MethodType):
            value = value.__func__
        elif isinstance(value, type | types.ModuleType | Absent) or not callable(value):
            return None  # reading an attribute of an absent package would raise its import error
        else:
            # functools.partial, numpy.vectorize, and other wrappers that keep the function in an attribute
            candidates = (getattr(value, name, None) for name in ("func", "pyfunc", "__wrapped__", "py_func"))
            value = next((item for item in candidates if callable(item)), None)
            if value is None:
                return None
    return None


def call(
    namespace: dict[str, Any], name: str, setup: list[Any], positional: list[Any], keywords: dict[str, Any]
) -> tuple[Any, Any]:
    """Call a function; return its result and the requested global variables after the call.

    ``setup`` is (the global variables to set, which get their old values back; the names of those to return).
    A function whose name begins with "?" is not called: its global variables are only returned.
    """
    function = namespace[name.removeprefix("?")]
    inner = plain(function)
    scope = namespace if inner is None else inner.__globals__
    attributes, fetch = setup
    before = {key: scope.get(key, _ABSENT) for key in attributes}
    scope.update(attributes)
    try:
        returned = None if name.startswith("?") else function(*positional, **keywords)
        return returned, {key: scope[key] for key in fetch if key in scope}
    finally:
        for key, value in before.items():
            if value is _ABSENT:
                scope.pop(key, None)
            else:
                scope[key] = value


def _enclosed(function: types.FunctionType) -> Any:
    """Return the function that a wrapper with ``(*args, **kwargs)`` holds: the argument of its decorator, or None."""
    wrapped = function.__dict__.get("__wrapped__")
    if callable(wrapped):
        return wrapped
    code = function.__code__
    named = code.co_argcount + code.co_kwonlyargcount
    if named or not code.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS):
        return None
    cells = []
    for cell in function.__closure__ or ():
        try:
            cells.append(cell.cell_contents)
        except ValueError:  # still empty
            continue
    inner = [item for item in cells if isinstance(item, types.FunctionType) and item is not function]
    return inner[0] if len(inner) == 1 else None


def codes(code: types.CodeType) -> Iterator[types.CodeType]:
    """Yield the code of a function, then the code of all functions inside it, at any depth."""
    waiting = [code]
    while waiting:
        code = waiting.pop()
        yield code
        waiting += [constant for constant in reversed(code.co_consts) if isinstance(constant, types.CodeType)]


@functools.cache  # a function is examined again for each function that calls it
def names(code: types.CodeType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (read, assigned): the global names in the code itself, without those of functions inside it."""
    read, stored = [], []
    argument = 0
    raw = code.co_code if code.co_names else b""
    for operation, low in zip(raw[::2], raw[1::2], strict=True):  # dis.get_instructions takes twenty times as long
        argument = argument << 8 | low
        if operation == _EXTENDED:
            continue
        if operation == _LOAD_GLOBAL:
            read.append(code.co_names[argument >> 1])  # the last bit says whether the value is called
        elif operation == _LOAD_NAME:
            read.append(code.co_names[argument])
        elif operation == _STORE_GLOBAL:
            stored.append(code.co_names[argument])
        argument = 0
    return tuple(read), tuple(stored)


def _is_data(value: Any) -> bool:
    if value is None or isinstance(value, bool | int | float | list | tuple | dict):
        return True
    return type(value).__module__ == "numpy" and not callable(value)


def _is_assigned(name: str, scope: dict[str, Any]) -> bool:
    """True if some function of the same file assigns this global name, which has no value yet."""
    functions = [value for value in list(scope.values()) if isinstance(value, types.FunctionType)]
    return any(name in names(code)[1] for f in functions[:MAX_FUNCTIONS] for code in codes(f.__code__))
