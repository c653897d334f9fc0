"""The direction and the place of a boundary, from the classes of a grid."""

from __future__ import annotations

import math

import numpy as np
import pytest

from grader.judging import boundaries

POINTS = boundaries.grid(-3, 3, 81)


def line(angle, distance):
    """Return the line that the classes of the half-plane beyond a line show."""
    normal = np.array([math.cos(math.radians(angle)), math.sin(math.radians(angle))])
    return boundaries.straight(POINTS, POINTS @ normal > distance)


@pytest.mark.parametrize("angle", [0, 45, 100, -135, 179])
@pytest.mark.parametrize("distance", [0.01, 0.5, -1.5])
def test_line_is_found(angle, distance):
    found_line = line(angle, distance)
    assert boundaries.turned(found_line, boundaries.StraightLine(angle, distance)) < 1.5
    assert found_line.distance == pytest.approx(distance, abs=0.06)


def test_grid_begins_at_the_lower_left_corner():
    assert boundaries.grid(0, 1, 2).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]


def test_one_class_has_no_boundary():
    assert boundaries.straight(POINTS, np.zeros(len(POINTS), dtype=bool)) is None


def test_exchanged_classes_are_turned_by_180_degrees_and_not_moved():
    one, other = line(45, 0.5), line(-135, -0.5)
    assert boundaries.turned(one, other) > 178
    assert boundaries.moved(one, other) < 0.06


def test_curved_boundary_has_the_line_with_the_same_parts():
    wave = boundaries.straight(POINTS, POINTS[:, 1] > 0.3 * np.sin(4 * POINTS[:, 0]))
    assert boundaries.turned(wave, boundaries.StraightLine(90, 0)) < 8 and abs(wave.distance) < 0.06
