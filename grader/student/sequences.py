"""Sequences of calls: objects of the submission's classes, which live in the worker from the first call to the last.

Classes, methods and arguments are bound by name, like functions. All calls travel together. A function that returns an
object counts as its class: its methods are called under the names of the task.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..assignment.functions import FunctionSpec
from ..assignment.sequences import MadeCall, MadeObject, ObjectSequence, methods_of
from ..assignment.spec import AssignmentSpec
from ..judging.wrong_answer import WrongAnswer
from ..sandbox.calls import Answer, Call, SubmittedFunction
from ..sandbox.definitions import Definitions
from ..sandbox.failures import CallError
from ..support import arrays
from ..support.i18n import _
from ..worker.values import Kept
from . import misnamed, signatures


@dataclass(frozen=True)
class SubmittedClass:
    """A class of the submission: its constructor, and its methods by their names in the assignment.

    ``methods`` is None for a function that makes objects: nobody knows their methods.
    """

    constructor: SubmittedFunction
    methods: dict[str, SubmittedFunction] | None


@dataclass(frozen=True)
class SequenceCalls:
    """The calls of a sequence for the worker, first the constructors; ``inputs`` has the names of each call's arrays."""

    calls: list[Call]
    targets: list[SubmittedFunction]
    sequence: ObjectSequence


def as_functions(content: AssignmentSpec) -> AssignmentSpec:
    """Return the assignment with its classes and their methods as functions, such as ``Adam`` and ``Adam.reset``."""
    functions: dict[str, FunctionSpec] = {}
    for name, spec in content.classes.items():
        functions[name] = FunctionSpec(signature=spec.signature, returns=[name], aliases=spec.aliases)
        for method, item in methods_of(content.classes, name).items():
            functions[f"{name}.{method}"] = item.as_function()
    return content.model_copy(update={"functions": functions})


def find(content: AssignmentSpec, name: str, definitions: Definitions) -> SubmittedClass | None:
    """Return the submission's class for a class of the assignment; None if it is missing."""
    aliases = {name: content.classes[name].aliases}
    own_name = next(iter(signatures.match(definitions.classes, [name], aliases)), None)
    if own_name is None:
        maker = next(iter(signatures.match(definitions.functions, [name], aliases)), None)
        return None if maker is None else SubmittedClass(definitions.functions[maker], None)
    defined = definitions.classes[own_name]
    declared = methods_of(content.classes, name)
    names = signatures.match(defined, declared, {method: item.aliases for method, item in declared.items()})
    constructor = defined.get("__init__", SubmittedFunction("__init__", [], []))
    methods = {method: defined[own] for own, method in names.items()}
    return SubmittedClass(replace(constructor, name=own_name, owner=""), methods)


def missing(content: AssignmentSpec, name: str, definitions: Definitions) -> str:
    """Return the sentence about a class that the submission does not define."""
    expected = f"{name}{content.classes[name].signature}"
    sentence = _("The class `{name}` is missing: define it under this name.").format(name=expected)
    near = misnamed.similar(name, definitions.classes)
    if near:
        sentence += " " + _("Did you mean `{name}`?").format(name=near[0])
    return sentence


def prepared(
    functions: AssignmentSpec,
    sequence: ObjectSequence,
    own_classes: Mapping[str, SubmittedClass],
    inputs: Mapping[str, Any],
    **options: Any,
) -> SequenceCalls:
    """Return the calls of a sequence. Raises CallError if arguments cannot be bound, or if a method is missing.

    ``functions`` is the assignment of :func:`as_functions`; ``own_classes`` has the submission's classes, ``inputs`` the values
    of all arguments, and ``options`` further options of each call.
    """
    calls: list[Call] = []
    targets: list[SubmittedFunction] = []
    handles = {name: f"object {number}" for number, name in enumerate(sequence.objects, 1)}
    references: dict[str, Kept] = {}
    for item in sequence.objects.values():
        target = own_classes[item.class_name].constructor
        values = _picked(item, {**inputs, **references})
        references[item.name] = Kept(handles[item.name])
        positional, keywords = signatures.bind_arguments(functions, item.class_name, target, values)
        drive = functions.classes[item.class_name].callback
        calls.append(Call(target.name, positional, keywords, keep=handles[item.name], drive=drive, **options))
        targets.append(target)
    for each in sequence.calls:
        class_name = sequence.objects[each.on].class_name
        own_class = own_classes[class_name]
        values = _picked(each, {**inputs, **references})
        method = _method(functions, class_name, each.method, own_class)
        positional, keywords = [*values.values()], {}
        if functions.classes[class_name].callback:
            positional, keywords = [], {**values}
        elif own_class.methods is not None:
            label = f"{class_name}.{each.method}"
            positional, keywords = signatures.bind_arguments(functions, label, method, values)
        call = Call(method.name, positional, keywords, on=handles[each.on], shown_as=method.label, **options)
        calls.append(replace(call, give_back=True))
        targets.append(method)
    return SequenceCalls(calls, targets, sequence)


def _method(functions: AssignmentSpec, class_name: str, method: str, own_class: SubmittedClass) -> SubmittedFunction:
    """Return the submission's method; raises CallError if its class lacks it."""
    if own_class.methods is None or functions.classes[class_name].callback:
        return SubmittedFunction(method, [], [], class_name)
    if method not in own_class.methods:
        own_name = own_class.constructor.name
        expected = f"{method}{functions.functions[f'{class_name}.{method}'].signature}"
        sentence = _("The class `{name}` has no method `{method}`: define it under this name.")
        raise WrongAnswer(sentence.format(name=own_name, method=expected))
    return own_class.methods[method]


def _picked(item: MadeObject | MadeCall, inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {argument: inputs[name] for argument, name in item.arguments.items()}


def results(
    functions: AssignmentSpec, prepared_calls: SequenceCalls, outcomes: Sequence[Answer | CallError]
) -> tuple[dict[str, Any], list[str]]:
    """Return {result: value} of all calls, and the names of the inputs that a call has changed; raises CallError."""
    values: dict[str, Any] = {}
    changed: dict[str, None] = {}
    constructed = len(prepared_calls.sequence.objects)
    for number, outcome in enumerate(outcomes):
        if isinstance(outcome, CallError):
            raise outcome
        if number < constructed:
            continue
        planned, call = prepared_calls.sequence.calls[number - constructed], prepared_calls.calls[number]
        answer = call.completed(outcome)
        passed = [*call.positional, *call.keywords.values()]
        for before, after in zip(passed, answer.arguments, strict=False):
            if isinstance(before, np.ndarray) and not np.array_equal(before, after):
                changed |= dict.fromkeys(planned.arguments)
        if planned.results:
            label = f"{prepared_calls.sequence.objects[planned.on].class_name}.{planned.method}"
            bound = signatures.bind_results(functions, label, prepared_calls.targets[number], answer.value, {})
            values |= {planned.results[name]: arrays.as_array(value) for name, value in bound.items()}
    return values, [*changed]
