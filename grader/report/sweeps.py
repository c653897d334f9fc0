"""Draws a sweep: for each run how far the cost fell or rose, on a logarithmic scale, and whether that is right."""

from __future__ import annotations

import math

from ..support.i18n import _, lazy
from ..support.text import plain_number
from .picture_data import Run, RunEnding, Sweep
from .svg import Drawing, dot, in_case, line, svg, text

LEFT, RIGHT = 20, 340
ROW = 40
MOST = 9.0  # powers of ten to each side; a larger change is drawn at the edge
ENDINGS: dict[RunEnding, str] = {
    "converges": lazy("converges"),
    "diverges": lazy("diverges"),
    "unsettled": lazy("does not settle"),
}


def draw(sweep: Sweep) -> Drawing:
    """Return a picture with one row for each run, with the cost at the start as the vertical line."""
    powers = [_power(run) for run in sweep.runs]
    lowest, highest = float(math.floor(min(-1.0, *powers))), float(math.ceil(max(1.0, *powers)))

    def across(power: float) -> float:
        return LEFT + (RIGHT - LEFT) * (power - lowest) / (highest - lowest)

    bottom = ROW * len(sweep.runs) + 4
    parts = []
    for power in (lowest, 0.0, highest):
        anchor = {lowest: "start", highest: "end"}.get(power, "middle")
        parts.append(text(across(power), bottom + 15, plain_number(10.0**power), anchor))
    sentences = []
    for number, (run, power) in enumerate(zip(sweep.runs, powers, strict=True)):
        y = ROW * number + 18
        mark = "✓" if run.right else "✕"
        parts.append(text(LEFT, y, run.label, style="code"))
        parts.append(text(RIGHT, y, f"{mark} {_(ENDINGS[run.ending])}", "end", "good" if run.right else "bad"))
        for place in (lowest, 0, highest):  # below the words of the row, which they would cross
            parts.append(line(across(place), y + 5, across(place), y + 21, "threshold" if place == 0 else "grid"))
        parts.append(line(across(0), y + 13, across(power), y + 13, "gap"))
        parts.append(dot(across(power), y + 13, "seen"))
        sentence = _("{run}: {ending}, as it should.") if run.right else _("{run}: {ending}, which is wrong.")
        sentences.append(sentence.format(run=run.label, ending=_(ENDINGS[run.ending])))
    title = in_case(_("Runs of {function}").format(function=sweep.function), sweep.case)
    sentence = _("The last entry of {quantity} divided by the first one, on a logarithmic scale.")
    note = sentence.format(quantity=sweep.quantity)
    return Drawing(title, svg(bottom + 22, title, " ".join([note, *sentences]), parts), note)


def _power(run: Run) -> float:
    """Return the change as a power of ten between -MOST and MOST; MOST if it is not finite."""
    if run.change is None:
        return MOST
    return min(max(math.log10(abs(run.change)), -MOST), MOST) if run.change else -MOST
