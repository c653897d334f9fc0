"""Shapes on a grid of pixels, for many images at once: the share of each pixel that a shape covers, from 0 to 1.

Coordinates are from -1 to 1, x to the right and y downwards. A parameter of a shape is one number for all images or an
array (n, 1, 1); a coverage is (n, size, size), float32.
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Number = Array | float


class Draws:
    """Random numbers that are the same in every version of NumPy: uniform numbers, and sums of them."""

    def __init__(self, seed: tuple[int, ...]) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))

    def uniform(self, *shape: int) -> Array:
        """Return numbers from 0 to 1, float32."""
        return self._generator.random(shape, dtype=np.float32)

    def between(self, low: float, high: float, count: int) -> Array:
        """Return numbers from ``low`` to ``high``, one for each image: (count, 1, 1)."""
        return np.float32(low) + self.uniform(count, 1, 1) * np.float32(high - low)

    def bell(self, *shape: int) -> Array:
        """Return numbers with mean 0 and standard deviation 1, nearly normal."""
        three = self.uniform(*shape) + self.uniform(*shape) + self.uniform(*shape)
        return (three - np.float32(1.5)) * np.float32(2)

    def chance(self, probability: float, count: int) -> Array:
        """Return 1 with ``probability``, else 0, one number for each image: (count, 1, 1)."""
        return (self.uniform(count, 1, 1) < probability).astype(np.float32)


class PixelGrid:
    """The coordinates of the pixels, moved and scaled for each image, and shapes on them."""

    def __init__(self, size: int, x_shift: Number = 0.0, y_shift: Number = 0.0, scale: Number = 1.0) -> None:
        line = (np.arange(size, dtype=np.float32) * np.float32(2) + np.float32(1)) / np.float32(size) - np.float32(1)
        self.x = (line[None, None, :] - x_shift) / scale
        self.y = (line[None, :, None] - y_shift) / scale
        self._sharpness = np.float32(size / 2) * scale

    def inside(self, distance: Array) -> Array:
        """Return the coverage for a ``distance`` to the edge, positive inside, in the units of the coordinates."""
        return np.asarray(np.clip(distance * self._sharpness + np.float32(0.5), 0, 1))

    def trapezoid(self, top: Number, bottom: Number, width_top: Number, width_bottom: Number, x: Number = 0.0) -> Array:
        """Return a trapezoid with half-widths ``width_top`` and ``width_bottom`` around ``x``; a box if they are equal."""
        share = np.clip((self.y - top) / (bottom - top), 0, 1)
        width = width_top + (width_bottom - width_top) * share
        margin = width - np.abs(self.x - x)
        return self.inside(np.minimum(margin, np.minimum(self.y - top, bottom - self.y)))

    def ellipse(self, x: Number, y: Number, width: Number, height: Number) -> Array:
        """Return an ellipse with half-axes ``width`` and ``height`` around (x, y)."""
        across, down = (self.x - x) / width, (self.y - y) / height
        narrow = np.minimum(width, height, dtype=np.float32)  # two plain numbers would make the result float64
        return self.inside((1 - np.sqrt(across * across + down * down)) * narrow)

    def stroke(self, x0: Number, y0: Number, x1: Number, y1: Number, radius: Number) -> Array:
        """Return a straight line with round ends from (x0, y0) to (x1, y1)."""
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((self.x - x0) * dx + (self.y - y0) * dy) / (dx * dx + dy * dy + 1e-6), 0, 1)
        away_x, away_y = self.x - x0 - along * dx, self.y - y0 - along * dy
        return self.inside(radius - np.sqrt(away_x * away_x + away_y * away_y))


def stripes(line: Array, width: Number, phase: Number) -> Array:
    """Return a triangle wave from 0 to 1 along ``line``."""
    place = line / width + phase
    return np.abs((place - np.floor(place)) * 2 - 1)


def smooth(draws: Draws, count: int, size: int, cells: int) -> Array:
    """Return smooth noise with standard deviation below 1: ``cells`` by ``cells`` numbers, interpolated to the pixels."""
    knots = draws.bell(count, cells + 1, cells + 1)
    line = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * np.float32(cells / size)
    low = line.astype(int)
    share = line - np.floor(line)
    rows = knots[:, low] * (1 - share)[None, :, None] + knots[:, low + 1] * share[None, :, None]
    return np.asarray(rows[:, :, low] * (1 - share) + rows[:, :, low + 1] * share)
