"""Plots of points in two colours, and of the boundary of a function."""

from __future__ import annotations

import pytest

from tests.assignment.tiny import load

PLANE = """\
name: plane
version: "1"
title: A plane
functions:
  predict: {signature: (X), returns: [y]}
checks:
  - name: figures
    title: The plane is plotted
    kind: figures
    panels:
      - {title: points, plane: {points: 100}}
      - {title: boundary, plane: {points: 100, boundary: predict}}
    points: 4
"""
START = """\
import matplotlib.pyplot as plt
import numpy as np
rng = np.random.default_rng(0)
labels = np.repeat([0, 1], 100)
X = rng.normal(size=(200, 2)) + 2 * labels[:, None] - 1
a, b = X[labels == 0], X[labels == 1]
def predict(X): return X.sum(axis=1) > 0
def predicted(X): return 1 / (1 + np.exp(-X.sum(axis=1)))
u, v = np.meshgrid(np.linspace(-3, 3, 30), np.linspace(-3, 3, 30))
grid = np.column_stack([u.ravel(), v.ravel()])
values = predicted(grid)
"""
POINTS = [
    "plt.scatter(X[:, 0], X[:, 1], c=labels)",
    "plt.scatter(*X.T, c=labels, cmap='bwr', s=4)",
    "plt.scatter(*X.T, c=np.where(labels == 1, 'red', 'blue'))",
    "plt.scatter(*a.T, color='blue'); plt.scatter(*b.T, color='red')",
    "plt.plot(*a.T, 'bo'); plt.plot(*b.T, 'r.')",
    "plt.plot(a[:, 0], a[:, 1], '.', b[:, 0], b[:, 1], '.')",
    "plt.scatter(*X.T, facecolors='none', edgecolors=np.where(labels == 1, 'red', 'blue'))",
]
BOUNDARIES = [
    "plt.contour(u, v, values.reshape(30, 30), levels=[0.5])",
    "plt.contourf(u, v, values.reshape(30, 30), alpha=0.3)",
    "plt.pcolormesh(u, v, values.reshape(30, 30))",
    "plt.imshow(values.reshape(30, 30), extent=(-3, 3, -3, 3), origin='lower')",
    "plt.tricontourf(*grid.T, values)",
    "plt.plot([-3, 3], [3, -3], 'k--')",
    "plt.plot(np.linspace(-3, 3, 90), -np.linspace(-3, 3, 90) + 0.1)",
    "plt.scatter(*grid.T, c=predict(grid), marker='s', alpha=0.1)",
    "plt.scatter(*grid.T, c=values)",
    "plt.scatter(*grid[values > 0.5].T, c='r', s=1); plt.scatter(*grid[values < 0.5].T, c='b', s=1)",
]
NO_BOUNDARY = [
    "",
    "plt.plot([-3, 3], [-3, 3])",
    "plt.scatter(*grid.T, c=rng.random(900) > 0.5)",
]


@pytest.fixture
def checked(tmp_path, graded):
    load(tmp_path, PLANE)
    (tmp_path / "task.md").write_text("plane")
    return lambda lines: graded(str(tmp_path), START + "\n".join(lines) + "\n").checks[0]


@pytest.mark.table
@pytest.mark.parametrize("points", POINTS)
def test_points_in_two_colours_are_found(checked, points):
    check = checked([points, BOUNDARIES[0], "plt.show()"])
    assert check.status == "passed", check.message


@pytest.mark.table
@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_boundaries_are_found(checked, boundary):
    check = checked([POINTS[0], "plt.figure()", POINTS[1], boundary])
    assert check.status == "passed", check.message


@pytest.mark.table
@pytest.mark.parametrize("boundary", NO_BOUNDARY)
def test_other_plots_are_not_boundaries(checked, boundary):
    check = checked([POINTS[0], boundary])
    assert check.status == "partial" and "no subplot shows the boundary" in check.message


@pytest.mark.table
@pytest.mark.parametrize(
    "line",
    ["", "plt.scatter(*X.T)", "plt.scatter(*X[:40].T, c=labels[:40])", "plt.plot(*a.T, 'b'); plt.plot(*b.T, 'r')"],
)
def test_points_in_one_colour_are_not_enough(checked, line):
    check = checked([line, BOUNDARIES[0]])
    assert check.status == "failed" and "no subplot shows at least 100 points in two colours" in check.message


def test_boundary_without_the_points_is_not_enough(checked):
    check = checked([POINTS[0], "plt.figure()", BOUNDARIES[0]])
    assert check.status == "partial"
