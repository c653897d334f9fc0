"""Binds the attributes of a class by name: those that its methods read, and those that they store."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from ..assignment.functions import FunctionSpec
from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import SubmittedFunction
from ..sandbox.failures import CallError
from ..support.arrays import Shape, describe, in_layout, number_of_values, shape_of
from ..support.i18n import _, joined
from ..support.similar_names import normal
from ..worker.values import Opaque
from .signatures import State, bind_results, find_function, match

Methods = dict[str, SubmittedFunction]

MOST_ENTRIES = 200  # of a dict, or of a list of arrays; a larger one does not contain parameters


def choose_class(content: AssignmentSpec, classes: dict[str, Methods]) -> Methods:
    """Return the methods of the class with the most functions of the assignment; of several classes, the last one, which may extend another."""
    best: Methods = {}
    most = 0
    for methods in classes.values():
        parts = sum(find_function(content, name, methods) is not None for name in content.functions)
        if parts and parts >= most:
            best, most = methods, parts
    return best


def entries(attributes: dict[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return {path: (label, value)} of attributes, and of the entries of those that are dicts or lists of arrays.

    ``params["W1"]`` has the label W1, and ``weights[0]`` the label weights1.
    """
    labelled: dict[str, tuple[str, Any]] = {}
    for name, value in attributes.items():
        if isinstance(value, dict) and len(value) <= MOST_ENTRIES:
            labelled |= {f"{name}.{key}": (key, item) for key, item in value.items()}
        elif isinstance(value, list) and len(value) <= MOST_ENTRIES and any(isinstance(i, np.ndarray) for i in value):
            labelled |= {f"{name}.{place}": (f"{name}{place + 1}", item) for place, item in enumerate(value)}
        else:
            labelled[name] = (name, value)
    return labelled


def bind_state(content: AssignmentSpec, name: str, attributes: dict[str, Any], inputs: dict[str, Any]) -> State:
    """Return which attributes, or entries of them, hold which of ``inputs``. Results of the method itself are not inputs.

    ``excused`` are the arguments that another method may leave out or compute, as forward does for backward.
    """
    declared = content.functions[name]
    arguments = declared.complete(inputs)
    others = [item for item in inputs if item not in arguments and item not in declared.returns]
    labels = {path: label for path, (label, _) in entries(attributes).items()}
    bound = match(dict.fromkeys(labels.values()), [*arguments, *others], _aliases(content, declared))
    computed = {
        result
        for function in content.functions.values()
        for result in function.returns
        if function.arguments and result not in function.argument_names()
    }
    excused = computed if bound else set[str]()
    return State({path: bound[label] for path, label in labels.items() if label in bound}, frozenset(excused))


def _aliases(content: AssignmentSpec, declared: FunctionSpec) -> dict[str, list[str]]:
    """Return the aliases of the assignment, and for an array of a list its labels: W1 is ``weights[0]``, which is weights1."""
    aliases = dict(content.aliases)
    for name, arrays in declared.entries.items():
        for place, array in enumerate(arrays, start=1):
            labels = [f"{word}{place}" for word in (name, *content.aliases.get(name, []))]
            aliases[array] = [*aliases.get(array, []), *labels]
    return aliases


def filled(attributes: dict[str, Any], state: State, values: dict[str, Any], as_kept: bool = False) -> dict[str, Any]:
    """Return the attributes with the inputs in their places, without the attributes that no input changes.

    ``as_kept`` gives each the axes of length one that the attribute has.
    """
    changed: dict[str, Any] = {}
    for path, argument in state.bound.items():
        name, _, entry = path.partition(".")
        container = attributes[name]
        if not entry:
            changed[name] = _shaped(values[argument], container, as_kept)
            continue
        copy = changed.setdefault(name, container.copy())
        key = entry if isinstance(container, dict) else int(entry)
        copy[key] = _shaped(values[argument], container[key], as_kept)
    return changed


def _shaped(value: Any, pattern: Any, as_kept: bool) -> Any:
    if not as_kept or not isinstance(pattern, np.ndarray):
        return value
    array = np.asarray(value) if isinstance(value, np.generic) and pattern.ndim else value
    return in_layout(array, pattern.shape)


def available_arguments(content: AssignmentSpec, methods: Methods) -> set[str]:
    """Return the arguments for which a method of the class has an attribute, or the constructor a parameter."""
    names = {name: None for target in methods.values() for name in (*target.reads, *target.stores)}
    if "__init__" in methods:
        names |= {parameter: None for parameter, _, _ in methods["__init__"].parameters}
    return set(match(names, content.all_names(), content.aliases).values())


def bind_all_results(
    content: AssignmentSpec,
    name: str,
    target: SubmittedFunction,
    value: Any,
    attributes: dict[str, Any],
    shapes: dict[str, Shape],
    before: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """Return {result name: value} from the returned value and, for results that were not returned, from the attributes.

    ``before`` has the arguments of the task before the call. Raises CallError with status ``failed``.
    """
    if not target.owner and not attributes:
        return bind_results(content, name, target, value, shapes)
    declared = content.functions[name]
    wanted_names = declared.returns
    labelled = dict(entries(attributes).values())
    # Arguments are matched first, so that no attribute is mistaken for a result with such an alias.
    names = match(labelled, dict.fromkeys([*declared.argument_names(), *wanted_names]), content.aliases)
    stored = {result: labelled[label] for label, result in names.items() if result in wanted_names}
    nothing = value is None or isinstance(value, Opaque)
    if not stored or (len(wanted_names) == 1 and not nothing):
        return bind_results(content, name, target, value, shapes)
    if isinstance(value, tuple | dict):
        with contextlib.suppress(CallError):
            return bind_results(content, name, target, value, shapes)
    items: list[Any] = []
    if not nothing:
        items = list(value) if isinstance(value, tuple) else [value]
    returned = target.returns if len(target.returns) == len(items) else [""] * len(items)
    by_name = match(returned, wanted_names, content.aliases)
    results = stored | {by_name[each]: item for each, item in zip(returned, items, strict=True) if each in by_name}
    lacking = [each for each in wanted_names if each not in results]
    rest = [item for each, item in zip(returned, items, strict=True) if each not in by_name]
    if len(lacking) == 1 == len(rest):
        return results | {lacking[0]: rest[0]}
    if not lacking:
        return results | (_without_name(rest, stored, before, shapes) if not target.owner else {})
    message = _(
        "`{function}` returned {value} and keeps {kept}; expected {names}: return {lacking} as well, or keep it in an attribute of that name."
    )
    raise WrongAnswer(
        message.format(
            function=target.label,
            value=number_of_values(value) if isinstance(value, tuple) else describe(value),
            kept=", ".join(stored),
            names=", ".join(wanted_names),
            lacking=joined(lacking),
        ),
    )


def _without_name(
    rest: Sequence[Any], stored: Mapping[str, Any], before: Mapping[str, Any], shapes: Mapping[str, Shape]
) -> dict[str, Any]:
    """Return {result: value} for a returned value without a name: a result whose variable has not changed in the call.

    The value must have the shape of this result, and of no other.
    """
    if len(rest) != 1:
        return {}
    fitting = [result for result, shape in shapes.items() if shape == shape_of(rest[0])]
    if len(fitting) != 1 or fitting[0] not in before or fitting[0] not in stored:
        return {}
    has_changed = not np.array_equal(stored[fitting[0]], before[fitting[0]])
    return {} if has_changed else {fitting[0]: rest[0]}


def constructions(content: AssignmentSpec, name: str, methods: Methods, inputs: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the keyword arguments to try for the constructor: by name, then sizes for all parameters without a default."""
    if "__init__" not in methods:
        return [{}]
    parameters = {p: default for p, kind, default in methods["__init__"].parameters if not kind.startswith("VAR_")}
    declared = content.functions[name]
    values = declared.complete(inputs) | inputs
    for list_name, arrays in declared.entries.items():
        if all(array in inputs for array in arrays):
            values[list_name] = [inputs[array] for array in arrays]
    bound = match(parameters, values, content.aliases)
    required = [parameter for parameter, default in parameters.items() if not default]
    by_name = {parameter: values[want] for parameter, want in bound.items()}
    sizes = layer_sizes(content, inputs)
    rest = sized([parameter for parameter in required if parameter not in bound], sizes)
    return [by_name | rest, sized(required, sizes)]


def layer_sizes(content: AssignmentSpec, inputs: dict[str, Any]) -> list[int]:
    """Return the number of units of each layer, from the weights: the parameters whose names begin with w."""
    shapes: dict[str, Shape] = {}
    for function in content.functions.values():
        shapes |= function.sizes()
        shapes |= {name: shape_of(inputs[name]) or () for name in function.argument_names() if name in inputs}
    pairs = [(*shapes[name], 1)[:2] for name in sorted(shapes) if normal(name).startswith("w") and shapes[name]]
    if not all(before[1] == after[0] for before, after in pairwise(pairs)):
        pairs = [pair[::-1] for pair in pairs]
    return [pairs[0][0], *(pair[1] for pair in pairs)] if pairs else []


def sized(parameters: Iterable[str], sizes: list[int]) -> dict[str, Any]:
    """Return a size for each parameter of a constructor: in order, or by its name if the numbers differ."""
    parameters = list(parameters)
    values_by_parameter: dict[str, Any] = dict(zip(parameters, [*sizes, *[1] * len(parameters)], strict=False))
    for parameter in parameters if sizes and len(parameters) != len(sizes) else []:
        word = normal(parameter)
        if "hid" in word:
            values_by_parameter[parameter] = sizes[1]
        elif "out" in word or "class" in word:
            values_by_parameter[parameter] = sizes[-1]
        elif "in" not in word and any(part in word for part in ("layer", "size", "dims", "dimension")):
            values_by_parameter[parameter] = list(sizes)
    return values_by_parameter
