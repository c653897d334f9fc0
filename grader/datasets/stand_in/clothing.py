"""Clothes, shoes and bags, in the order of Fashion-MNIST's ten kinds.

Neighbours overlap as they do there: a shirt can be cut like a T-shirt, a pullover or a coat, and what tells them
apart (sleeves, collar, buttons) can be faint, so that no model gets everything right and a large one learns by heart.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .drawing import Array, Draws, Sheet, smooth, stripes

SIZE = 28


def draw(label: int, count: int, draws: Draws) -> Array:
    """Return ``count`` pictures of the kind ``label``, light on black: (count, 28, 28), from 0 to 1."""
    sheet = Sheet(
        SIZE, draws.bell(count, 1, 1) * 0.05, draws.bell(count, 1, 1) * 0.05, draws.between(0.86, 1.05, count)
    )
    sheet.x = sheet.x + smooth(draws, count, SIZE, 3) * 0.05
    sheet.y = sheet.y + smooth(draws, count, SIZE, 3) * 0.05
    cover, shade = KINDS[label](sheet, count, draws)
    pattern = stripes(
        np.where(draws.chance(0.5, count) > 0, sheet.x, sheet.y),
        draws.between(0.15, 0.6, count),
        draws.uniform(count, 1, 1),
    )
    cloth = draws.between(0.35, 0.95, count) - shade
    cloth = cloth + (pattern - 0.5) * draws.chance(0.5, count) * draws.between(0.0, 0.7, count)
    cloth = cloth + smooth(draws, count, SIZE, 7) * draws.between(0.02, 0.24, count)
    cloth = cloth + draws.bell(count, SIZE, SIZE) * draws.between(0.02, 0.2, count)
    return np.asarray(cover * np.clip(cloth, 0.05, 1))


def _top(
    sheet: Sheet,
    count: int,
    draws: Draws,
    sleeve: tuple[float, float],
    hem: tuple[float, float],
    waist: tuple[float, float],
    collar: float,
    buttons: float,
) -> tuple[Array, Array]:
    """A garment with sleeves, whose length is a share of the arm's, and a neck; returns coverage and shadows."""
    shoulder, top = draws.between(0.36, 0.5, count), draws.between(-0.88, -0.74, count)
    low, width = draws.between(*hem, count), draws.between(*waist, count)
    body = sheet.trapezoid(top, low, shoulder, width)
    length, spread = draws.between(*sleeve, count), draws.between(0.1, 0.4, count)
    thick = draws.between(0.11, 0.17, count)
    x, y = shoulder - 0.06, top + 0.15
    end_x, end_y = x + length * (0.1 + spread), y + length * 1.35
    sleeves = np.maximum(sheet.stroke(x, y, end_x, end_y, thick), sheet.stroke(-x, y, -end_x, end_y, thick))
    neck = sheet.ellipse(0.0, top, draws.between(0.12, 0.26, count), draws.between(0.05, 0.22, count))
    cover = np.maximum(body, sleeves) * (1 - neck)
    line = sheet.stroke(0.0, top, 0.0, low, 0.035) * draws.between(-0.1, buttons, count)
    flaps = np.abs(sheet.x) + (sheet.y - top)
    shade = line + sheet.inside(0.07 - np.abs(flaps - 0.24)) * draws.between(-0.1, collar, count)
    seam = sheet.inside(0.03 - np.abs(np.abs(sheet.x) - shoulder)) * body * draws.between(-0.05, 0.2, count)
    return cover, shade + seam


def _t_shirt(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(sheet, count, draws, (0.12, 0.45), (0.6, 0.9), (0.34, 0.5), 0.1, 0.05)


def _pullover(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(sheet, count, draws, (0.8, 1.1), (0.5, 0.78), (0.36, 0.5), 0.1, 0.1)


def _coat(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(sheet, count, draws, (0.8, 1.1), (0.72, 0.98), (0.42, 0.62), 0.3, 0.7)


def _shirt(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(sheet, count, draws, (0.25, 1.1), (0.55, 0.9), (0.34, 0.52), 0.6, 0.4)


def _dress(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    shoulder, waist = draws.between(0.16, 0.36, count), draws.between(0.14, 0.34, count)
    top, middle, low = -0.9, draws.between(-0.35, 0.05, count), draws.between(0.75, 0.98, count)
    upper = sheet.trapezoid(top, middle, shoulder, waist)
    skirt = sheet.trapezoid(middle - 0.05, low, waist, waist + draws.between(0.0, 0.4, count))
    length = draws.between(-0.3, 0.9, count)
    arm = np.where(length > 0, draws.between(0.06, 0.11, count), -1)
    x, y = shoulder - 0.05, top + 0.1
    end_x, end_y = x + length * draws.between(0.1, 0.4, count), y + length * 1.2
    sleeves = np.maximum(sheet.stroke(x, y, end_x, end_y, arm), sheet.stroke(-x, y, -end_x, end_y, arm))
    neck = sheet.ellipse(0.0, top, shoulder * 0.6, draws.between(0.05, 0.3, count))
    belt = sheet.inside(0.05 - np.abs(sheet.y - middle)) * draws.between(-0.2, 0.3, count)
    return np.maximum(np.maximum(upper, skirt), sleeves) * (1 - neck), belt


def _trouser(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    width, crotch = draws.between(0.2, 0.36, count), draws.between(-0.6, -0.25, count)
    low, apart = draws.between(0.8, 0.98, count), draws.between(0.0, 0.22, count)
    hips = sheet.trapezoid(-0.92, low, width, width + apart)
    gap = sheet.trapezoid(crotch, 1.2, 0.0, draws.between(0.02, 0.3, count))
    pockets = sheet.stroke(0.0, -0.9, 0.0, crotch, 0.03) * draws.between(0.0, 0.2, count)
    return hips * (1 - gap), pockets


def _shoe(
    sheet: Sheet, draws: Draws, count: int, shaft: tuple[float, float], heel: tuple[float, float]
) -> tuple[Array, Array]:
    """A shoe with its toe on the left; returns coverage and shadows."""
    sole, low = draws.between(0.05, 0.12, count), draws.between(0.35, 0.6, count)
    height, toe = draws.between(*shaft, count), draws.between(0.22, 0.4, count)
    ankle = draws.between(-0.05, 0.25, count)
    vamp = sheet.ellipse(-0.15, low, 0.72, toe + height * 0.25)
    back = sheet.trapezoid(low - height, low, (0.8 - ankle) / 2, (0.85 - ankle) / 2, 0.8 - (0.8 - ankle) / 2)
    above = sheet.inside(low - sheet.y)
    upper = np.maximum(vamp, back) * above
    rise = draws.between(*heel, count)
    bottom = sheet.trapezoid(low, low + sole, 0.86, 0.86)
    block = sheet.trapezoid(low, low + sole + rise, 0.16, 0.13, 0.68)
    rim = sheet.inside(0.05 - np.abs(sheet.y - low)) * draws.between(-0.3, 0.3, count)
    laces = sheet.stroke(-0.3, low - toe * 0.8, ankle, low - height * 0.7, 0.07) * draws.between(-0.3, 0.4, count)
    return np.maximum(upper, np.maximum(bottom, block)), rim + laces


def _sandal(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    cover, shade = _shoe(sheet, draws, count, (0.3, 0.7), (0.0, 0.3))
    tilt = draws.between(-1.0, 1.0, count)
    straps = stripes(sheet.x + tilt * sheet.y, draws.between(0.3, 0.7, count), draws.uniform(count, 1, 1))
    holes = np.clip((straps - draws.between(0.1, 0.6, count)) * 6, 0, 1) * sheet.inside(0.34 - sheet.y)
    return cover * (1 - holes * draws.between(0.6, 1.0, count)), shade


def _sneaker(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    return _shoe(sheet, draws, count, (0.3, 0.68), (0.0, 0.05))


def _boot(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    return _shoe(sheet, draws, count, (0.66, 1.3), (0.0, 0.2))


def _bag(sheet: Sheet, count: int, draws: Draws) -> tuple[Array, Array]:
    width, top, low = (
        draws.between(0.45, 0.88, count),
        draws.between(-0.4, 0.1, count),
        draws.between(0.5, 0.85, count),
    )
    body = sheet.trapezoid(top, low, width * draws.between(0.75, 1.0, count), width)
    reach, rise = width * draws.between(0.4, 0.8, count), draws.between(0.2, 0.6, count)
    handle = sheet.ellipse(0.0, top, reach, rise) - sheet.ellipse(0.0, top, reach * 0.8, rise * 0.8)
    flap = sheet.inside(0.04 - np.abs(sheet.y - (top + (low - top) * 0.4))) * draws.between(-0.2, 0.4, count)
    return np.maximum(body, handle * draws.chance(0.8, count)), flap


KINDS: tuple[Callable[[Sheet, int, Draws], tuple[Array, Array]], ...] = (
    _t_shirt, _trouser, _pullover, _dress, _coat, _sandal, _shirt, _sneaker, _bag, _boot,
)  # fmt: skip
