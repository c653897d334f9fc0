"""Draws coloured scenes with an object of one of CIFAR-10's ten classes: a background of two colours, and the object.

Red, green and blue differ clearly, so that a mistake in the weights of the channels is visible.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .drawing import Array, Draws, PixelGrid, smooth

SIZE = 32
SKY, GRASS, SEA, ROAD, WOOD, ROOM = (
    (0.45, 0.65, 0.95),
    (0.3, 0.6, 0.15),
    (0.1, 0.35, 0.65),
    (0.4, 0.37, 0.36),
    (0.2, 0.35, 0.15),
    (0.8, 0.65, 0.45),
)
RED, WHITE, BROWN, GREEN, BLACK, YELLOW = (
    (0.8, 0.15, 0.1),
    (0.9, 0.88, 0.84),
    (0.5, 0.3, 0.15),
    (0.35, 0.65, 0.1),
    (0.1, 0.1, 0.12),
    (0.95, 0.75, 0.1),
)
Colour = tuple[float, float, float]
Layers = list[tuple[Array, Colour]]


def draw(label: int, count: int, draws: Draws) -> Array:
    """Return ``count`` images of the class ``label``: (count, 32, 32, 3), red, green and blue from 0 to 1."""
    upper, lower, paint, thing = THINGS[label]
    flip = draws.chance(0.5, count) * 2 - 1
    grid = PixelGrid(
        SIZE, draws.bell(count, 1, 1) * 0.12, draws.bell(count, 1, 1) * 0.1, draws.between(0.75, 1.15, count)
    )
    horizon = grid.inside(grid.y - draws.between(0.0, 0.5, count))
    grid.x = grid.x * flip
    picture = _tint(upper, count, draws) * (1 - horizon[..., None]) + _tint(lower, count, draws) * horizon[..., None]
    main = _tint(paint, count, draws, 0.15)
    for cover, colour in thing(grid, count, draws):
        tint = main if colour is paint else _tint(colour, count, draws)
        picture = picture * (1 - cover[..., None]) + tint * cover[..., None]
    light = smooth(draws, count, SIZE, 4) * 0.06 + draws.bell(count, 1, 1) * 0.08 + 1
    return np.asarray(picture * light[..., None] + draws.bell(count, SIZE, SIZE, 3) * np.float32(0.03))


def _tint(colour: Colour, count: int, draws: Draws, spread: float = 0.06) -> Array:
    """Return colours near ``colour``, a little different in each image: (count, 1, 1, 3)."""
    return np.array(colour, np.float32) + draws.bell(count, 1, 1, 3) * np.float32(spread)


def _airplane(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    sweep = draws.between(0.2, 0.5, count)
    body = grid.ellipse(0.0, 0.0, 0.8, draws.between(0.1, 0.18, count))
    wings = np.maximum(grid.stroke(0.1, 0.0, -sweep, 0.55, 0.08), grid.stroke(0.1, 0.0, -sweep * 0.6, -0.4, 0.06))
    return [(wings, WHITE), (body, WHITE), (grid.stroke(-0.65, 0.0, -0.8, -0.35, 0.07), RED)]


def _wheels(grid: PixelGrid, y: Array, radius: float) -> Array:
    return np.maximum(grid.ellipse(-0.45, y, radius, radius), grid.ellipse(0.45, y, radius, radius))


def _automobile(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    low = draws.between(0.3, 0.45, count)
    cabin = grid.trapezoid(low - 0.65, low - 0.3, draws.between(0.25, 0.4, count), 0.5)
    return [
        (cabin, RED),
        (grid.trapezoid(low - 0.57, low - 0.34, 0.24, 0.36), SKY),
        (grid.trapezoid(low - 0.32, low, 0.75, 0.8), RED),
        (_wheels(grid, low, 0.17), BLACK),
    ]


def _bird(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    lift = draws.between(-0.6, 0.1, count)
    return [
        (grid.stroke(-0.5, 0.0, -0.85, 0.15, 0.08), BROWN),
        (grid.ellipse(-0.1, 0.0, 0.45, 0.24), BROWN),
        (grid.ellipse(0.4, -0.25, 0.18, 0.17), BROWN),
        (grid.stroke(-0.1, -0.05, -0.35, lift, 0.12), WHITE),
        (grid.stroke(0.55, -0.24, 0.7, -0.2, 0.05), YELLOW),
    ]


def _face(grid: PixelGrid, colour: Colour) -> Layers:
    eyes = np.maximum(grid.ellipse(-0.2, -0.1, 0.08, 0.09), grid.ellipse(0.2, -0.1, 0.08, 0.09))
    return [(grid.ellipse(0.0, 0.0, 0.5, 0.46), colour), (eyes, BLACK), (grid.ellipse(0.0, 0.14, 0.07, 0.06), RED)]


def _cat(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    height = draws.between(0.6, 0.8, count)
    left, right = (grid.trapezoid(-height, -0.1, 0.02, 0.2, side) for side in (-0.32, 0.32))
    return [(grid.ellipse(0.0, 0.8, 0.4, 0.5), YELLOW), (np.maximum(left, right), YELLOW), *_face(grid, YELLOW)]


def _dog(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    low = draws.between(0.15, 0.4, count)
    ears = np.maximum(grid.stroke(-0.45, -0.2, -0.55, low, 0.13), grid.stroke(0.45, -0.2, 0.55, low, 0.13))
    snout = (grid.ellipse(0.0, 0.2, 0.24, 0.2), WHITE)
    head, *rest = _face(grid, BROWN)
    return [(grid.ellipse(0.0, 0.85, 0.45, 0.5), BROWN), head, (ears, BLACK), snout, *rest]


def _on_legs(grid: PixelGrid, count: int, draws: Draws, colour: Colour, neck: float) -> Layers:
    """Return the layers of a body on four legs, with a head to the right."""
    stride = draws.between(0.0, 0.15, count)
    legs = [
        grid.stroke(x, 0.15, x + stride * way, 0.75, 0.06) for x, way in ((-0.4, -1), (-0.3, 1), (0.2, -1), (0.3, 1))
    ]
    head_x, head_y = draws.between(0.5, 0.65, count), -neck
    return [
        *((leg, colour) for leg in legs),
        (grid.ellipse(-0.05, 0.05, 0.48, 0.22), colour),
        (grid.stroke(0.3, 0.0, head_x, head_y, 0.1), colour),
        (grid.stroke(head_x, head_y, head_x + 0.2, head_y + 0.1, 0.09), colour),
    ]  # fmt: skip


def _deer(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    spread = draws.between(0.1, 0.25, count)
    antlers = np.maximum(
        grid.stroke(0.55, -0.5, 0.55 - spread, -0.9, 0.035), grid.stroke(0.55, -0.5, 0.55 + spread, -0.9, 0.035)
    )
    return [(antlers, WHITE), *_on_legs(grid, count, draws, BROWN, 0.5)]


def _horse(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    tail = grid.stroke(-0.5, 0.0, draws.between(-0.8, -0.6, count), 0.4, 0.06)
    mane = grid.stroke(0.2, -0.15, 0.5, -0.5, 0.08)
    return [(tail, BLACK), *_on_legs(grid, count, draws, RED, 0.4), (mane, BLACK)]


def _frog(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    wide = draws.between(0.5, 0.7, count)
    eyes = np.maximum(grid.ellipse(-0.25, -0.25, 0.15, 0.15), grid.ellipse(0.25, -0.25, 0.15, 0.15))
    pupils = np.maximum(grid.ellipse(-0.25, -0.28, 0.07, 0.07), grid.ellipse(0.25, -0.28, 0.07, 0.07))
    feet = np.maximum(grid.stroke(-0.4, 0.3, -0.7, 0.6, 0.09), grid.stroke(0.4, 0.3, 0.7, 0.6, 0.09))
    return [(feet, GREEN), (grid.ellipse(0.0, 0.15, wide, 0.4), GREEN), (eyes, GREEN), (pupils, BLACK)]


def _ship(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    deck = draws.between(0.1, 0.25, count)
    return [
        (grid.stroke(0.0, -0.8, 0.0, deck, 0.04), BROWN),
        (grid.trapezoid(deck - 0.3, deck, draws.between(0.2, 0.4, count), 0.4, -0.1), WHITE),
        (grid.stroke(-0.3, -0.5, -0.3, deck - 0.2, 0.09), RED),
        (grid.trapezoid(deck, deck + 0.35, 0.85, 0.6), BLACK),
    ]


def _truck(grid: PixelGrid, count: int, draws: Draws) -> Layers:
    low = draws.between(0.35, 0.5, count)
    return [
        (grid.trapezoid(low - draws.between(0.8, 1.1, count), low, 0.52, 0.52, -0.25), YELLOW),
        (grid.trapezoid(low - 0.6, low, 0.2, 0.26, 0.55), RED),
        (grid.trapezoid(low - 0.5, low - 0.28, 0.13, 0.15, 0.58), SKY),
        (_wheels(grid, low, 0.18), BLACK),
    ]


# The upper and lower background, the colour that varies most, and the object.
THINGS: tuple[tuple[Colour, Colour, Colour, Callable[[PixelGrid, int, Draws], Layers]], ...] = (
    (SKY, SKY, WHITE, _airplane),
    (SKY, ROAD, RED, _automobile),
    (SKY, GRASS, BROWN, _bird),
    (ROOM, RED, YELLOW, _cat),
    (WOOD, GRASS, BROWN, _deer),
    (ROOM, GRASS, BROWN, _dog),
    (GRASS, WOOD, GREEN, _frog),
    (SKY, GRASS, RED, _horse),
    (SKY, SEA, BLACK, _ship),
    (SKY, ROAD, YELLOW, _truck),
)
