"""Describes the classes of a submission, and calls a method on a new instance."""

from __future__ import annotations

import ast
import contextlib
import inspect
from types import FunctionType
from typing import Any

from .definitions import definition
from .describe import is_from_library, returned_names

MAX_CLASSES = 20
MAX_METHODS = 100
MAX_ATTRIBUTES = 40
MAX_NAME = 60

# Attributes of ``type`` itself: a metaclass may return other values for its classes.
_mro = type.__dict__["__mro__"].__get__
_namespace = type.__dict__["__dict__"].__get__
_name = type.__dict__["__name__"].__get__
Definitions = dict[str, list[Any]]


def describe_classes(namespace: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return {class: {method: description}}, including methods of base classes that the submission defines.

    A method is described like a function, without ``self``, and with the attributes of ``self`` that it ``reads``
    and ``stores``, itself or through other methods that it calls.
    """
    classes: dict[str, dict[str, Any]] = {}
    left = MAX_METHODS
    for name, value in list(namespace.items()):
        if type(name) is not str or not issubclass(type(value), type) or len(classes) == MAX_CLASSES:
            continue
        try:
            if not is_from_library(name, value):
                classes[name] = _describe(_definitions(value), left)
                left -= len(classes[name])
        except BaseException:  # a hostile class is left out
            continue
    return classes


def _definitions(cls: type) -> Definitions:
    """Return {name: definitions} of methods and properties, overriding definitions first."""
    definitions: Definitions = {}
    for base in _mro(cls):
        own = {} if is_from_library(_name(base), base) else dict(_namespace(base))
        for name, item in own.items():
            if isinstance(_function(item), FunctionType):
                definitions.setdefault(_as_written(base, name), []).append(item)
    return definitions


def _private(cls: type, name: str) -> str:
    """Return the attribute name for ``self.__name`` inside the class, as Python mangles it."""
    return f"_{_name(cls).lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name


def _as_written(cls: type, name: str) -> str:
    prefix = f"_{_name(cls).lstrip('_')}"
    return name.removeprefix(prefix) if name.startswith(f"{prefix}__") else name


def _function(item: Any) -> Any:
    if type(item) in (staticmethod, classmethod):
        return item.__func__
    return item.fget if type(item) is property else item


def _describe(definitions: Definitions, most: int) -> dict[str, Any]:
    uses = {name: [_uses(item) for item in items] for name, items in definitions.items()}
    methods: dict[str, Any] = {}
    for name, (item, *_) in definitions.items():
        hidden = name.startswith("__") and name.endswith("__") and name not in ("__init__", "__call__")
        if type(item) is property or hidden or len(name) > MAX_NAME or len(methods) == most:
            continue
        function = _function(item)
        parameters = list(inspect.signature(function).parameters.values())
        own = "" if type(item) is staticmethod or not parameters else parameters.pop(0).name
        reads, stores = _followed(name, uses)
        methods[name] = {
            "parameters": [[p.name, p.kind.name, p.default is not p.empty] for p in parameters],
            "returns": returned_names(function, own)[:MAX_ATTRIBUTES],
            "reads": [attribute for attribute in reads if attribute not in definitions][:MAX_ATTRIBUTES],
            "stores": stores[:MAX_ATTRIBUTES],
        }
    return methods


def _followed(name: str, uses: dict[str, list[Any]]) -> tuple[list[str], list[str]]:
    """Return the attributes that a method reads and stores, including those of the methods and properties it uses."""
    reads: dict[str, None] = {}
    stores: dict[str, None] = {}
    waiting, seen_names = [name], {name}
    while waiting:
        for read, stored in uses[waiting.pop()]:
            reads |= read
            stores |= stored
            called = [attribute for attribute in read if attribute in uses and attribute not in seen_names]
            waiting += called
            seen_names.update(called)
    return list(reads), list(stores)


def _uses(item: Any) -> tuple[dict[str, None], dict[str, None]]:
    """Return the attributes of the first parameter and of ``super()`` that a function reads and stores, in order."""
    reads: dict[str, None] = {}
    stores: dict[str, None] = {}
    tree = definition(_function(item))
    if tree is None or not tree.args.args or type(item) is staticmethod:
        return reads, stores
    own = tree.args.args[0].arg

    def attribute(node: ast.AST) -> str:
        if not isinstance(node, ast.Attribute) or len(node.attr) > MAX_NAME:
            return ""
        of = node.value.func if isinstance(node.value, ast.Call) else node.value
        return node.attr if isinstance(of, ast.Name) and of.id in (own, "super") else ""

    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign) and attribute(node.target):
            reads[attribute(node.target)] = None
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store) and attribute(node.value):
            stores[attribute(node.value)] = None
        elif isinstance(node, ast.Attribute) and attribute(node):
            (reads if isinstance(node.ctx, ast.Load) else stores)[node.attr] = None
    return reads, stores


def call(cls: Any, method: str, setup: list[Any], positional: list[Any], keywords: dict[str, Any]) -> tuple[Any, Any]:
    """Call a method of a new instance; return its result and the requested attributes of the instance.

    ``setup`` is (a list of keyword arguments for the construction, of which the first that works is used; the attributes
    to set afterwards; the names of the attributes to return). For ``__init__`` the instance is only constructed, and all
    its attributes are returned.
    """
    constructions, attributes, fetch = setup
    instance = _instance(cls, constructions, bare=method != "__init__")
    for name, value in attributes.items():
        object.__setattr__(instance, _private(cls, name), value)
    if method == "__init__":
        own = object.__getattribute__(instance, "__dict__")
        return None, {_as_written(cls, name): own[name] for name in list(own)[:MAX_ATTRIBUTES] if type(name) is str}
    returned = getattr(instance, _private(cls, method))(*positional, **keywords)
    fetched = {}
    for name in fetch:
        with contextlib.suppress(Exception):  # a missing attribute, or a property that fails
            fetched[name] = object.__getattribute__(instance, _private(cls, name))
    return returned, fetched


def _instance(cls: Any, constructions: list[dict[str, Any]], bare: bool) -> Any:
    """Return an instance from the first construction that works; ``bare`` allows to skip ``__init__`` if none does."""
    problem: Exception | None = None
    for keywords in constructions:
        try:
            return cls(**keywords)
        except Exception as error:
            problem = problem or error
    if bare or problem is None:
        return object.__new__(cls)
    raise problem
