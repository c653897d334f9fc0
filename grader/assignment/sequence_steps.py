"""The steps of a sequence of calls, and the bugs in them: the formulas of the classes, written out for each call.

``m: rho * m + (1 - rho) * gradient`` becomes ``m3: rho * m2 + (1 - rho) * g3``. So a wrong formula changes all calls, and
everything that depends on them.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from . import expressions
from .bugs import Bug
from .classes import START, ClassSpec
from .sequences import MadeObject, ObjectSequence, SequenceError, methods_of

Formulas = dict[str, str]
Replaced = Mapping[tuple[str, str, str], str]  # {(class, method, quantity): formula}
Quantities = frozenset[tuple[str, str]]  # (class, quantity)
NONE = Quantities()
STATE_BUGS = STATE_SHARED, STATE_NOT_KEPT, STATE_NOT_RESET = "state-shared", "state-not-kept", "state-not-reset"


@dataclass(frozen=True)
class Changed:
    """The changes of the formulas of a sequence: ``replaced`` ones, quantities that all objects of a class have in common
    (``shared``, and ``is_new`` if a new object sets them again), quantities that are ``lost`` after each call, and
    quantities that a ``method`` leaves ``unchanged``. Constructors get other ``arguments``, a quantity is renewed ``late``, at
    the end of a call, and another quantity is ``kept`` for the next call."""

    replaced: Replaced = field(default_factory=dict)
    shared: Quantities = NONE
    is_new: bool = True
    lost: Quantities = NONE
    method: str = ""
    unchanged: Quantities = NONE
    arguments: Mapping[tuple[str, str], str] = field(
        default_factory=dict
    )  # {(class, argument): other argument or number}
    late: Quantities = NONE
    kept: Mapping[tuple[str, str], str] = field(default_factory=dict)  # {(class, quantity): the quantity that is kept}

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
        arguments = _arguments(item, changed)
        for quantity, text in declared.items():
            values[quantity] = f"{quantity}_{START}{suffix}"
            steps[values[quantity]] = _renamed(text, arguments | values)
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
        values = {**state, **_arguments(item, changed), **call.arguments}
        computed: dict[str, str] = {}
        for quantity, text in _declared(classes, item.class_name, call.method, changed).items():
            if changed.method == call.method and (item.class_name, quantity) in changed.unchanged:
                continue
            name = f"{quantity}{number}"
            steps[name] = _renamed(text, values)
            computed[quantity] = state[quantity] = name
            if (item.class_name, quantity) not in changed.late:
                values[quantity] = name
            if (item.class_name, quantity) in changed.shared:
                shared[quantity] = name
        for quantity, name in computed.items():
            other = changed.kept.get((item.class_name, quantity))
            if other is not None:
                state[quantity] = {**values, **computed}.get(other, name)
    return steps


def _arguments(item: MadeObject, changed: Changed) -> dict[str, str]:
    """Return the arguments of the constructor of an object, or the other arguments and numbers that it uses instead."""
    others = {argument: text for (name, argument), text in changed.arguments.items() if name == item.class_name}
    return item.arguments | {argument: item.arguments.get(text, text) for argument, text in others.items()}


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
        # A bug may change a quantity of the state in another method, and keep one more quantity.
        has_start = quantity in spec.steps.get(START, {}) or f"{START}.{quantity}" in replace
        if quantity not in spec.steps.get(method, {}) and not (method in spec.steps and has_start):
            choice = ", ".join(f"{name}.{each}" for name, steps in spec.steps.items() for each in steps)
            raise SequenceError(key, f"'{key}' is not a formula of {class_name}; allowed are {choice or 'none'}.")
        replaced[class_name, method, quantity] = text
    return replaced


def unknown_names(classes: Mapping[str, ClassSpec], known_names: Container[str]) -> Iterator[tuple[str, str, str, str]]:
    """Yield (class, method, name, names that are allowed) for each name in the formulas of classes that has no value.

    ``known_names`` are the functions that every formula may call.
    """
    for class_name, spec in classes.items():
        methods = methods_of(classes, class_name)
        state = dict.fromkeys(quantity for steps in spec.steps.values() for quantity in steps)
        for method, steps in spec.steps.items():
            if method != START and method not in methods:
                continue  # another rule reports it
            arguments = [*spec.arguments, *(methods[method].arguments if method != START else ())]
            own = dict.fromkeys([*(item.name for item in arguments), *([*steps] if method == START else state)])
            for text in steps.values():
                for name in expressions.examine(text).names:
                    if name not in own and name not in known_names:
                        yield class_name, method, name, ", ".join(own) or "none"


def unknown_in_bug(
    bug: Bug, classes: Mapping[str, ClassSpec], known_names: Container[str]
) -> Iterator[tuple[str, str]]:
    """Yield (name, names that are allowed) for each name in the formulas of a class's bug that has no value."""
    spec = classes[bug.function]
    of_methods = [item.name for method in methods_of(classes, bug.function).values() for item in method.arguments]
    own = dict.fromkeys([*(item.name for item in spec.arguments), *of_methods])
    own |= dict.fromkeys(quantity for steps in spec.steps.values() for quantity in steps)
    for variant in bug.variants():
        allowed = own | dict.fromkeys(key.rpartition(".")[2] for key in variant)
        for text in variant.values():
            for name in expressions.examine(text).names:
                if name not in allowed and name not in known_names and name != bug.unknown:
                    yield name, ", ".join(allowed)


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
    silent = dict.fromkeys(
        call.method
        for call in sequence.calls
        if not call.results and _sets_back(classes[sequence.objects[call.on].class_name], call.method)
    )
    changes += [(STATE_NOT_RESET, Changed(method=method, unchanged=group)) for method in silent for group in groups]
    changes += [(STATE_NOT_KEPT, Changed(lost=group)) for group in groups]
    seen_differences: list[Formulas] = []
    for convention, (name, changed) in itertools.product(_of_classes(sequence, conventions), changes):
        both = replace(changed, replaced=convention)
        changes_of_bug = difference(right, formulas(sequence, classes, both))
        if changes_of_bug not in seen_differences and _differ(sequence, classes, both, Changed(convention)):
            seen_differences.append(changes_of_bug)
            yield Bug(name=name, function=sequence.function, replace=changes_of_bug)


def _sets_back(spec: ClassSpec, method: str) -> bool:
    """True unless a formula of a method reads the state of the object: a reset does not need to know it."""
    state = spec.steps.get(START, {}).keys()
    return not any(state & set(expressions.examine(text).names) for text in spec.steps.get(method, {}).values())


def _of_classes(sequence: ObjectSequence, conventions: Sequence[Replaced]) -> list[Replaced]:
    """Return no convention, and the conventions of the classes in a sequence."""
    names = {item.class_name for item in sequence.objects.values()}
    return [{}, *(each for each in conventions if {key[0] for key in each} <= names)]


def _differ(sequence: ObjectSequence, classes: Mapping[str, ClassSpec], one: Changed, other: Changed) -> bool:
    """True if the formulas of a sequence differ in more than the name of a quantity that is set to the same number."""
    steps, others = (_written_out(formulas(sequence, classes, changed)) for changed in (one, other))
    return any(others.get(name) != text for name, text in steps.items())
