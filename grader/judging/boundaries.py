"""The boundary between two regions of the plane: its direction and place, from the class of each point of a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class StraightLine:
    """A straight boundary: the angle of the direction towards class 1 in degrees, and the distance from the centre in it."""

    angle: float
    distance: float


def grid(low: float, high: float, steps: int) -> Array:
    """Return the points of a square grid, float64 (steps * steps, 2), row by row from the bottom, the first coordinate first."""
    axis = np.linspace(low, high, steps)
    first, second = np.meshgrid(axis, axis)
    return np.column_stack([first.ravel(), second.ravel()])


def straight(points: Array, is_one: Array) -> StraightLine | None:
    """Return the line that divides the disc in the grid like the classes: bool (n,), True for class 1. None for one class.

    For the two parts of a disc that a line cuts off, the sum of the points of one part minus that of the other is normal to
    the line, and the sizes of the parts give its distance. So the line is also defined for a curved boundary.
    """
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.ptp(points[:, 0])) / 2
    offsets = points - centre
    inside = np.hypot(*offsets.T) <= radius
    offsets, signs = offsets[inside], np.where(is_one[inside], 1.0, -1.0)
    share = float((signs > 0).mean())
    if not 0 < share < 1:
        return None
    normal = signs @ offsets
    return StraightLine(math.degrees(math.atan2(normal[1], normal[0])), radius * _distance(share))


def _distance(share: float) -> float:
    """Return the distance from the centre of the unit disc at which a line cuts off ``share`` of it, by bisection."""
    low, high = -1.0, 1.0
    for _step in range(50):
        middle = (low + high) / 2
        cut_off = (math.acos(middle) - middle * math.sqrt(1 - middle**2)) / math.pi
        low, high = (middle, high) if cut_off > share else (low, middle)
    return low


def turned(one: StraightLine, other: StraightLine) -> float:
    """Return the angle between two lines in degrees, from 0 to 180; at 180 the classes are exchanged."""
    return abs((one.angle - other.angle + 180) % 360 - 180)


def moved(one: StraightLine, other: StraightLine) -> float:
    """Return how far two lines of about the same direction are apart near the centre; for exchanged classes the sign is turned."""
    sign = 1.0 if turned(one, other) <= 90 else -1.0
    return abs(one.distance - sign * other.distance)
