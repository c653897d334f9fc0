"""The lines of a plot that show entries of a table of results."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ...assignment.panels import Panel, TableLine
from ...judging.wrong_answer import WrongAnswer
from ...sandbox.observations import Axes
from ...support.arrays import describe, numbers
from ...support.i18n import _, joined
from ..context import Context
from . import result_tables

SAME = 1e-4  # relative: an entry may be stored in float32


def problem(panel: Panel, context: Context, figures: list[list[Axes]]) -> str | None:
    """Return the sentence about lines that are missing in the best subplot, or None. Raises CallError without a table."""
    subplots = [axes for figure in figures for axes in figure]
    missing: list[list[str]] = [[] for _axes in subplots]
    for line in panel.tables():
        values = _values(line, context)
        for axes, names in zip(subplots, missing, strict=True):
            if not _draws(axes, values):
                names.append(f"`{line.table}[{result_tables.as_text(tuple(line.keys[0]))}]`")
    if not subplots or min(map(len, missing)) == len(panel.lines):
        return _("no subplot shows the entries of `{name}`.").format(name=panel.tables()[0].table)
    best = min(range(len(subplots)), key=lambda number: len(missing[number]))
    if missing[best]:
        sentence = _("the same subplot must have {count} lines; those that begin with {names} are missing.")
        return sentence.format(count=len(panel.lines), names=joined(missing[best]))
    axes = subplots[best]
    if panel.labelled and not axes.is_labelled:
        return _("the axes have no labels: label the x axis and the y axis.")
    if panel.labelled and len(panel.lines) > 1 and not axes.has_legend:
        return _("the lines have no names: add a legend.")
    return None


def _values(line: TableLine, context: Context) -> list[float]:
    """Return the finite entries in the order of the line; raises CallError if one is missing."""
    value = context.student.variable(line.table).value
    keys = [tuple(key) for key in line.keys]
    if not isinstance(value, Mapping):
        sentence = _("`{name}` is {value}; it must be a dict.")
        raise WrongAnswer(sentence.format(name=line.table, value=describe(value)))
    table = result_tables.entries(value, keys)
    values = []
    for key in keys:
        number = result_tables.number(table.get(key))
        if number is None:
            sentence = _("`{name}[{key}]` is missing, so it cannot be plotted.")
            raise WrongAnswer(sentence.format(name=line.table, key=result_tables.as_text(key)))
        if np.isfinite(number):
            values.append(number)
    return values


def _draws(axes: Axes, values: list[float]) -> bool:
    """True if a line shows all values in their order; it may have further points."""
    return any(_contains(plotted, values) for line in axes.lines if (plotted := numbers(line.y)) is not None)


def _contains(plotted: Any, values: list[float]) -> bool:
    points = plotted.ravel().astype(np.float64)
    for order in (points, points[::-1]):
        place = 0
        for point in order:
            if place < len(values) and abs(point - values[place]) <= SAME * abs(values[place]):
                place += 1
        if place == len(values):
            return True
    return False
