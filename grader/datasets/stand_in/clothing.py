"""Draws clothes, shoes and bags, in the order of Fashion-MNIST's ten classes.

Similar classes overlap as in the original: a shirt can have the shape of a T-shirt, a pullover or a coat, and the
differences (sleeves, collar, buttons) can be faint. So no model gets everything right, and a large model overfits.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .drawing import Array, Draws, PixelGrid, smooth, stripes

SIZE = 28


def draw(label: int, count: int, draws: Draws) -> Array:
    """Return ``count`` images of the class ``label``, light on black: (count, 28, 28), from 0 to 1."""
    grid = PixelGrid(
        SIZE, draws.bell(count, 1, 1) * 0.05, draws.bell(count, 1, 1) * 0.05, draws.between(0.86, 1.05, count)
    )
    grid.x = grid.x + smooth(draws, count, SIZE, 3) * 0.05
    grid.y = grid.y + smooth(draws, count, SIZE, 3) * 0.05
    cover, shade = KINDS[label](grid, count, draws)
    pattern = stripes(
        np.where(draws.chance(0.5, count) > 0, grid.x, grid.y),
        draws.between(0.15, 0.6, count),
        draws.uniform(count, 1, 1),
    )
    cloth = draws.between(0.35, 0.95, count) - shade
    cloth = cloth + (pattern - 0.5) * draws.chance(0.5, count) * draws.between(0.0, 0.7, count)
    cloth = cloth + smooth(draws, count, SIZE, 7) * draws.between(0.02, 0.24, count)
    cloth = cloth + draws.bell(count, SIZE, SIZE) * draws.between(0.02, 0.2, count)
    return np.asarray(cover * np.clip(cloth, 0.05, 1))


def _top(
    grid: PixelGrid,
    count: int,
    draws: Draws,
    sleeve: tuple[float, float],
    hem: tuple[float, float],
    waist: tuple[float, float],
    collar: float,
    buttons: float,
) -> tuple[Array, Array]:
    """Return coverage and shadows of a garment with a neck and sleeves; ``sleeve`` is a share of the arm's length."""
    shoulder, top = draws.between(0.36, 0.5, count), draws.between(-0.88, -0.74, count)
    low, width = draws.between(*hem, count), draws.between(*waist, count)
    body = grid.trapezoid(top, low, shoulder, width)
    length, spread = draws.between(*sleeve, count), draws.between(0.1, 0.4, count)
    thick = draws.between(0.11, 0.17, count)
    x, y = shoulder - 0.06, top + 0.15
    end_x, end_y = x + length * (0.1 + spread), y + length * 1.35
    sleeves = np.maximum(grid.stroke(x, y, end_x, end_y, thick), grid.stroke(-x, y, -end_x, end_y, thick))
    neck = grid.ellipse(0.0, top, draws.between(0.12, 0.26, count), draws.between(0.05, 0.22, count))
    cover = np.maximum(body, sleeves) * (1 - neck)
    line = grid.stroke(0.0, top, 0.0, low, 0.035) * draws.between(-0.1, buttons, count)
    flaps = np.abs(grid.x) + (grid.y - top)
    shade = line + grid.inside(0.07 - np.abs(flaps - 0.24)) * draws.between(-0.1, collar, count)
    seam = grid.inside(0.03 - np.abs(np.abs(grid.x) - shoulder)) * body * draws.between(-0.05, 0.2, count)
    return cover, shade + seam


def _t_shirt(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(grid, count, draws, (0.12, 0.45), (0.6, 0.9), (0.34, 0.5), 0.1, 0.05)


def _pullover(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(grid, count, draws, (0.8, 1.1), (0.5, 0.78), (0.36, 0.5), 0.1, 0.1)


def _coat(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(grid, count, draws, (0.8, 1.1), (0.72, 0.98), (0.42, 0.62), 0.3, 0.7)


def _shirt(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    return _top(grid, count, draws, (0.25, 1.1), (0.55, 0.9), (0.34, 0.52), 0.6, 0.4)


def _dress(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    shoulder, waist = draws.between(0.16, 0.36, count), draws.between(0.14, 0.34, count)
    top, middle, low = -0.9, draws.between(-0.35, 0.05, count), draws.between(0.75, 0.98, count)
    upper = grid.trapezoid(top, middle, shoulder, waist)
    skirt = grid.trapezoid(middle - 0.05, low, waist, waist + draws.between(0.0, 0.4, count))
    length = draws.between(-0.3, 0.9, count)
    arm = np.where(length > 0, draws.between(0.06, 0.11, count), -1)
    x, y = shoulder - 0.05, top + 0.1
    end_x, end_y = x + length * draws.between(0.1, 0.4, count), y + length * 1.2
    sleeves = np.maximum(grid.stroke(x, y, end_x, end_y, arm), grid.stroke(-x, y, -end_x, end_y, arm))
    neck = grid.ellipse(0.0, top, shoulder * 0.6, draws.between(0.05, 0.3, count))
    belt = grid.inside(0.05 - np.abs(grid.y - middle)) * draws.between(-0.2, 0.3, count)
    return np.maximum(np.maximum(upper, skirt), sleeves) * (1 - neck), belt


def _trouser(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    width, crotch = draws.between(0.2, 0.36, count), draws.between(-0.6, -0.25, count)
    low, apart = draws.between(0.8, 0.98, count), draws.between(0.0, 0.22, count)
    hips = grid.trapezoid(-0.92, low, width, width + apart)
    gap = grid.trapezoid(crotch, 1.2, 0.0, draws.between(0.02, 0.3, count))
    pockets = grid.stroke(0.0, -0.9, 0.0, crotch, 0.03) * draws.between(0.0, 0.2, count)
    return hips * (1 - gap), pockets


def _shoe(
    grid: PixelGrid, draws: Draws, count: int, shaft: tuple[float, float], heel: tuple[float, float]
) -> tuple[Array, Array]:
    """Return coverage and shadows of a shoe with its toe on the left."""
    sole, low = draws.between(0.05, 0.12, count), draws.between(0.35, 0.6, count)
    height, toe = draws.between(*shaft, count), draws.between(0.22, 0.4, count)
    ankle = draws.between(-0.05, 0.25, count)
    vamp = grid.ellipse(-0.15, low, 0.72, toe + height * 0.25)
    back = grid.trapezoid(low - height, low, (0.8 - ankle) / 2, (0.85 - ankle) / 2, 0.8 - (0.8 - ankle) / 2)
    above = grid.inside(low - grid.y)
    upper = np.maximum(vamp, back) * above
    rise = draws.between(*heel, count)
    bottom = grid.trapezoid(low, low + sole, 0.86, 0.86)
    block = grid.trapezoid(low, low + sole + rise, 0.16, 0.13, 0.68)
    rim = grid.inside(0.05 - np.abs(grid.y - low)) * draws.between(-0.3, 0.3, count)
    laces = grid.stroke(-0.3, low - toe * 0.8, ankle, low - height * 0.7, 0.07) * draws.between(-0.3, 0.4, count)
    return np.maximum(upper, np.maximum(bottom, block)), rim + laces


def _sandal(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    cover, shade = _shoe(grid, draws, count, (0.3, 0.7), (0.0, 0.3))
    tilt = draws.between(-1.0, 1.0, count)
    straps = stripes(grid.x + tilt * grid.y, draws.between(0.3, 0.7, count), draws.uniform(count, 1, 1))
    holes = np.clip((straps - draws.between(0.1, 0.6, count)) * 6, 0, 1) * grid.inside(0.34 - grid.y)
    return cover * (1 - holes * draws.between(0.6, 1.0, count)), shade


def _sneaker(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    return _shoe(grid, draws, count, (0.3, 0.68), (0.0, 0.05))


def _boot(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    return _shoe(grid, draws, count, (0.66, 1.3), (0.0, 0.2))


def _bag(grid: PixelGrid, count: int, draws: Draws) -> tuple[Array, Array]:
    width, top, low = (
        draws.between(0.45, 0.88, count),
        draws.between(-0.4, 0.1, count),
        draws.between(0.5, 0.85, count),
    )
    body = grid.trapezoid(top, low, width * draws.between(0.75, 1.0, count), width)
    reach, rise = width * draws.between(0.4, 0.8, count), draws.between(0.2, 0.6, count)
    handle = grid.ellipse(0.0, top, reach, rise) - grid.ellipse(0.0, top, reach * 0.8, rise * 0.8)
    flap = grid.inside(0.04 - np.abs(grid.y - (top + (low - top) * 0.4))) * draws.between(-0.2, 0.4, count)
    return np.maximum(body, handle * draws.chance(0.8, count)), flap


KINDS: tuple[Callable[[PixelGrid, int, Draws], tuple[Array, Array]], ...] = (
    _t_shirt, _trouser, _pullover, _dress, _coat, _sandal, _shirt, _sneaker, _bag, _boot,
)  # fmt: skip
