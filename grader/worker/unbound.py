"""Names that functions of a submission use without a definition, because loading did not reach the definition."""

from __future__ import annotations

import inspect
import types
from collections.abc import Iterable, Iterator
from typing import Any

from . import state
from .absent import Absent
from .describe import is_from_library

Namespace = dict[str, Any]

_wanted: list[str] = []  # the names that the assignment has values for
_supplied: Namespace = {}


def serve(names: Iterable[str]) -> None:
    """Set the names to look for."""
    _wanted[:] = names


def asked(namespace: Namespace) -> list[str]:
    """Return the names that some function or method of the submission uses and that have no global definition."""
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
    """Set these names to their values; a name that the submission has defined meanwhile keeps its value."""
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
        except BaseException:  # a hostile object
            continue
