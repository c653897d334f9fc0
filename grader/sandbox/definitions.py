"""The names that a submission defines, as the worker reports them after loading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from ..support.text import clean
from . import observations
from .calls import SubmittedFunction, function_of, method_of

T = TypeVar("T")
MOST_NAMES = 5000  # of functions, of classes, and of other names


@dataclass(frozen=True)
class Definitions:
    """The names that a submission defines."""

    functions: dict[str, SubmittedFunction] = field(default_factory=dict)
    classes: dict[str, dict[str, SubmittedFunction]] = field(default_factory=dict)
    """The methods of each class: {class: {method: function}}."""
    others: dict[str, str] = field(default_factory=dict)
    """Names bound to something other than a function: {name: type}."""
    modules: list[str] = field(default_factory=list)
    """Top-level modules that were imported when loading ended."""
    unbound: list[str] = field(default_factory=list)
    """Names that the submission uses without a definition, and that the assignment has values for."""
    read: list[tuple[str, str]] = field(default_factory=list)
    """Files of the course that were read while the submission was loaded, each with the path that it replaced."""


def definitions_of(header: dict[str, Any], global_names: Sequence[str]) -> Definitions:
    """Return the definitions in a worker's report; raises KeyError, TypeError, ValueError or AttributeError if it is not valid.

    ``global_names`` are the names that the assignment has values for.
    """
    return Definitions(
        functions={name: function_of(name, item) for name, item in _first(header["names"]) if clean(name) == name},
        classes={
            name: {method: method_of(name, method, item) for method, item in methods.items() if clean(method) == method}
            for name, methods in _first(observations.CLASSES.validate_python(header["classes"]))
            if clean(name) == name
        },
        others={name: clean(kind, 40) for name, kind in _first(header["others"]) if clean(name) == name},
        modules=[str(name) for name in header["modules"]],
        unbound=[name for name in global_names if name in header["unbound"]],
        read=observations.READ.validate_python(header["read"]),
    )


def _first(names: dict[str, T]) -> Iterable[tuple[str, T]]:
    """Return the first ``MOST_NAMES`` names: messages about a missing name compare it with all of them."""
    return islice(names.items(), MOST_NAMES)
