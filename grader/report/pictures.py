"""Pictures of a report: one function a kind, with the same in words for those who read or listen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..language import _
from .evidence import Confusion, Curves, Errors, Gaps, Images, Picture, Point, Points
from .svg import WIDTH, box, dot, line, percent, svg, text, ticks

HEIGHT = 220
LEFT, RIGHT, TOP, BOTTOM = 44, 350, 10, 188  # of the area of curves
SMALLEST_ERROR = 1e-4  # bars of errors begin here, on their logarithmic axis
TOP_CONFUSIONS = 3
FEW = 0.15  # of a row; what is less is no confusion worth a sentence


@dataclass(frozen=True)
class Drawn:
    """A picture, its title, the same in words, and the legend as pairs of a swatch's class and a text."""

    title: str
    body: Markup
    told: str = ""
    legend: Sequence[tuple[str, str]] = ()


def draw(picture: Picture) -> Drawn:
    """Draw a picture of any kind."""
    kinds: dict[type[Any], Any] = {
        Curves: _curves,
        Gaps: _gaps,
        Errors: _errors,
        Confusion: _confusion,
        Points: _points,
        Images: _images,
    }
    drawn: Drawn = kinds[type(picture)](picture)
    return drawn


def _curves(curves: Curves) -> Drawn:
    names = {"training": _("training"), "validation": _("validation"), "yours": _("your losses")}
    values = [value for one in curves.lines for value in one.values if value is not None]
    shown = list(values)
    if curves.band is not None:
        shown += [curves.band.low, curves.band.high]
    if curves.measured is not None:
        shown.append(curves.measured)
    low, high = _range(shown)
    first, last = curves.epochs[0], max(curves.epochs[-1], curves.epochs[0] + 1)

    def across(epoch: float) -> float:
        return LEFT + (RIGHT - LEFT) * (epoch - first) / (last - first)

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)

    in_percent = curves.quantity == "accuracy"
    parts = []
    for tick in ticks(low, high):
        parts.append(line(LEFT, up(tick), RIGHT, up(tick), "grid"))
        parts.append(text(LEFT - 6, up(tick) + 4, f"{100 * tick:g} %" if in_percent else f"{tick:g}", "end"))
    for tick in ticks(first, last):
        if tick == int(tick):
            parts.append(text(across(tick), BOTTOM + 15, f"{tick:g}", "middle"))
    parts.append(text((LEFT + RIGHT) / 2, HEIGHT - 3, _("epoch"), "middle"))
    legend = []
    told = []
    if curves.band is not None:
        parts.append(
            box(LEFT, up(curves.band.high), RIGHT - LEFT, up(curves.band.low) - up(curves.band.high), "band", 0.22)
        )
        legend.append(("band", _("reference, held-out images")))
        told.append(
            _("The reference reaches {low} to {high} on held-out images.").format(
                low=percent(curves.band.low), high=percent(curves.band.high)
            )
        )
    for one in curves.lines:
        parts.append(_path(curves.epochs, one.values, across, up, one.of))
        legend.append((one.of, names[one.of]))
        known = [value for value in one.values if value is not None]
        if known:
            told.append(
                _("{name}: from {first} to {last}.").format(
                    name=names[one.of].capitalize(), first=f"{known[0]:.3g}", last=f"{known[-1]:.3g}"
                )
            )
    if curves.measured is not None:
        y = up(curves.measured)
        parts.append(line(LEFT, y, RIGHT, y, "measured"))
        legend.append(("measured", _("held-out images, measured by the grader")))
        told.append(_("The grader measured {share} on held-out images.").format(share=percent(curves.measured)))
    if curves.parts is not None:
        x = across(min(max(curves.parts, first), last))
        parts.append(line(x, TOP, x, BOTTOM, "parts"))
        legend.append(("parts", _("from here on it is not the reference's path")))
        told.append(_("From epoch {epoch} on it is not the reference's path.").format(epoch=curves.parts))
    title = _("Loss of {model}") if curves.quantity == "loss" else _("Accuracy of {model}")
    title = title.format(model=curves.model)
    return Drawn(title, svg(HEIGHT, title, " ".join(told), parts), legend=legend)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return low - margin, high + margin


def _path(epochs: Sequence[int], values: Sequence[float | None], across: Any, up: Any, style: str) -> str:
    """A line through all values, with gaps where there is none."""
    steps, begun = [], False
    for epoch, value in zip(epochs, values, strict=False):
        if value is not None:
            steps.append(f"{'L' if begun else 'M'}{across(epoch):.1f} {up(value):.1f}")
        begun = value is not None
    return f'<path d="{"".join(steps)}" class="{style}"/>'


def _gaps(gaps: Gaps) -> Drawn:
    low = math.floor(20 * min(min(one.training, one.held_out) for one in gaps.models) - 0.5) / 20
    low, high = max(low, 0.0), min(1.0, max(max(one.training, one.held_out) for one in gaps.models) + 0.04)

    def across(share: float) -> float:
        return 20 + (WIDTH - 40) * (share - low) / max(high - low, 1e-6)

    parts, told = [], []
    bottom = 56 * len(gaps.models) + 8
    for tick in ticks(low, high, 4):
        parts.append(line(across(tick), 8, across(tick), bottom, "grid"))
        parts.append(text(across(tick), bottom + 15, f"{100 * tick:g} %", "middle"))
    for number, one in enumerate(gaps.models):
        y = 56 * number + 42
        parts.append(
            text(
                20,
                y - 20,
                _("{model}: gap {gap}").format(model=one.model, gap=percent(one.training - one.held_out)),
                style="strong",
            )
        )
        parts.append(line(across(one.held_out), y, across(one.training), y, "gap"))
        parts += [dot(across(one.held_out), y, "held-out", 6), dot(across(one.training), y, "seen", 6)]
        told.append(
            _("{model}: {training} on training images, {held_out} on held-out ones.").format(
                model=one.model, training=percent(one.training), held_out=percent(one.held_out)
            )
        )
    several = len(gaps.models) > 1
    title = _("Generalisation gap, before and after") if several else _("Generalisation gap")
    legend = [("held-out", _("held-out images")), ("seen", _("training images"))]
    return Drawn(title, svg(bottom + 22, title, " ".join(told), parts), " ".join(told), legend)


def _errors(errors: Errors) -> Drawn:
    def across(error: float) -> float:
        return 84 + 190 * min(max(math.log10(error / SMALLEST_ERROR) / 5, 0.02), 1)  # to ten times the right value

    parts, told = [], []
    for number, one in enumerate(errors.results):
        y = 26 * number + 20
        parts.append(text(76, y, one.name, "end", "code"))
        if one.right:
            parts.append(text(84, y, _("✓ agrees"), style="good"))
            told.append(_("{name} agrees.").format(name=one.name))
            continue
        if one.error:
            parts.append(box(84, y - 12, across(one.error) - 84, 16, "error"))
            said = f"{100 * one.error:.2g} %" if one.error < 0.995 else f"{one.error:.2g} ×"
        else:
            said = _("✕ no such numbers")
        parts.append(text((across(one.error) if one.error else 78) + 6, y, said, style="" if one.error else "bad"))
        told.append(
            _("{name} is off by {size}.").format(name=one.name, size=said) if one.error else f"{one.name}: {said}."
        )
    title = _("Error of each result")
    note = _("The largest error, of the largest right entry; the axis is logarithmic.")
    return Drawn(title, svg(26 * len(errors.results) + 8, title, " ".join(told), parts), note)


def _confusion(confusion: Confusion) -> Drawn:
    count = len(confusion.labels)
    size = (WIDTH - 84) / count
    parts: list[str] = []
    found = []
    for row, counts in enumerate(confusion.counts):
        total = max(sum(counts), 1)
        parts.append(text(78, 64 + size * (row + 0.5) + 4, confusion.labels[row], "end"))
        x = 82 + size * (row + 0.5) + 4
        parts.append(f'<g transform="translate({x:.1f} 58) rotate(-60)">{text(0, 0, confusion.labels[row])}</g>')
        for column, number in enumerate(counts):
            share = number / total
            x, y = 82 + size * column, 64 + size * row
            parts.append(
                box(
                    x,
                    y,
                    size - 1,
                    size - 1,
                    "right" if row == column else "wrong",
                    0.06 + 0.74 * share if number else 0.06,
                )
            )
            if number:
                parts.append(text(x + (size - 1) / 2, y + size / 2 + 3, number, "middle", "count"))
            if row != column and share >= FEW:
                found.append((share, confusion.labels[row], confusion.labels[column], number))
    found.sort(reverse=True)
    told = [
        _("{count} × {right} was taken for {wrong}.").format(count=number, right=right, wrong=wrong)
        for _share, right, wrong, number in found[:TOP_CONFUSIONS]
    ]
    title = _("What was taken for what")
    note = " ".join([_("Rows: what the held-out image shows; columns: what the model says."), *told])
    return Drawn(title, svg(64 + size * count + 2, title, note, parts), note)


def _points(points: Points) -> Drawn:
    values = [one.value for one in points.points if one.value is not None]
    low, high = min([0.0, *values]), max([1.0, *values])

    def across(value: float) -> float:
        return 96 + 220 * (value - low) / (high - low)

    bottom = 24 * len(points.points) + 8
    middle = across(points.threshold)
    parts = [line(middle, 4, middle, bottom, "threshold")]
    parts += [text(across(tick), bottom + 14, f"{tick:g}", "middle") for tick in (low, points.threshold, high)]
    right = 0
    for number, one in enumerate(points.points):
        y = 24 * number + 20
        parts.append(line(across(low), y, across(high), y, "grid"))
        parts.append(text(88, y + 4, f"[{' '.join(f'{x:g}' for x in one.inputs)}]", "end", "code"))
        if one.value is None:
            parts.append(text(across(low), y + 4, _("no number"), style="bad"))
            continue
        if one.trained:
            parts.append(box(across(one.value) - 5, y - 5, 10, 10, "trained"))
        else:
            parts.append(dot(across(one.value), y, "unseen"))
        is_right = _is_right(one, points.threshold)
        right += bool(is_right)
        if is_right is not None:
            parts.append(text(344, y + 5, "✓" if is_right else "✕", "middle", "good" if is_right else "bad"))
    title = _("Decision values")
    told = _("{right} of {all} points are on their side of {threshold}.").format(
        right=right, all=sum(one.label is not None for one in points.points), threshold=f"{points.threshold:g}"
    )
    legend = [("trained", _("trained on")), ("unseen", _("not seen in training"))]
    return Drawn(title, svg(bottom + 20, title, told, parts), told, legend)


def _is_right(point: Point, threshold: float) -> bool | None:
    if point.label is None or point.value is None:
        return None
    return (point.value > threshold) == (point.label == 1)


def _images(images: Images) -> Drawn:
    heads = [images.original, images.yours, _("reference"), _("difference × 4")]
    cells = []
    for number, row in enumerate(images.rows, start=1):
        cells += [
            Markup('<img src="data:image/png;base64,{}" alt="{}">').format(png, f"{head}, {number}")
            for head, png in zip(heads, row, strict=True)
        ]
    top = Markup("").join(Markup("<span>{}</span>").format(head) for head in heads)
    body = Markup('<div class="images">{}{}</div>').format(top, Markup("").join(cells))
    return Drawn(_("Pictures beside the reference's"), body)
