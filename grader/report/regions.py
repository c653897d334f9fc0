"""Draws the two regions of the plane that a function separates, and where they differ from the best ones."""

from __future__ import annotations

from itertools import groupby

from ..support import i18n
from ..support.i18n import _
from ..support.numbers import general
from .picture_data import Regions
from .svg import WIDTH, Drawing, box, in_case, percent, svg, text, ticks

LEFT, TOP, SIDE = 40, 4, WIDTH - 60
STYLES = {"0": ("wrong", 0.35), "1": ("right", 0.35), "a": ("error", 0.8), "b": ("error", 0.8)}


def draw(regions: Regions) -> Drawing:
    """Return a map with one colour for each class, and a third colour where the class differs from the best one."""
    height, width = SIDE / len(regions.rows), SIDE / len(regions.rows[0])
    parts = []
    for number, row in enumerate(regions.rows):
        column = 0
        for cell, run in groupby(row):
            count = len([*run])
            style, opacity = STYLES[cell]
            parts.append(box(LEFT + column * width, TOP + number * height, count * width, height, style, opacity))
            column += count
    span = regions.high - regions.low
    for tick in ticks(regions.low, regions.high, 6):
        place = SIDE * (tick - regions.low) / span
        parts.append(text(LEFT + place, TOP + SIDE + 15, i18n.number(general(tick)), "middle"))
        parts.append(text(LEFT - 6, TOP + SIDE - place + 4, i18n.number(general(tick)), "end"))
    cells = "".join(regions.rows)
    differs = sum(cells.count(cell) for cell in "ab") / len(cells)
    title = in_case(_("Regions of {function}").format(function=regions.function), regions.case)
    sentence = _("{one} of the area is class 1. {differs} has another class than with the best boundary.")
    ones = sum(cells.count(cell) for cell in "1b") / len(cells)
    note = sentence.format(one=percent(ones), differs=percent(differs))
    legend = [("wrong", _("class 0")), ("right", _("class 1")), ("error", _("differs from the best boundary"))]
    return Drawing(title, svg(TOP + SIDE + 22, title, note, parts), note, legend)
