"""Coloured scenes with one of CIFAR-10's ten things in each: a background of two colours and a thing of a third.

Red, green and blue differ clearly, so that a mistake in the weights of the channels shows.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .drawing import Array, Draws, Sheet, smooth

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
    """Return ``count`` pictures of the thing ``label``: (count, 32, 32, 3), red, green and blue from 0 to 1."""
    upper, lower, paint, thing = THINGS[label]
    flip = draws.chance(0.5, count) * 2 - 1
    sheet = Sheet(SIZE, draws.bell(count, 1, 1) * 0.12, draws.bell(count, 1, 1) * 0.1, draws.between(0.75, 1.15, count))
    horizon = sheet.inside(sheet.y - draws.between(0.0, 0.5, count))
    sheet.x = sheet.x * flip
    picture = _tint(upper, count, draws) * (1 - horizon[..., None]) + _tint(lower, count, draws) * horizon[..., None]
    main = _tint(paint, count, draws, 0.15)
    for cover, colour in thing(sheet, count, draws):
        tint = main if colour is paint else _tint(colour, count, draws)
        picture = picture * (1 - cover[..., None]) + tint * cover[..., None]
    light = smooth(draws, count, SIZE, 4) * 0.06 + draws.bell(count, 1, 1) * 0.08 + 1
    return np.asarray(picture * light[..., None] + draws.bell(count, SIZE, SIZE, 3) * np.float32(0.03))


def _tint(colour: Colour, count: int, draws: Draws, spread: float = 0.06) -> Array:
    """Near ``colour``, a little different in each picture: (count, 1, 1, 3)."""
    return np.array(colour, np.float32) + draws.bell(count, 1, 1, 3) * np.float32(spread)


def _airplane(sheet: Sheet, count: int, draws: Draws) -> Layers:
    sweep = draws.between(0.2, 0.5, count)
    body = sheet.ellipse(0.0, 0.0, 0.8, draws.between(0.1, 0.18, count))
    wings = np.maximum(sheet.stroke(0.1, 0.0, -sweep, 0.55, 0.08), sheet.stroke(0.1, 0.0, -sweep * 0.6, -0.4, 0.06))
    return [(wings, WHITE), (body, WHITE), (sheet.stroke(-0.65, 0.0, -0.8, -0.35, 0.07), RED)]


def _wheels(sheet: Sheet, y: Array, radius: float) -> Array:
    return np.maximum(sheet.ellipse(-0.45, y, radius, radius), sheet.ellipse(0.45, y, radius, radius))


def _automobile(sheet: Sheet, count: int, draws: Draws) -> Layers:
    low = draws.between(0.3, 0.45, count)
    cabin = sheet.trapezoid(low - 0.65, low - 0.3, draws.between(0.25, 0.4, count), 0.5)
    return [
        (cabin, RED),
        (sheet.trapezoid(low - 0.57, low - 0.34, 0.24, 0.36), SKY),
        (sheet.trapezoid(low - 0.32, low, 0.75, 0.8), RED),
        (_wheels(sheet, low, 0.17), BLACK),
    ]


def _bird(sheet: Sheet, count: int, draws: Draws) -> Layers:
    lift = draws.between(-0.6, 0.1, count)
    return [
        (sheet.stroke(-0.5, 0.0, -0.85, 0.15, 0.08), BROWN),
        (sheet.ellipse(-0.1, 0.0, 0.45, 0.24), BROWN),
        (sheet.ellipse(0.4, -0.25, 0.18, 0.17), BROWN),
        (sheet.stroke(-0.1, -0.05, -0.35, lift, 0.12), WHITE),
        (sheet.stroke(0.55, -0.24, 0.7, -0.2, 0.05), YELLOW),
    ]


def _face(sheet: Sheet, colour: Colour) -> Layers:
    eyes = np.maximum(sheet.ellipse(-0.2, -0.1, 0.08, 0.09), sheet.ellipse(0.2, -0.1, 0.08, 0.09))
    return [(sheet.ellipse(0.0, 0.0, 0.5, 0.46), colour), (eyes, BLACK), (sheet.ellipse(0.0, 0.14, 0.07, 0.06), RED)]


def _cat(sheet: Sheet, count: int, draws: Draws) -> Layers:
    height = draws.between(0.6, 0.8, count)
    left, right = (sheet.trapezoid(-height, -0.1, 0.02, 0.2, side) for side in (-0.32, 0.32))
    return [(sheet.ellipse(0.0, 0.8, 0.4, 0.5), YELLOW), (np.maximum(left, right), YELLOW), *_face(sheet, YELLOW)]


def _dog(sheet: Sheet, count: int, draws: Draws) -> Layers:
    low = draws.between(0.15, 0.4, count)
    ears = np.maximum(sheet.stroke(-0.45, -0.2, -0.55, low, 0.13), sheet.stroke(0.45, -0.2, 0.55, low, 0.13))
    snout = (sheet.ellipse(0.0, 0.2, 0.24, 0.2), WHITE)
    head, *rest = _face(sheet, BROWN)
    return [(sheet.ellipse(0.0, 0.85, 0.45, 0.5), BROWN), head, (ears, BLACK), snout, *rest]


def _on_legs(sheet: Sheet, count: int, draws: Draws, colour: Colour, neck: float) -> Layers:
    """A body on four legs, with a head to the right."""
    stride = draws.between(0.0, 0.15, count)
    legs = [
        sheet.stroke(x, 0.15, x + stride * way, 0.75, 0.06) for x, way in ((-0.4, -1), (-0.3, 1), (0.2, -1), (0.3, 1))
    ]
    head_x, head_y = draws.between(0.5, 0.65, count), -neck
    return [
        *((leg, colour) for leg in legs),
        (sheet.ellipse(-0.05, 0.05, 0.48, 0.22), colour),
        (sheet.stroke(0.3, 0.0, head_x, head_y, 0.1), colour),
        (sheet.stroke(head_x, head_y, head_x + 0.2, head_y + 0.1, 0.09), colour),
    ]  # fmt: skip


def _deer(sheet: Sheet, count: int, draws: Draws) -> Layers:
    spread = draws.between(0.1, 0.25, count)
    antlers = np.maximum(
        sheet.stroke(0.55, -0.5, 0.55 - spread, -0.9, 0.035), sheet.stroke(0.55, -0.5, 0.55 + spread, -0.9, 0.035)
    )
    return [(antlers, WHITE), *_on_legs(sheet, count, draws, BROWN, 0.5)]


def _horse(sheet: Sheet, count: int, draws: Draws) -> Layers:
    tail = sheet.stroke(-0.5, 0.0, draws.between(-0.8, -0.6, count), 0.4, 0.06)
    mane = sheet.stroke(0.2, -0.15, 0.5, -0.5, 0.08)
    return [(tail, BLACK), *_on_legs(sheet, count, draws, RED, 0.4), (mane, BLACK)]


def _frog(sheet: Sheet, count: int, draws: Draws) -> Layers:
    wide = draws.between(0.5, 0.7, count)
    eyes = np.maximum(sheet.ellipse(-0.25, -0.25, 0.15, 0.15), sheet.ellipse(0.25, -0.25, 0.15, 0.15))
    pupils = np.maximum(sheet.ellipse(-0.25, -0.28, 0.07, 0.07), sheet.ellipse(0.25, -0.28, 0.07, 0.07))
    feet = np.maximum(sheet.stroke(-0.4, 0.3, -0.7, 0.6, 0.09), sheet.stroke(0.4, 0.3, 0.7, 0.6, 0.09))
    return [(feet, GREEN), (sheet.ellipse(0.0, 0.15, wide, 0.4), GREEN), (eyes, GREEN), (pupils, BLACK)]


def _ship(sheet: Sheet, count: int, draws: Draws) -> Layers:
    deck = draws.between(0.1, 0.25, count)
    return [
        (sheet.stroke(0.0, -0.8, 0.0, deck, 0.04), BROWN),
        (sheet.trapezoid(deck - 0.3, deck, draws.between(0.2, 0.4, count), 0.4, -0.1), WHITE),
        (sheet.stroke(-0.3, -0.5, -0.3, deck - 0.2, 0.09), RED),
        (sheet.trapezoid(deck, deck + 0.35, 0.85, 0.6), BLACK),
    ]


def _truck(sheet: Sheet, count: int, draws: Draws) -> Layers:
    low = draws.between(0.35, 0.5, count)
    return [
        (sheet.trapezoid(low - draws.between(0.8, 1.1, count), low, 0.52, 0.52, -0.25), YELLOW),
        (sheet.trapezoid(low - 0.6, low, 0.2, 0.26, 0.55), RED),
        (sheet.trapezoid(low - 0.5, low - 0.28, 0.13, 0.15, 0.58), SKY),
        (_wheels(sheet, low, 0.18), BLACK),
    ]


# Upper and lower background, the colour that varies most, and the thing.
THINGS: tuple[tuple[Colour, Colour, Colour, Callable[[Sheet, int, Draws], Layers]], ...] = (
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
