"""Lists of arrays in a submission's calls: arguments are put together, and results taken apart.

The assignment knows the arrays of a list by names such as W1 and W2 (:mod:`grader.assignment.lists`). Lists that begin with
the last layer, all those of a function alike, and a list that begins with an input are accepted with a note.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..assignment.functions import FunctionSpec
from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import SubmittedFunction
from ..support.arrays import Shape, describe, number_of_values, numbers, shape_of, without_ones
from ..support.i18n import _, joined, ngettext
from . import signatures
from .signatures import Bundle

LEFT_OUT = "layers-left-out"
SINGLE = 1e-6  # relative: more than the rounding of float32
MOST_ORDERS = 4  # results of a function, whose order is found from the shapes


@dataclass
class Habits:
    """What earlier answers have shown: whether the lists that a function returns begin with the last layer."""

    reversed_lists: dict[str, bool] = field(default_factory=dict)


def bundles(
    content: AssignmentSpec, function: str, target: SubmittedFunction, laid_out: Mapping[str, Any]
) -> dict[str, Bundle]:
    """Return {parameter: list} for the parameters that take a list of the arrays in ``laid_out``."""
    declared = content.functions[function]
    lists = {
        name: entries
        for name, entries in declared.entries.items()
        if all(entry in laid_out for entry in entries) and not set(entries) & set(declared.returns)
    }
    if not lists:
        return {}
    parameters = [name for name, kind, _default in target.parameters if not kind.startswith("VAR_")]
    bound = signatures.match(parameters, lists, content.aliases)
    free = [name for name, kind, default in target.parameters if not default and not kind.startswith("VAR_")]
    others = signatures.match(free, [name for name in content.all_names() if name not in bound], content.aliases)
    free = [name for name in free if name not in bound and name not in others]
    missing = [name for name in lists if name not in bound.values()]
    if len(free) == len(missing):
        bound |= dict(zip(free, missing, strict=True))
    return {
        parameter: Bundle([laid_out[entry] for entry in lists[name]], lists[name]) for parameter, name in bound.items()
    }


def taken_apart(
    content: AssignmentSpec,
    function: str,
    target: SubmittedFunction,
    value: Any,
    shapes: Mapping[str, Shape],
    inputs: Mapping[str, Any],
    habits: Habits,
) -> tuple[dict[str, Any], list[str]]:
    """Return {array: value} of the lists in a returned value, with its other results, and notes about conventions.

    ``shapes`` are those of the correct arrays. Raises WrongAnswer for a value that does not consist of the results.
    """
    declared = content.functions[function]
    result_names = declared.result_names()
    if isinstance(value, dict) and signatures.match(value, declared.returns, content.aliases):
        return value, []  # {"dW1": ..., "dW2": ...}
    results = _named(content, declared, target, result_names, value, shapes)
    in_lists = {entry for entries in declared.entries.values() for entry in entries}
    plain_inputs = [value for name, value in inputs.items() if name not in in_lists]
    parts = {name: result for name, result in results.items() if name not in declared.entries}
    lists = {
        name: _items(target, name, result, len(declared.entries[name]), is_alone=len(results) == 1)
        for name, result in results.items()
        if name in declared.entries
    }
    notes: list[str] = []
    key = declared.called or function
    backwards = _are_reversed(target, declared, lists, shapes)
    if backwards is not None:
        habits.reversed_lists[key] = backwards
    for name, items in lists.items():
        entries = declared.entries[name]
        if habits.reversed_lists.get(key, False):
            notes.append(_("`{name}` begins with the last layer: accepted.").format(name=name))
            items = items[::-1]
        if len(items) == len(entries) + 1 and _is_input(items[0], plain_inputs):
            notes.append(_("`{name}` begins with the input: accepted.").format(name=name))
            items = items[1:]
        if len(items) != len(entries):
            message = ngettext(
                "`{function}`: {name} has {length}, expected {count} array: one for each layer.",
                "`{function}`: {name} has {length}, expected {count} arrays: one for each layer.",
                len(entries),
            )
            length = ngettext("{count} entry", "{count} entries", len(items)).format(count=len(items))
            bug = LEFT_OUT if 0 < len(items) < len(entries) else ""
            raise WrongAnswer(message.format(function=target.label, name=name, length=length, count=len(entries)), bug)
        parts |= zip(entries, items, strict=True)
    return parts, notes


def _named(
    content: AssignmentSpec,
    declared: FunctionSpec,
    target: SubmittedFunction,
    result_names: Sequence[str],
    value: Any,
    shapes: Mapping[str, Shape],
) -> dict[str, Any]:
    """Return {result: value}: by the keys of a dict, by the names in ``return``, or in the order that fits the shapes."""
    if len(result_names) == 1 and not isinstance(value, dict):
        return {result_names[0]: value}
    if isinstance(value, dict):
        bound = signatures.match(value, result_names, content.aliases)
        value, names = list(value.values()), [bound.get(key, "") for key in value]
    else:
        value = _layer_by_layer(value, len(result_names))
        returned = target.returns if isinstance(value, list | tuple) and len(target.returns) == len(value) else []
        bound = signatures.match(returned, result_names, content.aliases)
        names = [bound.get(name, "") for name in returned]
    if isinstance(value, list | tuple) and set(result_names) <= set(names):
        return {name: item for name, item in zip(names, value, strict=True) if name}
    if not isinstance(value, list | tuple) or len(value) != len(result_names):
        message = _("`{function}` returned {value}; expected {count} values: {names}.")
        words = number_of_values(value) if isinstance(value, list | tuple) else describe(value)
        raise WrongAnswer(
            message.format(function=target.label, value=words, count=len(result_names), names=", ".join(result_names))
        )
    orders = itertools.permutations(value) if len(result_names) <= MOST_ORDERS else iter([tuple(value)])
    fitting = (order for order in orders if _fit(dict(zip(result_names, order, strict=True)), declared, shapes))
    return dict(zip(result_names, next(fitting, value), strict=True))


def _layer_by_layer(value: Any, count: int) -> Any:
    """Return [(dW1, db1), (dW2, db2)] as ([dW1, dW2], [db1, db2]); other values unchanged."""
    pairs = isinstance(value, list) and all(isinstance(item, list | tuple) and len(item) == count for item in value)
    if not pairs or not value or not all(isinstance(item, tuple) for item in value):
        return value
    return tuple([*items] for items in zip(*value, strict=True))


def _fit(results: Mapping[str, Any], declared: FunctionSpec, shapes: Mapping[str, Shape]) -> bool:
    """True if the arrays have the numbers of axes of the results."""
    for name, result in results.items():
        is_list = name in declared.entries and isinstance(result, list | tuple)
        for entry, item in zip(declared.entry_names(name), result if is_list else [result], strict=False):
            own, right = shape_of(item), shapes.get(entry)
            if own is not None and right is not None and len(without_ones(own)) != len(without_ones(right)):
                return False
    return True


def _items(target: SubmittedFunction, name: str, result: Any, count: int, is_alone: bool) -> list[Any]:
    """Return the arrays of a result that must be a list. Arrays of equal shapes may be one array."""
    if isinstance(result, np.ndarray) and result.ndim > 1 and len(result) == count:
        return [*result]
    if isinstance(result, dict):
        result = list(result.values())
    if result is None and is_alone:
        message = _(
            "`{function}`: {name} is None. Does the function end with `return` and a list with one array for each layer?"
        )
        raise WrongAnswer(message.format(function=target.label, name=name))
    if not isinstance(result, list | tuple):
        message = _("`{function}`: {name} is {value}, expected a list with one array for each layer.")
        raise WrongAnswer(message.format(function=target.label, name=name, value=describe(result)))
    return [*result]


def _are_reversed(
    target: SubmittedFunction,
    declared: FunctionSpec,
    lists: Mapping[str, Sequence[Any]],
    shapes: Mapping[str, Shape],
) -> bool | None:
    """Return whether all lists begin with the last layer; None if their shapes fit both orders, or none.

    Raises WrongAnswer if some begin with the last layer and others with the first.
    """
    names: dict[bool | None, list[str]] = {}
    for name, items in lists.items():
        entries = declared.entries[name]
        right = [shapes.get(entry) for entry in entries]
        names.setdefault(_is_reversed(items[-len(entries) :], items[: len(entries)], right), []).append(name)
    if True in names and False in names:
        sentence = _(
            "`{function}`: {first} begins with the first layer, but {last} begins with the last one. All lists need the same order."
        )
        raise WrongAnswer(sentence.format(function=target.label, first=joined(names[False]), last=joined(names[True])))
    return True in names if True in names or False in names else None


def _is_reversed(last: Sequence[Any], first: Sequence[Any], shapes: Sequence[Shape | None]) -> bool | None:
    """Return whether arrays are in reversed order; None if the shapes fit both orders, or none.

    ``last`` are the arrays without one more at the beginning, ``first`` those without one more at the end.
    """
    if any(shape is None for shape in shapes):
        return None
    expected = [without_ones(shape) for shape in shapes if shape is not None]

    def fits(items: Sequence[Any]) -> bool:
        own_shapes = [shape_of(item) for item in items]
        return [None if shape is None else without_ones(shape) for shape in own_shapes] == expected

    in_order, backwards = fits(last), fits(first[::-1])
    return None if in_order == backwards else backwards


def _is_input(item: Any, inputs: Sequence[Any]) -> bool:
    """True for an input of the call, also after the rounding of float32, or for nothing."""
    if item is None:
        return True
    own = numbers(item)
    return own is not None and any(
        isinstance(value, np.ndarray) and own.shape == value.shape and np.allclose(own, value, SINGLE, 0)
        for value in inputs
    )
