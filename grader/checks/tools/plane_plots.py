"""Plots of the plane: the points of two classes in two colours, and the boundary of the submission's own function."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...assignment.panels import PlanePlot
from ...sandbox.failures import CallError
from ...sandbox.observations import Axes
from ...student.answers import PlannedCall
from ...support.arrays import numbers
from ...support.i18n import _
from ..context import Context
from . import two_classes

Array = np.ndarray[Any, Any]
FEWEST = 0.1  # share of the points in the second colour
AGREE = 0.97  # share of points in the colours of their predicted classes; labels agree less, since classes overlap
NEAR = 0.4  # distance from a line to both sides of the boundary
MOST_POINTS = 5000
SIDES = np.array([[1, 0], [0, 1], [1, 1], [1, -1]])  # directions from one side of the boundary to the other


def problem(plane: PlanePlot, context: Context, figures: list[list[Axes]]) -> str | None:
    """Return the sentence about a plot that is missing, or None if a subplot shows it; raises CallError."""
    subplots = [axes for figure in figures for axes in figure]
    coloured = [axes for axes in subplots if _has_two_colours(axes, plane.points)]
    if not coloured:
        sentence = _("no subplot shows at least {count} points in two colours.")
        return sentence.format(count=plane.points)
    if plane.boundary is None or any(_shows_boundary(axes, plane, context) for axes in coloured):
        return None
    return _("no subplot shows the boundary or the regions of `{function}` together with the points.").format(
        function=plane.boundary
    )


def _groups(axes: Axes) -> list[tuple[Array, Array]]:
    """Return the points (n, 2) of each scatter plot and their colours (n,)."""
    groups = []
    for scatter in axes.scatters:
        points, colours = numbers(scatter.points), numbers(scatter.colours)
        if points is not None and colours is not None and points.shape == (colours.size, 2):
            groups.append((points, colours.ravel()))
    for line in axes.lines:
        x, y = numbers(line.x), numbers(line.y)
        if line.colour and x is not None and y is not None and x.shape == y.shape and x.ndim == 1:
            groups.append((np.column_stack([x, y]), np.full(len(x), int(line.colour.removeprefix("#"), 16))))
    return groups


def _has_two_colours(axes: Axes, count: int) -> bool:
    """True if there are enough points, and not nearly all of them in one colour."""
    groups = _groups(axes)
    if not groups:
        return False
    colours = np.concatenate([colours for _points, colours in groups])
    _values, sizes = np.unique(colours, return_counts=True)
    return len(colours) >= count and sizes.max() <= (1 - FEWEST) * len(colours)


def _shows_boundary(axes: Axes, plane: PlanePlot, context: Context) -> bool:
    if axes.areas or axes.images:
        return True
    try:
        groups = _groups(axes)
        parts = [*zip(*groups, strict=True)]
        together = (np.concatenate(parts[0]), np.concatenate(parts[1]))
        return any(_shows_classes(*group, plane, context) for group in [*groups, together]) or any(
            _is_boundary(numbers(line.x), numbers(line.y), plane, context) for line in axes.lines if not line.colour
        )
    except CallError as failure:
        if not failure.is_a_mistake:
            raise
        return False


def _is_one(points: Array, plane: PlanePlot, context: Context) -> Array:
    assert plane.boundary is not None
    answer = context.student.call(PlannedCall(plane.boundary, {plane.argument: points})).values
    values = two_classes.probabilities(next(iter(answer.values())), len(points), plane.boundary, accept_logits=True)
    return two_classes.classes(values)  # logits are judged by other checks


def _shows_classes(points: Array, colours: Array, plane: PlanePlot, context: Context) -> bool:
    """True if points have the colours of their predicted classes, also shades of two colours."""
    points, colours = points[:MOST_POINTS], colours[:MOST_POINTS]
    if len(points) < plane.points:
        return False
    is_one = _is_one(points, plane, context)
    if is_one.all() or not is_one.any():
        return False
    values, columns = np.unique(colours, return_inverse=True)
    share = np.bincount(columns, is_one) / np.bincount(columns)
    # If all points have different colours, the colours say nothing about classes.
    return len(values) <= len(points) / 2 and float(np.maximum(share, 1 - share)[columns].mean()) >= AGREE


def _is_boundary(x: Array | None, y: Array | None, plane: PlanePlot, context: Context) -> bool:
    """True if a line is near both predicted classes at most of its points."""
    if x is None or y is None or x.shape != y.shape or x.ndim != 1 or not 2 <= len(x) <= MOST_POINTS:
        return False
    parts = np.linspace(0, len(x) - 1, 50)
    points = np.column_stack([np.interp(parts, np.arange(len(x)), one) for one in (x, y)])
    around = np.concatenate([points + sign * NEAR * side for side in SIDES for sign in (1, -1)])
    sides = _is_one(around, plane, context).reshape(len(SIDES), 2, len(points))
    return float((sides[:, 0] != sides[:, 1]).any(axis=0).mean()) >= AGREE - FEWEST
