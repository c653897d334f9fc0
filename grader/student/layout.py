"""How one submission writes what it computes: the layout of its arrays, the widths of its layers, the shapes in which
a class keeps its parameters, and what it hands over in one piece.

All of it is found out by asking the submission's own functions, and is a convention, not a mistake.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..assignment.base import Tolerance
from ..expected.probes import Case, replaced
from ..judging.compare import common_factor, compare_results
from ..sandbox.failures import CallError
from ..sandbox.session import Found
from ..submission.python_code import nodes
from ..support import arrays
from ..support.i18n import _
from . import signatures

if TYPE_CHECKING:
    from .submitted import RawAnswer, Submitted


RIGHT, FITTING, ANSWERED = 4.0, 2.0, 1.0  # how much a function says for a way to ask it
WIDEST = 1024  # layer of a submission that is asked at its own widths


@dataclass(frozen=True)
class Way:
    """A way to ask a submission: in a layout (None for that of the task), and with the attributes of a class in the
    shapes that the class gave them, or in those of the task."""

    layout: str | None = None
    as_kept: bool = True


class Manner:
    """The manner of the submission of one :class:`~grader.student.submitted.Submitted`."""

    def __init__(self, student: Submitted) -> None:
        self._student = student
        self._content = student.content
        self._way = Way()
        self._way_known = student.content.layouts is None
        self._weighed = False
        self._examples: dict[str, RawAnswer | None] = {}
        self.widths: dict[str, int] = {}  # of its layers, by the names that the assignment gives them
        self.undecided = False  # whether two layouts fit equally well

    def layout(self) -> str | None:
        """The name of the layout in which the submission works, None for that of the task."""
        if not self._way_known:
            self._way_known = True  # finding it out asks the submission in the layout that is tried
            self._way = Way(self._find_layout())
            self._examples.clear()
        return self._way.layout

    @property
    def as_kept(self) -> bool:
        """Whether the attributes of a class are filled in the shapes that the class gave them."""
        return self._way.as_kept

    def reconsidered(self) -> bool:
        """Weigh all ways to ask the submission, once; whether it is asked in another way from now on.

        For a check that does not pass: one function alone may be wrong in the right layout, or right in the wrong one.
        """
        layouts = [self.layout(), *(["", *self._content.layouts.transposed] if self._content.layouts else [])]
        kept = [True, False] if self._student.instances.methods else [True]
        ways = list(dict.fromkeys(Way(layout or None, as_kept) for as_kept in kept for layout in layouts))
        if self._weighed or len(ways) == 1:
            return False
        self._weighed = True
        chosen = self._way
        hopeless: set[str] = set()  # functions that hang, or take the worker with them
        evidence = {way: self._evidence(way, hopeless) for way in ways}
        self._way = max(ways, key=lambda way: evidence[way])
        rivals = [way for way in ways if way.layout != self._way.layout and evidence[way] == evidence[self._way]]
        self.undecided = bool(rivals)
        self._examples.clear()
        self._student.forget()
        return self._way != chosen

    def _evidence(self, way: Way, hopeless: set[str]) -> float:
        """How much the submission's functions say for a way to ask them."""
        self._way = way
        self._examples.clear()
        total = 0.0
        for function, declared in self._content.functions.items():
            if function in hopeless or declared.seconds is not None or self._student.instances.find(function) is None:
                continue
            try:
                total += self._rightness(function)
            except CallError:
                hopeless.add(function)
        return total

    def _rightness(self, function: str) -> float:
        """How right a function is when it is asked in the present way; raises CallError where it must not be asked again."""
        declared, best = self._content.functions[function], 0.0
        cases = self._student.cases.examples(function) if declared.arguments else [Case("", {})]
        for case in cases:
            shapes = self._student.shapes(function, case.inputs)
            for place in self._student.cases.replacements([function], case):
                try:
                    answer = self._student.call(function, replaced(case.inputs, *place), shapes=shapes)
                except CallError as failure:
                    if failure.status not in ("error", "failed"):
                        raise
                    continue
                best = max(best, self._fit(function, case, answer.values))
        return best

    def _fit(self, function: str, case: Case, values: dict[str, Any]) -> float:
        declared = self._content.functions[function]
        if declared.shapes:
            return RIGHT if signatures.widths_in(values, declared.shapes) is not None else ANSWERED
        expected = {
            name: item for name, item in self._student.cases.expected(function, case.inputs).items() if name in values
        }
        compared = compare_results(values, expected, Tolerance(), declared.history)
        share = sum(item.problem is None for item in compared.values()) / max(len(compared), 1)
        if share == 1 or (declared.history is None and common_factor(values, expected) is not None):
            return RIGHT
        shapes = {name: arrays.shape_of(item) or () for name, item in expected.items() if name != declared.history}
        return FITTING + share if arrays.have_shapes(values, shapes) else ANSWERED

    def laid_out(self, function: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return ``inputs`` in the submission's layout, and what another function hands over as that returns it."""
        turned = self.turned(inputs)
        handed_over = self._content.functions[function].handed_over
        for name in handed_over.keys() & turned.keys():
            raw = self._example(handed_over[name])
            if raw is not None and name in raw.bound:
                turned[name] = arrays.in_layout(turned[name], arrays.shape_of(raw.bound[name]))
        return turned

    def turned(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return ``values`` with those matrices transposed that differ between the two layouts."""
        names = self._transposed()
        return {
            name: np.ascontiguousarray(value.T)
            if name in names and isinstance(value, np.ndarray) and value.ndim == 2
            else value
            for name, value in values.items()
        }

    def turned_shapes(self, shapes: dict[str, arrays.Shape]) -> dict[str, arrays.Shape]:
        """Return the shapes that arrays of ``shapes`` have in the submission's layout."""
        names = self._transposed()
        return {name: shape[::-1] if name in names else shape for name, shape in shapes.items()}

    def notes(self, functions: list[str]) -> list[str]:
        """The sentences for a class and for the layout, where one of ``functions`` has anything to do with it."""
        names, layout = self._transposed(), self.layout()
        declared = [self._content.functions[name] for name in functions]
        notes = self._student.instances.notes(functions)
        if any(names & {*function.argument_names(), *function.returns} for function in declared):
            sentence = _("Your net has another layout, {layout}: accepted, and probed so.")
            notes.append(sentence.format(layout=_(str(layout))))
        return notes

    def bundles(self, function: str, found: Found, laid_out: dict[str, Any]) -> dict[str, signatures.Bundle]:
        """Return what the parameters of ``found`` get that take all results of another function together."""
        makers = signatures.bundled(self._content, function, found)
        return {parameter: self._bundle(maker, parameter, laid_out) for parameter, maker in makers.items()}

    def _transposed(self) -> set[str]:
        layout = self.layout()
        return set(self._content.layouts.transposed[layout]) if self._content.layouts and layout else set()

    def _find_layout(self) -> str | None:
        layouts = self._content.layouts
        assert layouts is not None
        shapes = self._content.functions[layouts.shown_by].shapes
        shown: dict[str, Any] = {}
        with contextlib.suppress(CallError):
            shown = self._student.call(layouts.shown_by, {}).values
        candidates: list[str | None] = [None, *layouts.transposed]
        possible: dict[str | None, dict[str, int]] = {}
        for layout in candidates:
            self._way = Way(layout)
            widths = signatures.widths_in(self.turned(shown), shapes)
            if widths is not None:
                possible[layout] = widths
        for layout in possible or candidates if len(possible) != 1 else []:
            self._way = Way(layout)
            self._examples.clear()
            if self._example(layouts.tried_on) is not None:
                break
        else:
            layout = next(iter(possible), None)
        self.widths = possible.get(layout, {})
        return layout

    def _example(self, function: str) -> RawAnswer | None:
        """What the submission's ``function`` returns in the first manner that gives results of the right shapes."""
        if function not in self._examples:
            self._examples[function] = None  # while it is found out, nothing is known
            self._examples[function] = next(self._found_out(function), None)
        return self._examples[function]

    def _found_out(self, function: str, of_any_shape: bool = False) -> Iterator[RawAnswer]:
        for case in self._student.cases.examples(function):
            shapes = self._student.shapes(function, case.inputs)
            for place in self._student.cases.replacements([function], case):
                with contextlib.suppress(CallError):
                    answer = self._student.call(function, replaced(case.inputs, *place), shapes=shapes)
                    expected = {name: shape for name, shape in shapes.items() if name in answer.values}
                    if of_any_shape or arrays.have_shapes(answer.values, expected):
                        yield answer.raw

    def _bundle(self, maker: str, parameter: str, laid_out: dict[str, Any]) -> signatures.Bundle:
        names = [name for name in self._content.functions[maker].returns if name in laid_out]
        # Results of wrong shapes still show the keys.
        raw = self._example(maker) or next(self._found_out(maker, of_any_shape=True), None)
        pattern = _container(raw, parameter) if raw is not None else None
        if raw is None or pattern is None:
            return signatures.Bundle({spelled: laid_out[name] for spelled, name in self._spelled(names).items()}, names)
        known = {id(item): name for name, item in raw.parts.items()}
        return signatures.Bundle(self._filled(pattern, "", known, laid_out), names)

    def _filled(self, pattern: Any, key: str, known: dict[int, str], laid_out: dict[str, Any]) -> Any:
        """Return ``pattern``, a returned dict or tuple, with the values of ``laid_out`` in their places."""
        if isinstance(pattern, dict):
            return {inner: self._filled(item, inner, known, laid_out) for inner, item in pattern.items()}
        name = known.get(id(pattern)) or signatures.match([key], laid_out, self._content.names).get(key, "")
        shape = arrays.shape_of(pattern)
        if name in laid_out and shape is not None:  # an array, or a list of numbers
            return arrays.in_layout(laid_out[name], shape)
        if isinstance(pattern, tuple | list):
            if not any(id(item) in known or not isinstance(item, int | float) for item in pattern):
                return pattern  # a row of numbers that is no result: there may be thousands
            return type(pattern)(self._filled(item, "", known, laid_out) for item in pattern)
        return laid_out.get(name, pattern)

    def _spelled(self, names: list[str]) -> dict[str, str]:
        """Return {key: name} for a dict that the submission reads, with keys that are texts in its code."""
        spelled = signatures.match(dict.fromkeys(self._texts()), names, self._content.names)
        return spelled | {name: name for name in names if name not in spelled.values()}

    def _texts(self) -> Iterator[str]:
        for code in self._student.code:
            for node in nodes(code.text):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value


def _container(raw: RawAnswer, parameter: str) -> Any:
    """What of a returned value ``parameter`` stands for: the item of that name, the only container, or all of it."""
    value = raw.value
    if isinstance(value, dict) or not isinstance(value, tuple | list):
        return value if isinstance(value, dict) else None
    inner = [item for item in value if isinstance(item, dict | tuple | list)]
    if len(raw.function.returns) == len(value):
        named = dict(zip(map(signatures.normal, raw.function.returns), value, strict=True))
        inner = [item for item in [named.get(signatures.normal(parameter))] if item is not None] or inner
    return inner[0] if len(inner) == 1 and isinstance(inner[0], dict | tuple | list) else value
