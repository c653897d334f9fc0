"""The lines of a plot that show the submission's own functions: y is what the function returns for the plotted x."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...assignment.panels import FunctionLine, Panel
from ...sandbox.failures import CallError
from ...sandbox.observations import Axes
from ...student.answers import PlannedCall
from ...support.arrays import numbers
from ...support.i18n import _, joined
from ...support.text import plain_number
from ..context import Context

Array = np.ndarray[Any, Any]
FEWEST_POINTS = 10  # of a line that shows a curve
MOST_GRIDS = 10  # different points on the x axis for which the functions are called
MOST_LINES = 500
SAME = 1e-4  # relative to the largest value: a curve may be stored in float32


@dataclass(frozen=True)
class _Drawn:
    """A line in a subplot."""

    axes: Axes
    x: Array
    y: Array


def problem(panel: Panel, context: Context, figures: list[list[Axes]]) -> str | None:
    """Return the sentence about lines that are missing, or None if each function has a line of its own."""
    lines = list(itertools.islice(_lines(figures), MOST_LINES))
    by_function: dict[str, _Drawn] = {}
    missing: list[FunctionLine] = []
    for required in panel.functions():
        line = _line(
            required, context, [one for one in lines if all(one is not other for other in by_function.values())]
        )
        if line is None:
            missing.append(required)
        else:
            by_function[required.function] = line
    if missing:
        ((argument, (low, high)),) = missing[0].over.items()
        sentence = _(
            "no line shows the values of {functions}. Plot each function for at least {count} values of {argument} that cover {low} to {high}."
        )
        return sentence.format(
            functions=joined(f"`{one.function}`" for one in missing),
            count=FEWEST_POINTS,
            argument=argument,
            low=plain_number(low, 4),
            high=plain_number(high, 4),
        )
    return _unnamed(list(by_function.values())) if panel.labelled else None


def _lines(figures: list[list[Axes]]) -> Iterator[_Drawn]:
    for axes in itertools.chain.from_iterable(figures):
        for line in axes.lines:
            x, y = numbers(line.x), numbers(line.y)
            if x is None or y is None or x.ndim != 1 or x.shape != y.shape or not np.isfinite(x).all():
                continue
            if len(np.unique(x)) >= FEWEST_POINTS:
                yield _Drawn(axes, x.astype(np.float64), y.astype(np.float64))


def _line(required: FunctionLine, context: Context, lines: list[_Drawn]) -> _Drawn | None:
    """Return a line that shows the function, or None."""
    ((argument, (low, high)),) = required.over.items()
    grids: dict[bytes, list[_Drawn]] = {}
    for line in lines:
        if line.x.min() <= low and line.x.max() >= high:
            grids.setdefault(line.x.tobytes(), []).append(line)
    for others in _arguments(required):
        for candidates in itertools.islice(grids.values(), MOST_GRIDS):
            try:
                answer = context.student.call(PlannedCall(required.function, {argument: candidates[0].x, **others}))
            except CallError as failure:
                if not failure.is_a_mistake:
                    raise
                return None
            values = numbers(next(iter(answer.values.values())))
            for line in candidates:
                if values is not None and _shows(line, values):
                    return line
    return None


def _arguments(required: FunctionLine) -> Iterator[dict[str, float]]:
    """Yield the values of the other arguments: first their defaults, which are not mentioned."""
    yield {}
    for values in itertools.product(*required.values.values()):
        if values:
            yield dict(zip(required.values, values, strict=True))


def _shows(line: _Drawn, values: Array) -> bool:
    if values.size != line.y.size:
        return False
    scale = float(np.max(np.abs(line.y), initial=0, where=np.isfinite(line.y)))
    return np.allclose(line.y, values.ravel(), rtol=0, atol=SAME * scale, equal_nan=True)


def _unnamed(lines: list[_Drawn]) -> str | None:
    """Return the sentence about lines that nothing names, or None."""
    for line in lines:
        alone = sum(other.axes is line.axes for other in lines) == 1
        if not (line.axes.has_legend or (alone and line.axes.titles)):
            return _("the lines have no names: add a legend, or a title for each subplot.")
    return None
