"""Names that functions of a submission use and that nothing defines, because loading could not reach their definition."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Iterator
from typing import Any

from . import state
from .absent import Absent
from .describe import is_from_library

Namespace = dict[str, Any]

_wanted: list[str] = []  # names that the assignment has values for
_supplied: Namespace = {}


def serve(names: Iterable[str]) -> None:
    """Look for these names."""
    _wanted[:] = names


def asked(namespace: Namespace) -> list[str]:
    """Those names that some function or method of the submission uses, and that are not defined at the top level."""
    missing = {name for name in _wanted if _is_missing(namespace, name)}
    if not missing:
        return []
    used: set[str] = set()
    for function in _functions(namespace):
        for code in state.codes(function.__code__):
            if not missing.isdisjoint(code.co_names):  # attributes are among these
                used |= missing & {*state.names(code)[0]}
    return sorted(used)


def supply(namespace: Namespace, values: Namespace) -> None:
    """Give these names their values; one that the submission has defined meanwhile keeps its own."""
    for name, value in values.items():
        if _is_missing(namespace, name) or (name in _supplied and namespace[name] is _supplied[name]):
            namespace[name] = _supplied[name] = value


def _is_missing(namespace: Namespace, name: str) -> bool:
    return name not in namespace or type(namespace[name]) is Absent


def _functions(namespace: Namespace) -> Iterator[types.FunctionType]:
    for name, value in list(namespace.items()):
        try:
            if inspect.isclass(value):
                members = [] if is_from_library(name, value) else list(vars(value).values())
            else:
                members = [value]
            for member in members:
                member = inspect.unwrap(getattr(member, "__func__", getattr(member, "fget", member)))
                if isinstance(member, types.FunctionType) and not is_from_library(name, member):
                    yield member
        except BaseException:  # an object that lies about itself
            continue
