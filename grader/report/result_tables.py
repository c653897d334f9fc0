"""Draws a table of results: one row for each entry, on a logarithmic scale, and the entries that were run again."""

from __future__ import annotations

import math

from ..support.i18n import _
from ..support.text import plain_number
from .picture_data import ResultTable, TableEntry
from .svg import Drawing, dot, line, svg, text

LEFT, MIDDLE, RIGHT = 20, 150, 340
ROW = 22
SMALLEST = 1e-12  # an entry that is not larger is drawn at the left edge


def draw(table: ResultTable) -> Drawing:
    """Return a picture with one row for each entry; a mark says whether another run gives the same number."""
    powers = [power for one in table.entries for power in (_power(one.value), _power(one.again)) if power is not None]
    lowest, highest = math.floor(min(powers, default=0.0)), math.ceil(max(powers, default=1.0))
    highest = max(highest, lowest + 1)

    def across(power: float) -> float:
        return MIDDLE + (RIGHT - MIDDLE - 20) * (power - lowest) / (highest - lowest)

    bottom = ROW * len(table.entries) + 4
    parts = []
    for power in (lowest, highest):
        parts.append(line(across(power), 4, across(power), bottom, "grid"))
        parts.append(text(across(power), bottom + 15, plain_number(10.0**power), "middle"))
    sentences = []
    for number, entry in enumerate(table.entries):
        y = ROW * number + 18
        parts.append(text(LEFT, y, entry.label, style="code"))
        own, again = _power(entry.value), _power(entry.again)
        if own is None:
            parts.append(text(MIDDLE, y, _("not finite"), style="bad"))
        else:
            parts.append(line(across(lowest), y - 4, across(own), y - 4, "gap"))
            parts.append(dot(across(own), y - 4, "seen", 4))
        if entry.right is not None:
            if again is not None:
                parts.append(dot(across(again), y - 4, "held-out", 4))
            parts.append(text(RIGHT, y, "✓" if entry.right else "✕", "end", "good" if entry.right else "bad"))
        sentences.append(_sentence(entry))
    title = _("Entries of {name}").format(name=table.name)
    note = _("The entries with a mark were run again with {function}; the scale is logarithmic.")
    description = note.format(function=table.function)
    return Drawing(title, svg(bottom + 22, title, " ".join([description, *sentences]), parts), description)


def _power(value: float | None) -> float | None:
    """Return the power of ten of a number; None if it is not finite."""
    return None if value is None else math.log10(max(abs(value), SMALLEST))


def _sentence(entry: TableEntry) -> str:
    value = _("not finite") if entry.value is None else plain_number(entry.value)
    if entry.right is None:
        return _("{entry}: {value}.").format(entry=entry.label, value=value)
    if entry.right:
        return _("{entry}: {value}, and another run agrees.").format(entry=entry.label, value=value)
    return _("{entry}: {value}, but another run differs.").format(entry=entry.label, value=value)
