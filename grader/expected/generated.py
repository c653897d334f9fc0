"""Generated mutants: the correct steps of a function, changed by the operators of :mod:`grader.mutation`."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from ..assignment.bugs import Bug
from ..assignment.expressions import Refused
from ..assignment.formulas import Formula, FormulaLayer
from ..assignment.statements import CompiledProgram
from ..mutation.changes import Change, Surroundings, of_formula, of_function, of_inlined
from ..mutation.reductions import along
from ..mutation.rewriting import parsed
from ..mutation.roles import role_of
from . import taken_apart
from .mutant import Mutant

Shape = tuple[int, ...]


def of_formulas(
    function: str, steps: FormulaLayer, inputs: Mapping[str, Shape | None], functions: frozenset[str]
) -> list[Mutant]:
    """Return the mutants of a function with formulas: single changes, then the same change in all layers of a network.

    ``inputs`` are its arguments, ``functions`` the names that its formulas can call.
    """
    reachable: dict[str, Shape | None] = dict(inputs)
    changes: list[Change] = []
    inlined: list[Change] = []
    for name in in_order(steps):
        surroundings = Surroundings(dict(reachable), functions, name)
        changes += of_formula(steps[name].text, surroundings)
        earlier = {other: steps[other].text for other in reachable if other in steps}
        inlined += of_inlined(steps[name].text, earlier, surroundings)
        reachable[name] = None
    known_names = {*steps, *inputs}
    mutants = [_mutant(function, change) for change in (*changes, *inlined) if change.unknown not in known_names]
    singles = [mutant for mutant in mutants if mutant is not None]
    return [*singles, *_in_all_layers(function, singles), *_along_another_axis(function, steps)]


def of_program(function: str, source: str, name: str, others: Collection[str]) -> list[Mutant]:
    """Return the mutants of the Python function ``name``; none if it has statements that are not allowed.

    ``others`` are the functions of the assignment, which are not taken from the source.
    """
    alone = taken_apart.program(source, name, others)
    if alone is None:
        return []
    mutants = []
    for change in of_function(alone, name):
        try:
            program = CompiledProgram(change.text, name, others)
        except Refused:
            continue
        mutants.append(Mutant(bug_of(function, change), changes=(change,), program=program))
    return mutants


def in_order(steps: FormulaLayer) -> list[str]:
    """Return the quantities, each after those that it depends on."""
    order: dict[str, None] = {}
    begun_names: set[str] = set()

    def add(name: str) -> None:
        if name in steps and name not in begun_names:
            begun_names.add(name)
            for other in steps[name].needs:
                add(other)
            order[name] = None

    for name in steps:
        add(name)
    return [*order]


def _mutant(function: str, change: Change) -> Mutant | None:
    """Return a change as a mutant; None if its formula is not allowed in an assignment."""
    try:
        formula = Formula(change.text)
    except Refused:
        return None
    return Mutant(bug_of(function, change), {change.quantity: formula}, changes=(change,))


def bug_of(function: str, change: Change) -> Bug:
    """Return the bug of a change. It is not validated, since hundreds of them are made for one failed check."""
    return Bug.model_construct(
        name=change.bug,
        function=function,
        replace={change.quantity: change.text},
        unknown=change.unknown or None,
        only_if=change.only_if or None,
    )


def _in_all_layers(function: str, singles: Sequence[Mutant]) -> Iterator[Mutant]:
    """Yield mutants that make the same change in each layer, for example in Z1, Z2 and Z3, or in all but the last or first.

    Quantities whose names differ only in a number are those of layers. The loop of a network often has its own line for
    the first or the last layer.
    """
    groups: dict[tuple[str, ...], dict[str, Mutant]] = {}
    for mutant in singles:
        (change,) = mutant.changes
        layer = re.search(r"\d+", change.quantity)
        if layer is not None:
            pattern = re.sub(r"\d+", "#", change.quantity, count=1)
            for shape in _shapes_of_change(change, int(layer[0])):
                groups.setdefault((change.bug, pattern, *shape), {}).setdefault(change.quantity, mutant)
    for group in groups.values():
        first, last = min(group, key=_layer), max(group, key=_layer)
        for left_out in ("", last, first) if len(group) > 2 else ("",) * (len(group) - 1):
            members = [mutant for name, mutant in group.items() if name != left_out]
            yield Mutant(
                members[0].bug,
                {name: formula for mutant in members for name, formula in mutant.steps.items()},
                changes=tuple(change for mutant in members for change in mutant.changes),
            )


def _layer(quantity: str) -> int:
    """Return the first number in the name of a quantity."""
    return int("".join(re.findall(r"\d+", quantity)[:1]))


def _along_another_axis(function: str, steps: FormulaLayer) -> Iterator[Mutant]:
    """Yield mutants that compute several sums, means or maxima along another axis together, such as all statistics.

    Gradients of biases, which have their own names, are left out.
    """
    for axis in (None, 0, 1):
        changed: dict[str, str] = {}
        total = 0
        for name in in_order(steps):
            tree, count = along(parsed(steps[name].text), axis)
            if count and role_of(name) != "bias gradient":
                changed[name], total = ast.unparse(tree), total + count
        if total > 1:
            bug = "axis-missing" if axis is None else "wrong-axis"
            changes = tuple(Change(bug, name, steps[name].text, text, text) for name, text in changed.items())
            with suppress(Refused):
                formulas = {name: Formula(text) for name, text in changed.items()}
                yield Mutant(bug_of(function, changes[0]), formulas, changes=changes)


def _shapes_of_change(change: Change, layer: int) -> Iterator[tuple[str, str]]:
    """Yield what a change replaces and by what, without names.

    A name for a name keeps the distance of the layers, or is the same in all layers.
    """
    before, after = (without_names(text) for text in (change.before, change.after))
    number = re.search(r"\d+$", change.after)
    if before == after and number is not None:
        yield before, f"{after} {int(number[0]) - layer}"
        if role_of(change.after) in ("delta", "bias"):  # the last one, for example, which a loop never changes
            yield before, change.after
    else:
        yield before, after


@lru_cache(maxsize=10_000)  # layers and networks of several depths have the same parts
def without_names(text: str) -> str:
    """Return a part of a formula with "_" for each name; a text that is not an expression as it is."""
    try:
        tree = ast.parse(text.strip() or "None", mode="eval")
    except SyntaxError:
        return text
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = "_"
    return ast.unparse(tree)
