"""Binds a submission's functions, arguments and results by name, whatever order it writes them in.

Case and underscores do not count, and the assignment lists further names. What cannot be bound is
said in one sentence, with the signature that was expected and the one that was found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .assignment import AssignmentFile, Function
from .sandbox.endings import CallFailed
from .sandbox.session import Found


def normal(name: str) -> str:
    """Return ``name`` as it is compared: lower case, without underscores."""
    return name.lower().replace("_", "")


def find_function(content: AssignmentFile, name: str, defined: dict[str, Found]) -> Found | None:
    """Return the submitted function that plays the part of ``name``, by its own name or an alias."""
    if name in defined:
        return defined[name]
    by_normal = {normal(found): function for found, function in defined.items()}
    for wanted in (name, *content.functions[name].aliases):
        if normal(wanted) in by_normal:
            return by_normal[normal(wanted)]
    return None


def known_as(content: AssignmentFile, name: str) -> set[str]:
    """All normal forms by which an argument or result may be called."""
    return {normal(name), *(normal(alias) for alias in content.names.get(name, []))}


def bind_arguments(
    content: AssignmentFile, name: str, found: Found, inputs: dict[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return (positional, keyword) arguments that give ``inputs`` to the submitted function.

    Arguments that ``inputs`` leaves out get the default of the assignment's signature, not the
    submission's: everybody is asked the same. Raises CallFailed with status ``failed``.
    """
    function = content.functions[name]
    values = function.complete(inputs)
    variadic = {kind for _, kind, _ in found.parameters if kind.startswith("VAR_")}
    parameters = [parameter for parameter in found.parameters if not parameter[1].startswith("VAR_")]
    bound = _by_name(content, function, [parameter[0] for parameter in parameters])
    free = [parameter for parameter, _, default in parameters if parameter not in bound and not default]
    left = [argument for argument in values if argument not in bound.values()]
    needed = [argument for argument in left if argument in inputs]
    # By elimination: one unknown name for one argument, or strange names throughout in the right number.
    if len(free) == len(needed) and (len(free) == 1 or not bound):
        bound |= dict(zip(free, needed, strict=True))
        free, needed = [], []
    if "VAR_POSITIONAL" in variadic and not parameters:
        return [values[argument] for argument in values if argument in inputs], {}
    if "VAR_KEYWORD" in variadic:
        free_form = {argument: values[argument] for argument in needed}
        needed = []
    else:
        free_form = {}
    if free or needed:
        reason = (
            f"it has no parameter for {' and '.join(needed)}" if needed else f"it also asks for {' and '.join(free)}"
        )
        raise CallFailed("failed", _signatures(name, function, found, reason))
    positional = [
        values[bound[parameter]]
        for parameter, kind, _ in parameters
        if kind == "POSITIONAL_ONLY" and parameter in bound
    ]
    keywords = {
        parameter: values[bound[parameter]]
        for parameter, kind, _ in parameters
        if kind != "POSITIONAL_ONLY" and parameter in bound
    }
    return positional, {**keywords, **free_form}


def _by_name(content: AssignmentFile, function: Function, parameters: list[str]) -> dict[str, str]:
    """Map parameters to arguments: exact names first, so that an alias never takes another's place."""
    bound: dict[str, str] = {}
    rules = (
        lambda parameter, argument: parameter == argument.name,
        lambda parameter, argument: normal(parameter) == normal(argument.name),
        lambda parameter, argument: normal(parameter) in known_as(content, argument.name),
    )
    for fits in rules:
        for argument in function.arguments:
            for parameter in parameters:
                if parameter not in bound and argument.name not in bound.values() and fits(parameter, argument):
                    bound[parameter] = argument.name
    return bound


def bind_results(
    content: AssignmentFile, name: str, found: Found, value: Any, shapes: dict[str, tuple[int, ...]]
) -> dict[str, Any]:
    """Return {result name: value} of what the submitted function returned.

    Results are told apart by the keys of a dict, the names in the ``return`` statement, else their
    order; and by shape where the order fits no shape. Raises CallFailed with status ``failed``.
    """
    wanted = content.functions[name].returns
    if isinstance(value, dict):
        named = {key: item for want in wanted for key, item in _pick(content, want, value)}
        if len(named) == len(wanted):
            return named
        raise CallFailed(
            "failed",
            f"`{found.name}` returned a dict with the keys {', '.join(map(str, value))}; expected {', '.join(wanted)}.",
        )
    if len(wanted) == 1:
        return {wanted[0]: value}
    if not isinstance(value, tuple | list):
        raise CallFailed(
            "failed", f"`{found.name}` returned {describe(value)}; expected {len(wanted)} values: {', '.join(wanted)}."
        )
    if len(value) != len(wanted):
        raise CallFailed(
            "failed", f"`{found.name}` returned {len(value)} values; expected {len(wanted)}: {', '.join(wanted)}."
        )
    by_name = _by_name(
        content, Function(signature=f"({', '.join(wanted)})", returns=wanted), [item for item in found.returns if item]
    )
    if len(by_name) == len(wanted) == len(found.returns):
        return {by_name[returned]: item for returned, item in zip(found.returns, value, strict=True)}
    in_order = dict(zip(wanted, value, strict=True))
    if all(np.shape(in_order[want]) == shapes[want] for want in wanted if want in shapes) or any(
        isinstance(item, list) for item in value
    ):
        return in_order
    by_shape = {np.shape(item): item for item in value}
    if len(by_shape) == len(wanted) and set(by_shape) == set(shapes.values()):
        return {want: by_shape[shapes[want]] for want in wanted}
    return in_order


def _pick(content: AssignmentFile, want: str, value: dict[str, Any]) -> list[tuple[str, Any]]:
    names = known_as(content, want)
    return [(want, item) for key, item in value.items() if normal(key) in names][:1]


def describe(value: Any) -> str:
    """Say what a returned value is, without its content: "a list", "an array of shape (3,)"."""
    if value is None:
        return "None"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    name = getattr(value, "type_name", type(value).__name__)
    if isinstance(value, int | float | np.generic):
        return f"a single number ({name})"
    article = "an" if name[:1].lower() in "aeiou" else "a"
    return f"{article} {name}"


def signature(name: str, function: Function) -> str:
    """The expected signature as a student would write it."""
    return f"{name}{function.signature}"


def found_signature(found: Found) -> str:
    """The submitted signature; defaults are not known, so they are shown as dots."""
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
    shown = [f"{stars.get(kind, '')}{name}{'=...' if default else ''}" for name, kind, default in found.parameters]
    return f"{found.name}({', '.join(shown)})"


def missing(content: AssignmentFile, name: str, defined: dict[str, Found]) -> str:
    """The sentence for a function that is not there."""
    close = [other for other in defined if normal(name) in normal(other) or normal(other) in normal(name)]
    also = f" Found instead: {', '.join(found_signature(defined[other]) for other in close[:3])}." if close else ""
    return f"The function `{signature(name, content.functions[name])}` is missing: define it under this name.{also}"


def _signatures(name: str, function: Function, found: Found, reason: str) -> str:
    return f"Expected `{signature(name, function)}`, found `{found_signature(found)}`: {reason}."
