"""Draws digits like handwriting: each glyph has a few strokes, in many hands, with slant, size, bend, pressure, noise."""

from __future__ import annotations

import functools
import itertools

import numpy as np

from .drawing import Array, Draws, smooth

SIZE = 28
HANDS = 40  # ways to write each digit
FIELD = 64  # pixels along a distance field, which covers REACH in each direction
REACH = 1.6
STEPS = 6  # straight pieces between two points of a stroke

# Points (x, y) on the curve of each stroke. A glyph fills -0.6..0.6 by -1..1; y points downwards.
RING = [(0.0, -1.0), (-0.5, -0.6), (-0.55, 0.1), (-0.35, 0.8), (0.0, 1.0), (0.4, 0.75), (0.55, 0.0), (0.4, -0.75)]
GLYPHS: dict[int, list[list[list[tuple[float, float]]]]] = {
    0: [[[*RING, RING[0]]]],
    1: [[[(0.05, -1.0), (0.0, 0.0), (-0.05, 1.0)]], [[(-0.35, -0.6), (0.05, -1.0), (0.05, 0.0), (0.05, 1.0)]]],
    2: [
        [[(-0.5, -0.6), (-0.1, -1.0), (0.45, -0.65), (0.2, 0.0), (-0.5, 0.95)], [(-0.5, 0.95), (0.0, 0.9), (0.6, 0.9)]],
        [[(-0.5, -0.7), (0.0, -1.0), (0.4, -0.6), (0.1, 0.2), (-0.4, 0.9), (-0.45, 0.6), (0.0, 0.75), (0.6, 0.95)]],
    ],
    3: [[[(-0.45, -0.85), (0.1, -1.0), (0.45, -0.6), (-0.05, -0.1), (0.5, 0.4), (0.1, 0.95), (-0.5, 0.8)]]],
    4: [
        [[(-0.3, -1.0), (-0.5, 0.05), (0.1, 0.1), (0.55, 0.05)], [(0.35, -0.9), (0.3, 0.0), (0.25, 1.0)]],
        [[(0.25, 1.0), (0.3, 0.0), (0.3, -1.0)], [(0.3, -1.0), (-0.1, -0.4), (-0.55, 0.2)], [(-0.55, 0.2), (0.6, 0.2)]],
    ],
    5: [
        [
            [(0.5, -0.95), (0.0, -0.95), (-0.35, -0.9)],
            [(-0.35, -0.9), (-0.45, -0.2)],
            [(-0.45, -0.2), (0.1, -0.3), (0.5, 0.2), (0.2, 0.9), (-0.5, 0.85)],
        ]
    ],
    6: [[[(0.35, -1.0), (-0.2, -0.5), (-0.5, 0.3), (-0.1, 1.0), (0.45, 0.6), (0.15, 0.1), (-0.4, 0.45)]]],
    7: [
        [[(-0.5, -0.85), (0.0, -0.9), (0.5, -0.9)], [(0.5, -0.9), (0.15, 0.0), (-0.15, 1.0)]],
        [[(-0.5, -0.85), (0.5, -0.9)], [(0.5, -0.9), (0.15, 0.0), (-0.1, 1.0)], [(-0.25, 0.05), (0.45, 0.0)]],
    ],
    8: [
        [
            [(0.4, -0.7), (0.0, -1.0), (-0.4, -0.6), (0.0, -0.1), (0.45, 0.5), (0.0, 1.0)],
            [(0.0, 1.0), (-0.45, 0.55), (0.0, -0.1), (0.35, -0.45), (0.4, -0.7)],
        ]
    ],
    9: [
        [[(0.45, -0.7), (0.0, -1.0), (-0.45, -0.6), (-0.1, -0.1), (0.35, -0.3), (0.45, -0.7)], [(0.45, -0.7), (0.35, 0.2), (0.2, 1.0)]],
        [[(0.45, -0.75), (-0.1, -0.95), (-0.4, -0.4), (0.1, -0.15), (0.45, -0.75)], [(0.45, -0.75), (0.4, 0.5), (-0.2, 0.95)]],
    ],
}  # fmt: skip


def draw(label: int, count: int, draws: Draws) -> Array:
    """Return ``count`` images of the digit ``label``, white on black: (count, 28, 28), from 0 to 1."""
    hand = np.floor(draws.uniform(count, 1, 1) * HANDS)
    line = (np.arange(SIZE, dtype=np.float32) - np.float32(13.5)) / np.float32(10)  # 20 pixels high, as in MNIST
    y = (line[None, :, None] - draws.bell(count, 1, 1) * 0.08) / draws.between(0.8, 1.1, count)
    x = (line[None, None, :] - draws.bell(count, 1, 1) * 0.08) / draws.between(0.7, 1.2, count)
    slant, tilt = draws.bell(count, 1, 1) * 0.25, draws.bell(count, 1, 1) * 0.1
    x, y = x + slant * y + smooth(draws, count, SIZE, 3) * 0.16, y + tilt * x + smooth(draws, count, SIZE, 3) * 0.16
    distance = _look_up(_fields(label), hand, x, y)
    pen = draws.between(0.07, 0.2, count)
    ink = np.clip((pen - distance) * 9 + 0.5, 0, 1) * draws.between(0.8, 1.0, count)
    return np.clip(ink + draws.bell(count, SIZE, SIZE) * 0.04 * (ink > 0), 0, 1)


def draw_small(label: int, count: int, draws: Draws) -> Array:
    """Return ``count`` images of the digit ``label`` like those of scikit-learn: (count, 8, 8), from 0 to 1.

    Each pixel is the share of white pixels in a block of 4 by 4, in a margin of 2 around the large image.
    """
    white = np.pad(draw(label, count, draws) > 0.5, ((0, 0), (2, 2), (2, 2)))
    blocks = white.reshape(count, 8, 4, 8, 4).sum(axis=(2, 4))
    return np.asarray(blocks / 16, dtype=np.float32)


def _look_up(fields: Array, hand: Array, x: Array, y: Array) -> Array:
    """Return the distances at (x, y), interpolated between the fields' pixels."""
    scale = np.float32((FIELD - 1) / (2 * REACH))
    column, row = (np.clip((line + np.float32(REACH)) * scale, 0, np.float32(FIELD - 1.01)) for line in (x, y))
    left, top = np.floor(column), np.floor(row)
    right_share, low_share = column - left, row - top
    flat, place = fields.reshape(-1), ((hand * FIELD + top) * FIELD + left).astype(np.intp)
    upper = flat[place] * (1 - right_share) + flat[place + 1] * right_share
    lower = flat[place + FIELD] * (1 - right_share) + flat[place + FIELD + 1] * right_share
    return np.asarray(upper * (1 - low_share) + lower * low_share)


@functools.cache
def _fields(label: int) -> Array:
    """Return, for each hand, the distance of each pixel from the glyph: (HANDS, FIELD, FIELD), float32."""
    draws = Draws((label,))
    line = np.linspace(-REACH, REACH, FIELD, dtype=np.float32)
    fields = np.full((HANDS, FIELD, FIELD), REACH, np.float32)
    for hand in range(HANDS):
        glyph = GLYPHS[label][hand % len(GLYPHS[label])]
        stretch = 1 + draws.bell(2) * np.float32(0.1)
        for stroke in glyph:
            points = np.array(stroke, np.float32) * stretch
            points += draws.bell(*points.shape) * np.float32(0.07)
            curve = _curve(points)
            for start, end in itertools.pairwise(curve):
                np.minimum(fields[hand], _distance(line[None, :], line[:, None], start, end), out=fields[hand])
    return fields


def _curve(points: Array) -> Array:
    """Return a Catmull-Rom curve through the points."""
    padded = np.concatenate([points[:1] * 2 - points[1:2], points, points[-1:] * 2 - points[-2:-1]])
    pieces = [points[:1]]
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        for step in range(1, STEPS + 1):
            t = np.float32(step / STEPS)
            slope = (end - before) * t
            bend = (before * 2 - start * 5 + end * 4 - after) * (t * t)
            twist = (start * 3 - before - end * 3 + after) * (t * t * t)
            pieces.append(((start * 2 + slope + bend + twist) / 2)[None])
    return np.concatenate(pieces)


def _distance(x: Array, y: Array, start: Array, end: Array) -> Array:
    dx, dy = end - start
    along = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / (dx * dx + dy * dy + np.float32(1e-6)), 0, 1)
    away_x, away_y = x - start[0] - along * dx, y - start[1] - along * dy
    return np.asarray(np.sqrt(away_x * away_x + away_y * away_y))
