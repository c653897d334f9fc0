"""Binds a submission's functions, arguments and results by name, in any order.

Case and underscores do not count, and the assignment lists further names. If something cannot be bound, one sentence
shows the expected signature and the actual one.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..assignment.base import EPOCHS
from ..assignment.functions import FunctionSpec
from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import SubmittedFunction
from ..support.arrays import Shape, describe, number_of_values, shape_of, without_ones
from ..support.i18n import _, joined
from ..support.similar_names import normal
from ..support.text import clean


@dataclass(frozen=True)
class Bundle:
    """Several inputs as one argument: the ``value`` that the submission gets, and the ``names`` of the inputs in it."""

    value: Any
    names: list[str]


@dataclass(frozen=True)
class State:
    """The content of a method's instance: {attribute or entry of it: argument}, and the arguments that need no parameter."""

    bound: dict[str, str]
    excused: frozenset[str]


# Parameters of functions that also print, plot or compute something else, and the values that turn this off.
SWITCHES: dict[str, bool | int] = {
    **dict.fromkeys(["verbose", "debug", "print_cost", "print_loss", "plot", "show", "show_plot"], False),
    **dict.fromkeys(["derivative", "deriv", "derive"], False),
    **dict.fromkeys(["print_every", "log_every", "print_interval", "log_interval"], 1_000_000),
}
SWITCHES = {name.replace("_", ""): value for name, value in SWITCHES.items()}

SIMILAR = 0.8  # similarity of two names, from 0 to 1, from which one may be a misspelling of the other
RATES = ("learning_rate", "alpha", "eta")  # names of the learning rate, which back-propagation may take as an argument
NO_STATE = State({}, frozenset())


@dataclass(frozen=True)
class Binding:
    """The arguments of a call, each as the name of its value: positional ones, and {parameter: name} of the others.

    A name is that of an input, of a default of the assignment, of a bundle, or of a switch.
    """

    positional: list[str]
    keywords: dict[str, str]
    switches: dict[str, bool | int] = field(default_factory=dict)


def match(given_names: Iterable[str], wanted_names: Iterable[str], aliases: dict[str, list[str]]) -> dict[str, str]:
    """Return {given name: wanted name} for the names that match: the same, the same except for case, or an alias.

    Exact names go first, so that an alias never takes another's place, and a special method such as ``__init__`` goes last.
    """
    given_names, wanted_names = list(given_names), list(wanted_names)
    bound: dict[str, str] = {name: name for name in wanted_names if name in given_names}
    if len(bound) == len(given_names):
        return bound
    alike: dict[str, list[str]] = {}
    for name in given_names:
        alike.setdefault(normal(name), []).append(name)
    for is_special, by_alias in itertools.product((False, True), repeat=2):
        for want in wanted_names:
            if len(bound) == len(given_names):
                return bound
            if want in bound.values():
                continue
            # The first alias that exists, in the order of the assignment.
            known_names = aliases.get(want, []) if by_alias else [want]
            fitting = [
                name
                for spelling in known_names
                for name in alike.get(normal(spelling), [])
                if name not in bound and name.startswith("__") == is_special
            ]
            if fitting:
                bound[fitting[0]] = want
    return bound


def names_of_epochs_and_rate(arguments: Sequence[str]) -> tuple[str, str]:
    """Return the names of the arguments for the number of epochs and for the learning rate; "" for a missing one."""
    epochs = next((name for name in arguments if name in EPOCHS), "")
    rate = next((name for name in arguments if name in RATES), "")
    return epochs, rate


def find_function(
    content: AssignmentSpec, name: str, defined: dict[str, SubmittedFunction]
) -> SubmittedFunction | None:
    """Return the submitted function for the function ``name`` of the assignment, by this name or an alias."""
    written_name = content.written_name(name)
    aliases = {written_name: content.functions[name].aliases}
    if not content.functions[
        name
    ].arguments:  # a method with required parameters only does part of the work of the constructor
        defined = {
            key: target for key, target in defined.items() if not target.owner or key == "__init__" or _free(target)
        }
    return next((defined[target] for target in match(defined, [written_name], aliases)), None)


def bind_arguments(
    content: AssignmentSpec,
    name: str,
    target: SubmittedFunction,
    inputs: dict[str, Any],
    bundles: dict[str, Bundle] | None = None,
    state: State = NO_STATE,
) -> tuple[list[Any], dict[str, Any]]:
    """Return (positional, keyword) arguments that give ``inputs`` to the submitted function.

    Arguments that ``inputs`` leaves out get the default of the assignment's signature, not the submission's, so that all
    submissions get the same arguments. ``bundles`` maps parameters (see :func:`bundled`) to their values, ``state`` has
    the arguments that are in a method's instance. Raises CallError with status ``failed``.
    """
    bundles = bundles or {}
    held_names = tuple((parameter, *bundle.names) for parameter, bundle in bundles.items())
    question = (name, tuple(inputs), held_names, tuple(state.bound.items()), state.excused)
    if question not in target.bindings:
        target.bindings[question] = _binding(content, name, target, inputs, bundles, state)
    binding: Binding = target.bindings[question]
    values = {**content.functions[name].complete(inputs), **inputs, **binding.switches}
    values |= {parameter: bundle.value for parameter, bundle in bundles.items()}
    keywords = {parameter: values[key] for parameter, key in binding.keywords.items()}
    return [values[key] for key in binding.positional], keywords


def _binding(
    content: AssignmentSpec,
    name: str,
    target: SubmittedFunction,
    inputs: dict[str, Any],
    bundles: dict[str, Bundle],
    state: State,
) -> Binding:
    """Return the binding of a call, which depends only on the names of the inputs; see :func:`bind_arguments`."""
    declared = content.functions[name]
    if target.name == "__init__":
        return Binding([], {})  # see classes.constructions()
    values = [*declared.complete(inputs)]
    within = {item for bundle in bundles.values() for item in bundle.names}
    optional_names = [*declared.optional_inputs, *RATES]
    further = [item for item in optional_names if item in inputs and item not in values]
    others = [item for item in inputs if item not in values and item not in further]
    kinds = {parameter: kind for parameter, kind, _ in target.parameters}
    parameters = [parameter for parameter, kind in kinds.items() if not kind.startswith("VAR_")]
    if not parameters and "VAR_POSITIONAL" in kinds.values():
        return Binding(values, {})
    single = [parameter for parameter in parameters if parameter not in bundles]
    bound = match(single, values, content.aliases)
    bound |= match([parameter for parameter in single if parameter not in bound], further, content.aliases)
    if not bundles:
        bound |= _by_elimination(content, name, target, bound | state.bound, inputs)
    required = [parameter for parameter, _, default in target.parameters if parameter in single and not default]
    bound |= match([parameter for parameter in required if parameter not in bound], others, content.aliases)
    computed = {place for place, other in declared.alternatives.items() if other in bound.values()}
    bound_names = {*bound.values(), *within, *state.bound.values(), *state.excused, *computed}
    needed = [
        argument
        for argument in values
        if argument in inputs and argument not in {*bound_names, *declared.optional_arguments}
    ]
    bound |= {parameter: parameter for parameter in bundles}
    free = [parameter for parameter in required if parameter not in bound]
    switches = {parameter: SWITCHES[normal(parameter)] for parameter in free if normal(parameter) in SWITCHES}
    bound |= {parameter: parameter for parameter in switches}
    unknown = [parameter for parameter in free if parameter not in switches]
    keywords: dict[str, str] = {}
    if "VAR_KEYWORD" in kinds.values():
        keywords = {argument: argument for argument in needed}
        needed = []
    elif "VAR_POSITIONAL" in kinds.values() and not unknown:
        ordered = [p for p in parameters if kinds[p] != "KEYWORD_ONLY"]
        if needed and all(parameter in bound for parameter in ordered):
            rest = {p: bound[p] for p in parameters if p in bound and p not in ordered}
            return Binding([*(bound[p] for p in ordered), *needed], rest, switches)
    if needed or unknown:
        if needed and target.owner:
            message = _("Expected `{expected}`, found `{found}`: it has no parameter or attribute for {names}.")
        elif needed:
            message = _("Expected `{expected}`, found `{found}`: it has no parameter for {names}.")
        else:
            message = _("Expected `{expected}`, found `{found}`: it also requires {names}.")
        expected, actual = signature(name, content.functions[name]), submitted_signature(target)
        lists = {entry: own for own, entries in declared.entries.items() for entry in entries}
        names = dict.fromkeys(lists.get(item, declared.written_as.get(item, item)) for item in needed or unknown)
        raise WrongAnswer(message.format(expected=expected, found=actual, names=joined(names)))
    positional = [bound[p] for p in parameters if p in bound and kinds[p] == "POSITIONAL_ONLY"]
    keywords |= {p: bound[p] for p in parameters if p in bound and kinds[p] != "POSITIONAL_ONLY"}
    return Binding(positional, keywords, switches)


def bundled(content: AssignmentSpec, name: str, target: SubmittedFunction) -> dict[str, str]:
    """Return {parameter: function} for the parameters of ``target`` that take all results of a function together."""
    question = ("bundled", name)
    if question not in target.bindings:
        target.bindings[question] = _bundled(content, name, target)
    bundles: dict[str, str] = target.bindings[question]
    return bundles


def _bundled(content: AssignmentSpec, name: str, target: SubmittedFunction) -> dict[str, str]:
    parameters = [parameter for parameter, kind, _ in target.parameters if not kind.startswith("VAR_")]
    direct = match(parameters, content.functions[name].argument_names(), content.aliases)
    bundles = {}
    for parameter in parameters:
        for maker, function in content.functions.items():
            known_names = {normal(bundle) for bundle in function.bundled_as}
            if normal(parameter) in known_names and parameter not in direct:
                bundles[parameter] = maker
    return bundles


def _free(target: SubmittedFunction) -> bool:
    return all(default or kind.startswith("VAR_") for _, kind, default in target.parameters)


def _by_elimination(
    content: AssignmentSpec, name: str, target: SubmittedFunction, bound: dict[str, str], inputs: dict[str, Any]
) -> dict[str, str]:
    """Return the remaining arguments for the parameters with unknown names, if there are equally many.

    A switch is never taken for an argument. A parameter with the name of another argument or result is not taken either,
    unless it is the only required parameter.
    """
    values = content.functions[name].complete(inputs)
    remaining = [argument for argument in values if argument not in bound.values()]
    needed = [item for item in remaining if item in inputs and item not in content.functions[name].optional_arguments]
    if not needed:
        return {}
    plain = [(parameter, default) for parameter, kind, default in target.parameters if not kind.startswith("VAR_")]
    alone = sum(not default and normal(parameter) not in SWITCHES for parameter, default in plain) == 1
    elsewhere = match([p for p, default in plain if default or not alone], content.all_names(), {})
    elsewhere |= {parameter: parameter for parameter, _ in plain if normal(parameter) in SWITCHES}
    free = [(p, default) for p, default in plain if p not in bound and p not in elsewhere]
    required = [parameter for parameter, default in free if not default]
    every = [parameter for parameter, _default in free]
    for parameters, arguments in ((required, needed), (every, remaining), (every, needed)):
        if len(parameters) == len(arguments):
            return dict(zip(parameters, arguments, strict=True))
    return {}


def flatten(value: Any, returns: Sequence[str]) -> tuple[list[Any], list[str]]:
    """Return (items, names) of results that come as a dict, or with dicts or tuples among them.

    A name that comes twice counts once: ``return A3, cache`` gives A3 both alone and in the cache.
    """
    if isinstance(value, dict):
        value, returns = list(value.values()), list(value)
    if len(returns) != len(value):
        returns = [""] * len(value)
    items: list[Any] = []
    names: list[str] = []
    known_names: set[str] = set()
    for name, item in zip(returns, value, strict=True):
        inner, labels = flatten(item, []) if _holds_arrays(item) else ([item], [name])
        for label, leaf in zip(labels, inner, strict=True):
            if not label or normal(label) not in known_names:
                items.append(leaf)
                names.append(label)
                known_names.add(normal(label))
    return items, names


def bind_results(
    content: AssignmentSpec, name: str, target: SubmittedFunction, value: Any, shapes: dict[str, Shape]
) -> dict[str, Any]:
    """Return {result name: value} from the value that the submitted function returned.

    Results are distinguished by the keys of a dict or the names in the ``return`` statement; results without a known name
    by ``shapes`` if that is unambiguous, otherwise by their order. Raises CallError with status ``failed``.
    """
    wanted_names = content.functions[name].returns
    may_lack = content.functions[name].optional_results
    if content.functions[name].bundled_as and _is_nested(value):
        items, names = flatten(value, target.returns)
        whole = [item for item in value if isinstance(item, tuple | list) and len(item) == len(wanted_names)]
        if len(whole) == 1 and len(items) > len(wanted_names):  # return A3, (Z1, A1, Z2, A2, Z3, A3)
            items, names = list(whole[0]), [""] * len(wanted_names)
        value, target = tuple(items), replace(target, returns=names)
    if isinstance(value, dict):
        bound = match(value, wanted_names, content.aliases)
        if bound and {*bound.values(), *may_lack} >= set(wanted_names):
            return {want: value[key] for key, want in bound.items()}
        keys = clean(", ".join(map(str, value)))
        raise WrongAnswer(
            _("`{function}` returned a dict with the keys {listed}; expected {names}.").format(
                function=target.label, listed=keys, names=", ".join(wanted_names)
            ),
        )
    if len(wanted_names) == 1:
        return {wanted_names[0]: value}
    counts = Counter(target.returns)
    by_name = match([name for name in target.returns if counts[name] == 1], wanted_names, content.aliases)
    complete = bool(by_name) and {*by_name.values(), *may_lack} >= set(wanted_names)
    if isinstance(value, tuple | list) and len(value) == len(target.returns) and complete:
        # All results are known by name; other returned values do not matter.
        return {by_name[name]: item for name, item in zip(target.returns, value, strict=True) if name in by_name}
    if not isinstance(value, tuple | list) or len(value) != len(wanted_names):
        message = _("`{function}` returned {value}; expected {count} values: {names}.")
        words = number_of_values(value) if isinstance(value, tuple | list) else describe(value)
        raise WrongAnswer(
            message.format(function=target.label, value=words, count=len(wanted_names), names=", ".join(wanted_names))
        )
    names = target.returns if len(target.returns) == len(value) else [""] * len(value)
    results = {by_name[returned]: item for returned, item in zip(names, value, strict=True) if returned in by_name}
    rest = [item for returned, item in zip(names, value, strict=True) if returned not in by_name]
    return results | _by_shape([want for want in wanted_names if want not in results], rest, shapes)


def _is_nested(value: Any) -> bool:
    return isinstance(value, tuple | list) and any(_holds_arrays(item) for item in value)


def _holds_arrays(value: Any) -> bool:
    """True if a value is a dict, or a list that contains arrays; a list of numbers, or of such lists, is a single result."""
    if isinstance(value, tuple | list):
        return any(isinstance(item, np.ndarray) or _holds_arrays(item) for item in value)
    return isinstance(value, dict)


def _by_shape(wanted_names: Sequence[str], items: Sequence[Any], shapes: dict[str, Shape]) -> dict[str, Any]:
    """Return an item for each result: by shape if the shapes are unambiguous and in another order, otherwise in order."""
    in_order = dict(zip(wanted_names, items, strict=True))
    expected = {want: without_ones(shapes[want]) for want in wanted_names if want in shapes}
    all_shapes = [shape_of(item) for item in items]
    item_shapes = [None if shape is None else without_ones(shape) for shape in all_shapes]
    if len(set(expected.values())) < len(wanted_names) or set(item_shapes) != set(expected.values()):
        return in_order
    return {want: items[item_shapes.index(shape)] for want, shape in expected.items()}


def merged(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return {parameter: value}; a dict among the arguments is replaced by its entries."""
    names: dict[str, Any] = {}
    for parameter, value in arguments.items():
        names |= value if isinstance(value, dict) else {parameter: value}
    return names


def same(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """True if two lists of arguments, which may be dicts or lists of arrays, contain the same numbers."""
    one, other = flatten(list(before), [])[0], flatten(list(after), [])[0]
    return len(one) == len(other) and all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def signature(name: str, function: FunctionSpec) -> str:
    """Return the expected signature as a student would write it."""
    return f"{function.called or name}{function.written}"


def submitted_signature(target: SubmittedFunction) -> str:
    """Return the submitted signature; defaults are not known, so they are shown as dots."""
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}
    parts = [f"{stars.get(kind, '')}{name}{'=...' if default else ''}" for name, kind, default in target.parameters]
    return f"{target.label}({', '.join(parts)})"


def widths_in(values: dict[str, Any], shapes: dict[str, list[int | str]]) -> dict[str, int] | None:
    """Return {name: length} of the widths with which the values have these shapes, apart from axes of length one.

    Return None if the values do not have these shapes, or if a name would have two lengths.
    """
    widths: dict[str, int] = {}
    for name, pattern in shapes.items():
        shape = shape_of(values.get(name)) if name in values else None
        lengths, expected_lengths = without_ones(shape or ()), [length for length in pattern if length != 1]
        if len(lengths) != len(expected_lengths):
            return None
        for length, want in zip(lengths, expected_lengths, strict=True):
            if (widths.setdefault(want, length) if isinstance(want, str) else want) != length:
                return None
    return widths
