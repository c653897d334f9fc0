"""Generated mutants of a sequence: the formulas of its classes are changed, and written out for each call.

So a wrong formula is wrong in every call. Besides the changes of the operators, an object can ignore or confuse the
arguments of its constructor, keep another quantity than it needs, or renew what it keeps too late.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from contextlib import suppress

from ..assignment.classes import START, ClassSpec
from ..assignment.expressions import Refused
from ..assignment.formulas import Formula
from ..assignment.sequence_steps import Changed, Quantities, Replaced, difference, formulas
from ..assignment.sequences import ObjectSequence, methods_of
from ..mutation.changes import Change, Surroundings, of_formula
from . import of_gradients
from .generated import bug_of, without_names
from .mutant import Mutant

USUAL = (
    "0.1",
    "0.01",
    "0.001",
    "1",
    "0.5",
    "0.9",
    "0.95",
    "0.99",
    "0.999",
)  # values that students write for an argument
Changes = Iterator[tuple[Change, Changed]]


def of_sequence(sequence: ObjectSequence, classes: Mapping[str, ClassSpec], functions: frozenset[str]) -> list[Mutant]:
    """Return the mutants of a sequence, the most common mistakes first; none if a class has no formulas.

    ``functions`` are the names that the formulas can call.
    """
    right = formulas(sequence, classes)
    mutants: dict[str, Mutant] = {}
    for name in dict.fromkeys(item.class_name for item in sequence.objects.values()) if right else ():
        for change, changed in _of_class(name, classes, functions):
            steps = difference(right, formulas(sequence, classes, changed))
            if not steps or change.unknown in {*right, *sequence.inputs}:
                continue
            with suppress(Refused):
                written_out = {quantity: Formula(text) for quantity, text in steps.items()}
                mutant = Mutant(bug_of(sequence.function, change), written_out, changes=(change,))
                mutants.setdefault(f"{change.bug} {steps}", mutant)
    return [*mutants.values()]


def _of_class(name: str, classes: Mapping[str, ClassSpec], functions: frozenset[str]) -> Changes:
    spec = classes[name]
    for method in spec.steps:
        if method != START:
            yield from _of_method(name, classes, method, functions)
    yield from _of_arguments(name, spec)
    for method, steps in spec.steps.items():
        if method != START:
            arguments = [item.name for item in methods_of(classes, name)[method].arguments]
            yield from _of_state(name, spec, steps, arguments)
            yield from of_gradients.of_method(name, spec, method, arguments)


def _of_method(name: str, classes: Mapping[str, ClassSpec], method: str, functions: frozenset[str]) -> Changes:
    """Yield the changes of single formulas of a method, then those of several formulas that are changed alike."""
    spec = classes[name]
    arguments = [item.name for item in (*spec.arguments, *methods_of(classes, name)[method].arguments)]
    names: dict[str, None] = dict.fromkeys([*arguments, *spec.steps.get(START, {})])
    groups: dict[tuple[str, str, str], dict[str, Change]] = {}
    for quantity, text in spec.steps[method].items():
        for change in of_formula(text, Surroundings(dict(names), functions, quantity)):
            yield change, Changed({(name, method, quantity): change.text})
            key = (change.bug, without_names(change.before), without_names(change.after))
            groups.setdefault(key, {}).setdefault(quantity, change)
        names[quantity] = None
    for group in groups.values():
        if len(group) > 1:
            replaced: Replaced = {(name, method, quantity): change.text for quantity, change in group.items()}
            yield next(iter(group.values())), Changed(replaced)


def _of_arguments(name: str, spec: ClassSpec) -> Changes:
    """Use a usual number or another argument of the constructor instead of an argument; exchange two of them."""
    arguments = [item.name for item in spec.arguments]
    for argument in arguments:
        for text in [*(other for other in arguments if other != argument), *USUAL]:
            change = Change("argument-ignored", argument, argument, text, text)
            yield change, Changed(arguments={(name, argument): text})
    for one, other in itertools.combinations(arguments, 2):
        change = Change("quantities-exchanged", one, one, other, other)
        yield change, Changed(arguments={(name, one): other, (name, other): one})


def _of_state(name: str, spec: ClassSpec, steps: Mapping[str, str], arguments: list[str]) -> Changes:
    """Renew a quantity only at the end of the call, or keep another quantity for the next call."""
    state = [quantity for quantity in steps if quantity in spec.steps.get(START, {})]
    for quantity in state:
        change = Change("steps-exchanged", quantity, quantity, quantity, steps[quantity])
        yield change, Changed(late=Quantities([(name, quantity)]))
    if len(state) > 1:
        change = Change("steps-exchanged", state[0], state[0], state[0], steps[state[0]])
        yield change, Changed(late=Quantities((name, quantity) for quantity in state))
    for quantity in state:
        for other in [*arguments, *(other for other in steps if other != quantity)]:
            change = Change("another-quantity-kept", quantity, quantity, other, other)
            yield change, Changed(kept={(name, quantity): other})
