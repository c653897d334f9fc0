"""Sequences: objects are constructed, and their methods are called one after the other.

For the reference, the steps and the diagnosis, a sequence is a function like any other. Its arguments are all numbers
and arrays that the constructors and methods get; ``change3`` is the result ``change`` of the third call. Its steps are
the formulas of the classes, written out for each call: ``m: rho * m + (1 - rho) * gradient`` becomes
``m3: rho * m2 + (1 - rho) * g3``. So a wrong formula changes all calls, and everything that depends on them.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from .base import Argument, Scalar
from .bugs import Bug
from .classes import START, ClassSpec, MethodSpec

Values = Mapping[str, str | Scalar]
Formulas = dict[str, str]
Replaced = Mapping[tuple[str, str, str], str]  # {(class, method, quantity): formula}
Quantities = frozenset[tuple[str, str]]  # (class, quantity)
NONE = Quantities()
STATE_SHARED, STATE_NOT_KEPT, STATE_NOT_RESET = "state-shared", "state-not-kept", "state-not-reset"


class SequenceError(ValueError):
    """A mistake in the declaration of a sequence; ``value`` is the text in its line of the file."""

    def __init__(self, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.value = value


@dataclass(frozen=True)
class MadeObject:
    """An object of a sequence: its class, and the name of the input for each argument of the constructor."""

    name: str
    class_name: str
    arguments: dict[str, str]


@dataclass(frozen=True)
class MadeCall:
    """A call of a sequence: the name of the input for each argument, and the name of each result in the sequence."""

    on: str
    method: str
    arguments: dict[str, str]
    results: dict[str, str]


@dataclass(frozen=True)
class ObjectSequence:
    """The objects that are constructed, the calls in their order, and the numbers among the arguments, by name."""

    function: str
    objects: dict[str, MadeObject]
    calls: list[MadeCall]
    numbers: dict[str, Any] = field(default_factory=dict)

    @property
    def returns(self) -> list[str]:
        """The names of all results, in the order of the calls."""
        return [name for call in self.calls for name in call.results.values()]

    @property
    def inputs(self) -> list[str]:
        """The names of all arguments, each once."""
        arguments = [*(item.arguments for item in self.objects.values()), *(call.arguments for call in self.calls)]
        return [*dict.fromkeys(name for each in arguments for name in each.values())]

    @property
    def signature(self) -> str:
        """The arguments of the sequence as a function; those that are numbers have a default."""
        required = [name for name in self.inputs if name not in self.numbers]
        return f"({', '.join([*required, *(f'{name}={value!r}' for name, value in self.numbers.items())])})"

    @property
    def plan(self) -> dict[str, Any]:
        """The sequence as data, for the worker with the reference."""
        return {
            "objects": [[item.name, item.class_name, item.arguments] for item in self.objects.values()],
            "calls": [[call.on, call.method, call.arguments, [*call.results]] for call in self.calls],
        }

    def method_of(self, result: str) -> str:
        """Return the class and the method that give a result, such as ``Adam.update_change``."""
        call = next((call for call in self.calls if result in call.results.values()), self.calls[0])
        return f"{self.objects[call.on].class_name}.{call.method}"

    def listed(self) -> str:
        """Return the calls as a text, each with its number, which the names of the results have at their end."""
        return ", ".join(
            f"{number} {f'{call.on}.' if call.on else ''}{call.method}({', '.join(call.arguments.values())})"
            for number, call in enumerate(self.calls, 1)
        )

    def alone(self) -> list[tuple[ObjectSequence, ObjectSequence]]:
        """Return the calls of each object alone, in parts: a call without results, such as a reset, ends a part.

        Each part comes twice: alone, and after the calls without results that were before it.
        """
        parts = []
        for name, item in self.objects.items():
            silent: list[MadeCall] = []
            part: list[MadeCall] = []
            for call in [*(call for call in self.calls if call.on == name), None]:
                if call is not None and call.results:
                    part.append(call)
                    continue
                if part:
                    alone = replace(self, objects={name: item}, calls=part)
                    parts.append((alone, replace(alone, calls=[*silent, *part])))
                    part = []
                silent += [call] if call is not None else []
        return parts

    def last_call(self) -> ObjectSequence:
        """Return the same sequence with its last call only."""
        return replace(self, calls=self.calls[-1:])

    def shared(self) -> bool:
        """True if several objects have the same class."""
        return len({item.class_name for item in self.objects.values()}) < len(self.objects)


class _Names:
    """Gives each number in a declaration the name of an argument of the sequence."""

    def __init__(self) -> None:
        self.numbers: dict[str, Any] = {}

    def of(self, what: str, declared: Sequence[Argument], values: Values, suffix: str) -> dict[str, str]:
        """Return {argument: name of an input}; raises SequenceError for an unknown argument.

        A required argument without a value is the input of its own name.
        """
        names = [item.name for item in declared]
        for name in values:
            if name not in names:
                choice = f"allowed are {', '.join(names)}" if names else "it has none"
                raise SequenceError(name, f"'{name}' is not an argument of {what}; {choice}.")
        arguments = {}
        for item in declared:
            value = values.get(item.name, item.default if item.optional else item.name)
            if isinstance(value, str):
                arguments[item.name] = value
            else:
                arguments[item.name] = f"{item.name}{suffix}"
                self.numbers[arguments[item.name]] = value
        return arguments


def _quantities(classes: Mapping[str, ClassSpec], item: MadeObject, call: MadeCall) -> list[str]:
    return [*call.results, *classes[item.class_name].steps.get(call.method, {})]


def methods_of(classes: Mapping[str, ClassSpec], name: str) -> dict[str, MethodSpec]:
    """Return the methods of a class, with those of the class that it is ``like``."""
    spec = classes[name]
    inherited = methods_of(classes, spec.like) if spec.like else {}
    return {**inherited, **spec.methods}


def sequence_of(
    function: str,
    classes: Mapping[str, ClassSpec],
    objects: Mapping[str, tuple[str, Values]],
    calls: Sequence[Sequence[Any]],
) -> ObjectSequence:
    """Return the sequence of a declaration; raises SequenceError.

    ``objects`` has the class and the arguments of the constructor for each name; the only object may have no name. A
    call is ``[method, {argument: value}]``, or ``[object.method, ...]`` if there are several objects.
    """
    names = _Names()
    objects_by_name: dict[str, MadeObject] = {}
    for name, (class_name, values) in objects.items():
        if class_name not in classes:
            choice = f"allowed are {', '.join(classes)}" if classes else "there are none"
            raise SequenceError(class_name, f"'{class_name}' is not a known class; {choice}.")
        suffix = f"_{name}" if objects_by_name else ""
        arguments = names.of(class_name, classes[class_name].arguments, values, suffix)
        objects_by_name[name] = MadeObject(name, class_name, arguments)
    method_calls = []
    for number, (label, *rest) in enumerate(calls, 1):
        if not isinstance(label, str) or not all(isinstance(values, dict) for values in rest):
            text = str(label if rest == [] or not isinstance(label, str) else rest[0])
            raise SequenceError(text, "write a call as [method] or as [method, {argument: value}].")
        on, _dot, method = label.rpartition(".")
        if on not in objects_by_name:
            choice = (
                f"write one of {', '.join(objects_by_name)} before the point" if "" not in objects else "leave it out"
            )
            raise SequenceError(label, f"'{on}' in '{label}' is not an object of the sequence; {choice}.")
        class_name = objects_by_name[on].class_name
        methods = methods_of(classes, class_name)
        if method not in methods:
            choice = f"allowed are {', '.join(methods)}" if methods else "it has none"
            raise SequenceError(label, f"'{method}' is not a method of {class_name}; {choice}.")
        arguments = names.of(f"{class_name}.{method}", methods[method].arguments, rest[0] if rest else {}, f"{number}")
        results = {name: f"{name}{number}" for name in methods[method].returns}
        method_calls.append(MadeCall(on, method, arguments, results))
    sequence = ObjectSequence(function, objects_by_name, method_calls, names.numbers)
    steps = {
        f"{name}{number}"
        for number, call in enumerate(method_calls, 1)
        for name in _quantities(classes, objects_by_name[call.on], call)
    }
    for name in sequence.inputs:
        if name in steps:
            raise SequenceError(name, f"'{name}' is also a quantity of a call of the sequence; rename the input.")
    if not sequence.returns:
        raise SequenceError(function, "no call of the sequence returns something; add a method with 'returns'.")
    return sequence


@dataclass(frozen=True)
class Changed:
    """The changes of the formulas of a sequence: ``replaced`` ones, quantities that all objects of a class have in common
    (``shared``, and ``is_new`` if a new object sets them again), quantities that are ``lost`` after each call, and
    quantities that a ``method`` leaves ``unchanged``."""

    replaced: Replaced = field(default_factory=dict)
    shared: Quantities = NONE
    is_new: bool = True
    lost: Quantities = NONE
    method: str = ""
    unchanged: Quantities = NONE

    def of(self, quantities: Quantities, class_name: str) -> list[str]:
        """Return the quantities of one class."""
        return sorted(quantity for name, quantity in quantities if name == class_name)


def formulas(sequence: ObjectSequence, classes: Mapping[str, ClassSpec], changed: Changed | None = None) -> Formulas:
    """Return the steps of a sequence: the formulas of the classes for each call; {} if a class has none."""
    changed = changed or Changed()
    if not all(classes[item.class_name].steps for item in sequence.objects.values()):
        return {}
    steps: Formulas = {}
    states: dict[str, dict[str, str]] = {}
    starts: dict[str, dict[str, str]] = {}
    common: dict[str, dict[str, str]] = {}  # by class
    for item in sequence.objects.values():
        suffix = f"_{item.name}" if states else ""
        shared = common.setdefault(item.class_name, {})
        values: dict[str, str] = {}
        declared = _declared(classes, item.class_name, START, changed)
        for quantity, text in declared.items():
            values[quantity] = f"{quantity}_{START}{suffix}"
            steps[values[quantity]] = _renamed(text, item.arguments | values)
        states[item.name] = dict(values)
        starts[item.name] = dict(values)
        for quantity in changed.of(changed.shared, item.class_name):
            if quantity not in shared or changed.is_new:
                shared[quantity] = values[quantity]
    for number, call in enumerate(sequence.calls, 1):
        item = sequence.objects[call.on]
        state, shared = states[call.on], common[item.class_name]
        state |= shared
        state |= {quantity: starts[call.on][quantity] for quantity in changed.of(changed.lost, item.class_name)}
        values = {**state, **item.arguments, **call.arguments}
        for quantity, text in _declared(classes, item.class_name, call.method, changed).items():
            if changed.method == call.method and (item.class_name, quantity) in changed.unchanged:
                continue
            name = f"{quantity}{number}"
            steps[name] = _renamed(text, values)
            values[quantity] = state[quantity] = name
            if (item.class_name, quantity) in changed.shared:
                shared[quantity] = name
    return steps


def _declared(classes: Mapping[str, ClassSpec], name: str, method: str, changed: Changed) -> Formulas:
    own = dict(classes[name].steps.get(method, {}))
    replaced = {key[2]: text for key, text in changed.replaced.items() if key[:2] == (name, method)}
    return {**own, **replaced}


def _renamed(text: str, names: Mapping[str, str]) -> str:
    parts, ids = _parts(text)
    return "".join([part + names.get(each, each) for part, each in zip(parts, [*ids, ""], strict=True)])


@lru_cache(maxsize=10_000)
def _parts(text: str) -> tuple[list[str], list[str]]:
    """Return a formula, in the usual form, as the texts around its names, and the names; a formula is written out often."""
    line = ast.unparse(ast.parse(text.strip(), mode="eval"))
    nodes = [node for node in ast.walk(ast.parse(line, mode="eval")) if isinstance(node, ast.Name)]
    nodes.sort(key=lambda node: node.col_offset)
    code = line.encode()
    starts = [0, *(node.end_col_offset or 0 for node in nodes)]
    ends = [*(node.col_offset for node in nodes), len(code)]
    parts = [code[start:end].decode() for start, end in zip(starts, ends, strict=True)]
    return parts, [node.id for node in nodes]


def difference(right: Formulas, other: Formulas) -> Formulas:
    """Return the formulas of ``other`` that differ."""
    return {name: text for name, text in other.items() if right.get(name) != text}


def _written_out(steps: Formulas) -> Formulas:
    """Return formulas with the numbers of quantities that are set to numbers, such as those of a new object."""
    numbers = {name: text for name, text in steps.items() if text.replace(".", "", 1).isdigit()}
    return {name: _renamed(text, numbers) for name, text in steps.items()}


def replaced_in(class_name: str, spec: ClassSpec, replace: Mapping[str, str]) -> Replaced:
    """Return the replacements of a class; raises SequenceError if a key is not ``method.quantity`` of the class."""
    replaced = {}
    for key, text in replace.items():
        method, _dot, quantity = key.rpartition(".")
        if quantity not in spec.steps.get(method, {}) and method not in spec.steps:
            choice = ", ".join(f"{name}.{each}" for name, steps in spec.steps.items() for each in steps)
            raise SequenceError(key, f"'{key}' is not a formula of {class_name}; allowed are {choice or 'none'}.")
        replaced[class_name, method, quantity] = text
    return replaced


def bug_in(
    bug: Bug, sequence: ObjectSequence, classes: Mapping[str, ClassSpec], conventions: Sequence[Replaced] = ()
) -> list[Bug]:
    """Return a bug in the formulas of a class as bugs of a sequence; none if it changes no formula of the sequence.

    The bug may also come together with one of the accepted ``conventions``, which replace other formulas.
    """
    if bug.function not in {item.class_name for item in sequence.objects.values()}:
        return []
    right = formulas(sequence, classes)
    variants: dict[str, Bug] = {}
    for variant in bug.variants():
        own = replaced_in(bug.function, classes[bug.function], variant)
        for convention in _of_classes(sequence, conventions):
            replaced = {**convention, **own}
            changes = difference(right, formulas(sequence, classes, Changed(replaced)))
            is_new = len(replaced) == len(convention) + len(own) and not (convention and bug.accepted)
            if changes and is_new and _differ(sequence, classes, Changed(replaced), Changed(convention)):
                update = {"function": sequence.function, "replace": changes, "for_each": {}}
                variants.setdefault(str(changes), bug.model_copy(update=update))
    return [*variants.values()]


def bugs_of_state(
    sequence: ObjectSequence, classes: Mapping[str, ClassSpec], conventions: Sequence[Replaced] = ()
) -> Iterator[Bug]:
    """Yield the bugs of the state that any class can have: shared by all objects, lost between calls, or not set back.

    Each may also come together with one of the accepted ``conventions``.
    """
    right = formulas(sequence, classes)
    by_class = {
        item.class_name: [(item.class_name, quantity) for quantity in classes[item.class_name].steps.get(START, {})]
        for item in sequence.objects.values()
    }
    groups = [Quantities(pairs) for pairs in by_class.values()]
    groups += [Quantities([pair]) for pairs in by_class.values() for pair in pairs]
    changes: list[tuple[str, Changed]] = []
    if sequence.shared():
        changes += [(STATE_SHARED, Changed(shared=group, is_new=new)) for new in (True, False) for group in groups]
    silent = dict.fromkeys(call.method for call in sequence.calls if not call.results)
    changes += [(STATE_NOT_RESET, Changed(method=method, unchanged=group)) for method in silent for group in groups]
    changes += [(STATE_NOT_KEPT, Changed(lost=group)) for group in groups]
    seen_differences: list[Formulas] = []
    for convention, (name, changed) in itertools.product(_of_classes(sequence, conventions), changes):
        both = replace(changed, replaced=convention)
        changes_of_bug = difference(right, formulas(sequence, classes, both))
        if changes_of_bug not in seen_differences and _differ(sequence, classes, both, Changed(convention)):
            seen_differences.append(changes_of_bug)
            yield Bug(name=name, function=sequence.function, replace=changes_of_bug)


def _of_classes(sequence: ObjectSequence, conventions: Sequence[Replaced]) -> list[Replaced]:
    """Return no convention, and the conventions of the classes in a sequence."""
    names = {item.class_name for item in sequence.objects.values()}
    return [{}, *(each for each in conventions if {key[0] for key in each} <= names)]


def _differ(sequence: ObjectSequence, classes: Mapping[str, ClassSpec], one: Changed, other: Changed) -> bool:
    """True if the formulas of a sequence differ in more than the name of a quantity that is set to the same number."""
    steps, others = (_written_out(formulas(sequence, classes, changed)) for changed in (one, other))
    return any(others.get(name) != text for name, text in steps.items())
