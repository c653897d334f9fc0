"""Finds the assignments of a submission's function that compute a quantity of the task by the task's own formula.

Such an assignment is right if the variables that it reads are right, so the mistake is elsewhere.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from functools import cached_property

from ..assignment import expressions
from ..assignment.spec import AssignmentSpec
from ..student import signatures
from ..submission import normal_form
from ..submission.dataflow import Body, Place
from ..submission.normal_form import Form, NoForm, is_size, without_scale
from ..submission.python_code import nodes_below
from ..support.reachable import reachable


class TaskFormulas:
    """The steps of a function of the assignment next to the assignments in a submission's function.

    ``functions`` gives the submission's functions the names of the assignment.
    """

    def __init__(self, content: AssignmentSpec, function: str, body: Body, functions: Mapping[str, str]) -> None:
        self._content = content
        self._function = function
        self._body = body
        self._functions = functions
        steps = content.steps.get(function, {})
        self.steps: Mapping[str, str] = steps if isinstance(steps, dict) else {}

    def assuming(self, quantity: str, number: int, is_scaled: bool) -> TaskFormulas:
        """Return the same formulas, with an assignment of another name as the one of a quantity.

        Other assignments that then follow the formula of a quantity without a variable are taken for this quantity.
        """
        other = copy.copy(self)
        other.numbers = {**self.numbers, quantity: [number]}
        while further := other._further_name(is_scaled):
            name, place = further
            other.numbers = {**other.numbers, name: [place]}
        return other

    def _further_name(self, is_scaled: bool) -> tuple[str, int] | None:
        """Return a quantity without a variable and an assignment that follows its formula; None without such a pair."""
        unnamed = self.steps.keys() - self.numbers.keys()
        named_numbers = {number for numbers in self.numbers.values() for number in numbers}
        short, own = self._forms_with_names(is_scaled)
        for number, value in own.items():
            places = self._body.assignments[number].defines
            if number not in named_numbers and len(places) == 1 and len(self._assignments_of(places[0])) == 1:
                for name in self.steps:
                    if name in unnamed and _is_same(value, short[name], is_scaled):
                        return name, number
        return None

    def _assignments_of(self, place: Place) -> list[int]:
        return [number for number, item in enumerate(self._body.assignments) if place in item.defines]

    def _forms_with_names(self, is_scaled: bool) -> tuple[dict[str, Form], dict[int, Form]]:
        """Return the forms of the quantities and of the assignments, in which quantities with a variable are symbols.

        With ``is_scaled``, sizes are no symbols, so that they can be left out.
        """
        single = {name for name in self.steps if self.only_assignment(name) is not None}
        if is_scaled:
            single -= {name for name, value in self._right_forms(set()).items() if is_size(value)}
        return self._right_forms(single), self._own_forms({name: self.numbers[name][0] for name in single})

    @cached_property
    def sizes(self) -> set[int]:
        """The assignments of a size, such as ``n = len(y)``, by which values are only multiplied or divided."""
        own = self._own_forms({})
        return {number for number, value in own.items() if is_size(value) and self._is_factor(number)}

    def _is_factor(self, number: int) -> bool:
        names = {place[0] for place in self._body.assignments[number].defines}
        nodes = [node for item in self._body.assignments if item.value is not None for node in nodes_below(item.value)]
        reads = [node for node in nodes if isinstance(node, ast.Name) and node.id in names]
        factors = [
            side
            for node in nodes
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
            for side in (node.left, node.right)
        ]
        return bool(reads) and all(any(side is node for side in factors) for node in reads)

    @cached_property
    def users(self) -> dict[str, set[str]]:
        """{quantity: the quantities whose formulas read it}."""
        users: dict[str, set[str]] = {}
        for name, text in self.steps.items():
            for needed in expressions.needs_of(text):
                users.setdefault(needed, set()).add(name)
        return users

    def depending(self, quantity: str) -> set[str]:
        """Return the quantities that are computed from ``quantity``, directly or indirectly, with itself."""
        return {*reachable([quantity], lambda name: self.users.get(name, ()))}

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """{quantity: the assignments of the variable, entry or attribute with its name}."""
        defined: dict[str, list[int]] = {}
        for number, item in enumerate(self._body.assignments):
            for place in item.defines:
                defined.setdefault(last_name(place), []).append(number)
        names = signatures.match(defined, [*self.steps], self._content.aliases)
        return {quantity: defined[name] for name, quantity in names.items()}

    def only_assignment(self, quantity: str) -> int | None:
        """Return the only assignment of a quantity's variable; None if there are several, or none."""
        numbers = self.numbers.get(quantity, [])
        return numbers[0] if len(numbers) == 1 and not self._body.assignments[numbers[0]].keeps else None

    def equal(self, starts: Mapping[str, int], is_scaled: bool = False) -> set[int]:
        """Return the assignments that follow the task's formula. ``starts`` are those of the results.

        With ``is_scaled``, factors that are numbers or sizes may differ.
        """
        quantities: dict[int, set[str]] = {}
        for quantity, numbers in self.numbers.items():
            for number in numbers:
                quantities.setdefault(number, set()).add(quantity)
        for result, number in starts.items():
            quantities.setdefault(number, set()).add(result)
        full, own = self._right_forms(set()), self._own_forms({})
        short, own_short = self._forms_with_names(is_scaled)
        simple = {each for each in full.values() if each.unit[1:] and each.unit[1][0][0] in ("call", "entry")}
        equal_numbers = set()
        for number in own:
            names = [name for name in quantities.get(number, ()) if name in self.steps]
            is_equal = any(
                _is_same(own[number], full[name], is_scaled) or _is_same(own_short[number], short[name], is_scaled)
                for name in names
            )
            if is_equal or (number not in quantities and own[number] in simple):
                equal_numbers.add(number)
        return equal_numbers

    def _right_forms(self, symbols: set[str]) -> dict[str, Form]:
        """Return the normal forms of the quantities. Inside others, the ``symbols`` stand for themselves."""
        forms: dict[str, Form] = {}
        values: dict[str, Form] = {}

        def compute(name: str, above: frozenset[str]) -> None:
            text = self.steps[name]
            for needed in expressions.needs_of(text):
                if needed in self.steps and needed not in forms and needed not in above:
                    compute(needed, above | {needed})
            try:
                forms[name] = normal_form.form(ast.parse(text.strip(), mode="eval").body, values, {})
            except NoForm:
                forms[name] = normal_form.symbol(f"{name}, without a form")
            values[name] = normal_form.symbol(name) if name in symbols else forms[name]

        for name in self.steps:
            if name not in forms:
                compute(name, frozenset({name}))
        return forms

    def _own_forms(self, symbols: Mapping[str, int]) -> dict[int, Form]:
        """Return the normal forms of the submission's assignments. ``symbols`` are quantities whose assignments stand for themselves."""
        declared = self._content.functions[self._function]
        inputs = signatures.match(self._places_read(), [*declared.argument_names()], self._content.aliases)
        values = {
            ".".join(place): normal_form.symbol(inputs[last_name(place)])
            for item in self._body.assignments
            for place in item.reads
            if last_name(place) in inputs and place[0] in self._body.parameters
        }
        forms: dict[int, Form] = {}
        by_number = {number: quantity for quantity, number in symbols.items()}
        for number, item in enumerate(self._body.assignments):
            form = None
            if item.value is not None and not item.keeps and item.is_certain and len(item.defines) <= 1:
                try:
                    form = forms[number] = normal_form.form(item.value, values, self._functions)
                except NoForm:
                    form = None
            for place in item.defines:
                unknown = normal_form.symbol(f"assignment {number} of {place}")
                if number in by_number:
                    form = normal_form.symbol(by_number[number])
                values[".".join(place)] = form or unknown
        return forms

    def _places_read(self) -> Iterable[str]:
        places = (place for item in self._body.assignments for place in item.reads)
        return dict.fromkeys(last_name(place) for place in places if place[0] in self._body.parameters)


def _is_same(one: Form, other: Form, is_scaled: bool) -> bool:
    if one == other:
        return True
    return is_scaled and bool(one.factor and other.factor) and without_scale(one) == without_scale(other)


def last_name(place: Place) -> str:
    """Return the name of a variable, or of its entry or attribute."""
    return place[-1].strip("'\"")
