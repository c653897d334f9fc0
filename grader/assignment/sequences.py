"""Sequences: objects are constructed, and their methods are called one after the other.

For the reference, the steps and the diagnosis, a sequence is a function like any other. Its arguments are all numbers
and arrays that the constructors and methods get; ``change3`` is the result ``change`` of the third call. Its steps are in
:mod:`sequence_steps`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .base import Scalar
from .classes import ClassSpec, MethodSpec
from .functions import Argument

Values = Mapping[str, str | Scalar]
OF_MODEL = {
    "stop_training": "stop_training",
    "learning_rate": "optimizer.learning_rate",
    "weights": "get_weights()",
}  # the results of a callback
EXAMPLE = "example"  # the name of an object that has none


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
    driven: frozenset[str] = frozenset()
    """The objects that are Keras callbacks, in a training of the grader."""

    @property
    def returns(self) -> list[str]:
        """The names of all results, in the order of the calls."""
        return [name for call in self.calls for name in call.results.values()]

    @property
    def inputs(self) -> list[str]:
        """The names of all arguments, each once; an object of the sequence is not an input."""
        arguments = [*(item.arguments for item in self.objects.values()), *(call.arguments for call in self.calls)]
        return [*dict.fromkeys(name for each in arguments for name in each.values() if name not in self.objects)]

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
            "driven": [name for name in self.objects if name in self.driven],
        }

    def method_of(self, result: str) -> str:
        """Return the class and the method that give a result, such as ``Adam.update_change``."""
        call = next((call for call in self.calls if result in call.results.values()), self.calls[0])
        return f"{self.objects[call.on].class_name}.{call.method}"

    def as_code(self) -> str:
        """Return the objects and the calls as Python code, in which the results have their names in the sequence."""

        def arguments(item: MadeObject | MadeCall) -> dict[str, str]:
            return {argument: str(self.numbers.get(name, name)) for argument, name in item.arguments.items()}

        lines = [
            f"{item.name or EXAMPLE} = {item.class_name}({', '.join(arguments(item).values())})"
            for item in self.objects.values()
        ]
        epochs: dict[str, int] = {}
        for call in self.calls:
            on = call.on or EXAMPLE
            if call.on in self.driven:
                epoch = epochs[on] = epochs.get(on, -1) + 1 if call.method == "on_epoch_end" else -1
                lines += _in_training(on, epoch, call, arguments(call))
                continue
            names = ", ".join(call.results.values())
            lines.append(f"{f'{names} = ' if names else ''}{on}.{call.method}({', '.join(arguments(call).values())})")
        return "; ".join(lines)

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
                    alone = replace(self, objects=self._needed(item, [*silent, *part]), calls=part)
                    parts.append((alone, replace(alone, calls=[*silent, *part])))
                    part = []
                silent += [call] if call is not None else []
        return parts

    def _needed(self, item: MadeObject, calls: Sequence[MadeCall]) -> dict[str, MadeObject]:
        """Return an object, and before it the objects that are its arguments or those of its calls."""
        arguments = [item.arguments, *(call.arguments for call in calls)]
        names = {name for each in arguments for name in each.values()}
        return {name: other for name, other in self.objects.items() if name in names or name == item.name}

    def until(self, result: str) -> tuple[ObjectSequence, ObjectSequence]:
        """Return the calls up to the one with this result, first with the objects that they need only, then with all objects."""
        index = next(number for number, call in enumerate(self.calls, 1) if result in call.results.values())
        calls = self.calls[:index]
        needed: set[str] = set()
        for name in dict.fromkeys(call.on for call in calls):
            needed |= self._needed(self.objects[name], [call for call in calls if call.on == name]).keys()
        objects = {name: item for name, item in self.objects.items() if name in needed}
        return replace(self, objects=objects, calls=calls), replace(self, calls=calls)

    def leading_to(self, result: str) -> ObjectSequence:
        """Return the calls up to the one with this result, of objects of its class and of those that are passed to them.

        A training of several callbacks is long, so only its last result is read.
        """
        part, _with_all_objects = self.until(result)
        class_name = part.objects[part.calls[-1].on].class_name
        names: set[str] = set()
        for item in part.objects.values():
            if item.class_name == class_name:
                names |= part._needed(item, [call for call in part.calls if call.on == item.name]).keys()
        objects = {name: item for name, item in part.objects.items() if name in names}
        calls = [call for call in part.calls if call.on in names]
        if self.driven and len(self.objects) > 1:
            calls = [*(replace(call, results={}) for call in calls[:-1]), calls[-1]]
        return replace(part, objects=objects, calls=calls)

    def last_call(self) -> ObjectSequence:
        """Return the same sequence with its last call only."""
        return replace(self, calls=self.calls[-1:])

    def shared(self) -> bool:
        """True if several objects have the same class."""
        return len({item.class_name for item in self.objects.values()}) < len(self.objects)


def _in_training(on: str, epoch: int, call: MadeCall, arguments: Mapping[str, str]) -> Iterator[str]:
    """Yield what happens to a Keras callback in a call, as code: the model gets its values before, and has results after it."""
    for argument, value in arguments.items():
        if argument == "weights":
            yield f"{on}.model.set_weights({value})"
        elif argument == "learning_rate":
            yield f"{on}.model.{OF_MODEL[argument]} = {value}"
    logs = ", ".join(f"'{name}': {value}" for name, value in arguments.items() if name not in OF_MODEL)
    yield f"{on}.{call.method}({f'{epoch}, {{{logs}}}' if epoch >= 0 else ''})"
    for result, name in call.results.items():
        yield f"{name} = {on}.model.{OF_MODEL[result]}"


class _Names:
    """Gives each number in a declaration the name of an argument of the sequence."""

    def __init__(self, objects: Collection[str]) -> None:
        self.objects = objects
        self.numbers: dict[str, Any] = {}

    def of(self, what: str, declared: Sequence[Argument], values: Values, suffix: str) -> dict[str, str]:
        """Return {argument: name of an input}; raises SequenceError for an unknown argument.

        A required argument without a value is the input of its own name, so no object may have this name.
        """
        names = [item.name for item in declared]
        for name in values:
            if name not in names:
                choice = f"allowed are {', '.join(names)}" if names else "it has none"
                raise SequenceError(name, f"'{name}' is not an argument of {what}; {choice}.")
        arguments = {}
        for item in declared:
            value = values.get(item.name, item.default if item.optional else item.name)
            if item.name not in values and value in self.objects:
                raise SequenceError(item.name, f"'{item.name}' is also an argument of {what}; rename the object.")
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
    names = _Names(objects)
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
    driven = frozenset(name for name, item in objects_by_name.items() if classes[item.class_name].callback)
    sequence = ObjectSequence(function, objects_by_name, method_calls, names.numbers, driven)
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
