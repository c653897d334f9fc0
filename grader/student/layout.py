"""The layout of a submission: which of its matrices are transposed, and how a class keeps its parameters.

A layout is a convention, not a mistake. It is detected from the answers of the submission's own functions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..assignment.functions import FunctionSpec
from ..assignment.spec import AssignmentSpec
from ..sandbox.failures import CallError
from ..support.arrays import Shape
from ..support.i18n import _
from . import signatures

WIDEST = 1024  # units of the widest layer of a submission that is called with its own widths


@dataclass(frozen=True)
class Layout:
    """A way to call a submission.

    ``name`` is the name of the layout in the assignment, None for the layout of the task; ``transposed`` names the
    matrices that it transposes. ``attributes_as_kept`` passes the attributes of a class in the shapes that the class gave
    them, otherwise in those of the task. ``widths`` are the numbers of units of the submission's layers, by the names that
    the assignment gives them.
    """

    name: str | None = None
    transposed: frozenset[str] = frozenset()
    attributes_as_kept: bool = True
    widths: Mapping[str, int] = field(default_factory=dict, compare=False)

    def turned(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return ``values`` with those matrices transposed that differ between this layout and that of the task."""
        if not self.transposed:
            return dict(values)
        return {
            name: np.ascontiguousarray(value.T)
            if name in self.transposed and isinstance(value, np.ndarray) and value.ndim == 2
            else value
            for name, value in values.items()
        }

    def turned_shapes(self, shapes: Mapping[str, Shape]) -> dict[str, Shape]:
        """Return the shapes that arrays of ``shapes`` have in this layout."""
        return {name: shape[::-1] if name in self.transposed else shape for name, shape in shapes.items()}

    def notes(self, functions: Iterable[FunctionSpec]) -> list[str]:
        """Return the sentence about this layout if it concerns one of ``functions``."""
        if any(self.transposed & {*function.argument_names(), *function.returns} for function in functions):
            sentence = _("Your network uses another layout ({layout}). That is accepted; the tests use it too.")
            return [sentence.format(layout=_(str(self.name)))]
        return []


TASK_LAYOUT = Layout()


def layouts_of(content: AssignmentSpec) -> list[Layout]:
    """Return the layouts that the assignment accepts, the layout of the task first."""
    others = content.layouts.transposed if content.layouts else {}
    return [TASK_LAYOUT, *(Layout(name, frozenset(names)) for name, names in others.items())]


def detect_layout(
    candidates: Sequence[Layout],
    shapes: Mapping[str, list[int | str]],
    results: Callable[[], Mapping[str, Any]],
    answers: Callable[[Layout], bool],
) -> Layout:
    """Return the layout in which the submission works, the first candidate if none fits.

    ``results`` calls a function whose results have the ``shapes`` of the assignment, in the first candidate's layout.
    If these results fit several layouts, or none, ``answers`` says whether another function answers in a layout.
    """
    values: Mapping[str, Any] = {}
    with contextlib.suppress(CallError):
        values = results()
    fitting = []
    for layout in candidates:
        widths = signatures.widths_in(layout.turned(values), dict(shapes))
        if widths is not None:
            fitting.append((layout, widths))
    if len(fitting) == 1:
        layout, widths = fitting[0]
        return replace(layout, widths=widths)
    widths_by_layout = dict(fitting)
    for layout in widths_by_layout or candidates:
        if answers(layout):
            break
    else:
        layout = next(iter(widths_by_layout), candidates[0])
    return replace(layout, widths=widths_by_layout.get(layout, {}))


def ways_to_call(content: AssignmentSpec, detected: Layout, has_class: bool) -> list[Layout]:
    """Return all layouts in which a submission may be called, the detected one first; all have its widths."""
    layouts = [detected, *(layouts_of(content) if content.layouts else [])]
    return list(
        dict.fromkeys(
            replace(layout, attributes_as_kept=as_kept, widths=detected.widths)
            for as_kept in ([True, False] if has_class else [True])
            for layout in layouts
        )
    )


def best_layout(candidates: Sequence[Layout], evidence: Callable[[Layout], float]) -> tuple[Layout, bool]:
    """Return the candidate with the most evidence, and True if one with another name has as much."""
    weights = {layout: evidence(layout) for layout in candidates}
    best = max(candidates, key=lambda layout: weights[layout])
    rivals = [layout for layout in candidates if layout.name != best.name and weights[layout] == weights[best]]
    return best, bool(rivals)
