"""How one submission writes what it computes: the layout of its arrays and what it hands over in one piece.

Both are found out by asking the submission's own functions, once, and are conventions, not mistakes.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import binding
from ..language import _
from ..probes import replaced
from ..sandbox.endings import CallFailed
from ..sandbox.session import Found

if TYPE_CHECKING:
    from .context import Context, Raw


class Manner:
    """The manner of the submission of one :class:`~grader.checks.context.Context`."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._content = context.content
        self._layout: str | None = None
        self._layout_known = context.content.layouts is None
        self._examples: dict[str, Raw | None] = {}

    def layout(self) -> str | None:
        """The name of the layout in which the submission works, None for that of the task."""
        if not self._layout_known:
            self._layout_known = True  # finding it out asks the submission in the layout that is tried
            self._layout = self._find_layout()
            self._examples.clear()
        return self._layout

    def laid_out(self, function: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """Return ``inputs`` in the submission's layout, and what another function hands over as that returns it."""
        turned = self.turned(inputs)
        handed_over = self._content.functions[function].handed_over
        for name in handed_over.keys() & turned.keys():
            raw = self._example(handed_over[name])
            if raw is not None and name in raw.bound:
                turned[name] = binding.in_layout(turned[name], binding.shape_of(raw.bound[name]))
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

    def turned_shapes(self, shapes: dict[str, binding.Shape]) -> dict[str, binding.Shape]:
        """Return the shapes that arrays of ``shapes`` have in the submission's layout."""
        names = self._transposed()
        return {name: shape[::-1] if name in names else shape for name, shape in shapes.items()}

    def notes(self, functions: list[str]) -> list[str]:
        """The sentences for a class and for the layout, where one of ``functions`` has anything to do with it."""
        names, layout = self._transposed(), self.layout()
        declared = [self._content.functions[name] for name in functions]
        notes = self._context.instances.notes(functions)
        if any(names & {*function.argument_names(), *function.returns} for function in declared):
            sentence = _("Your net has another layout, {layout}: accepted, and probed so.")
            notes.append(sentence.format(layout=_(str(layout))))
        return notes

    def bundles(self, function: str, found: Found, laid_out: dict[str, Any]) -> dict[str, binding.Bundle]:
        """Return what the parameters of ``found`` get that take all results of another function together."""
        makers = binding.bundled(self._content, function, found)
        return {parameter: self._bundle(maker, parameter, laid_out) for parameter, maker in makers.items()}

    def _transposed(self) -> set[str]:
        layout = self.layout()
        return set(self._content.layouts.transposed[layout]) if self._content.layouts and layout else set()

    def _find_layout(self) -> str | None:
        layouts = self._content.layouts
        assert layouts is not None
        expected = {name: tuple(shape) for name, shape in self._content.functions[layouts.shown_by].shapes.items()}
        shown: dict[str, Any] = {}
        with contextlib.suppress(CallFailed):
            shown = self._context.ask(layouts.shown_by, {}).values
        candidates: list[str | None] = [None, *layouts.transposed]
        possible = []
        for self._layout in candidates:
            if binding.have_shapes(shown, self.turned_shapes(expected)):
                possible.append(self._layout)
        possible = possible or candidates
        for self._layout in possible if len(possible) > 1 else []:
            self._examples.clear()
            if self._example(layouts.tried_on) is not None:
                return self._layout
        return possible[0]

    def _example(self, function: str) -> Raw | None:
        """What the submission's ``function`` returns in the first manner that gives results of the right shapes."""
        if function not in self._examples:
            self._examples[function] = None  # while it is found out, nothing is known
            self._examples[function] = next(self._found_out(function), None)
        return self._examples[function]

    def _found_out(self, function: str, of_any_shape: bool = False) -> Iterator[Raw]:
        for case in self._context.examples(function):
            shapes = self._context.shapes(function, case.inputs)
            for place in self._context.places([function], case):
                with contextlib.suppress(CallFailed):
                    answer = self._context.ask(function, replaced(case.inputs, *place), shapes=shapes)
                    if of_any_shape or binding.have_shapes(answer.values, shapes):
                        yield answer.raw

    def _bundle(self, maker: str, parameter: str, laid_out: dict[str, Any]) -> binding.Bundle:
        names = [name for name in self._content.functions[maker].returns if name in laid_out]
        # Results of wrong shapes still show the keys.
        raw = self._example(maker) or next(self._found_out(maker, of_any_shape=True), None)
        pattern = _container(raw, parameter) if raw is not None else None
        if raw is None or pattern is None:
            return binding.Bundle({spelled: laid_out[name] for spelled, name in self._spelled(names).items()}, names)
        known = {id(item): name for name, item in raw.bound.items()}
        return binding.Bundle(self._filled(pattern, "", known, laid_out), names)

    def _filled(self, pattern: Any, key: str, known: dict[int, str], laid_out: dict[str, Any]) -> Any:
        """Return ``pattern``, a returned dict or tuple, with the values of ``laid_out`` in their places."""
        if isinstance(pattern, dict):
            return {inner: self._filled(item, inner, known, laid_out) for inner, item in pattern.items()}
        if isinstance(pattern, tuple | list):
            return type(pattern)(self._filled(item, "", known, laid_out) for item in pattern)
        name = known.get(id(pattern)) or binding.match([key], laid_out, self._content.names).get(key, "")
        return binding.in_layout(laid_out[name], binding.shape_of(pattern)) if name in laid_out else pattern

    def _spelled(self, names: list[str]) -> dict[str, str]:
        """Return {key: name} for a dict that the submission reads, with keys that are texts in its code."""
        spelled = binding.match(dict.fromkeys(self._texts()), names, self._content.names)
        return spelled | {name: name for name in names if name not in spelled.values()}

    def _texts(self) -> Iterator[str]:
        for code in self._context.code:
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                for node in ast.walk(ast.parse(code.text)):
                    if isinstance(node, ast.Constant) and isinstance(node.value, str):
                        yield node.value


def _container(raw: Raw, parameter: str) -> Any:
    """What of a returned value ``parameter`` stands for: the item of that name, the only container, or all of it."""
    value = raw.value
    if isinstance(value, dict) or not isinstance(value, tuple | list):
        return value if isinstance(value, dict) else None
    inner = [item for item in value if isinstance(item, dict | tuple | list)]
    if len(raw.function.returns) == len(value):
        named = dict(zip(map(binding.normal, raw.function.returns), value, strict=True))
        inner = [item for item in [named.get(binding.normal(parameter))] if item is not None] or inner
    return inner[0] if len(inner) == 1 and isinstance(inner[0], dict | tuple | list) else value
