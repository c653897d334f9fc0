"""Draws a quantity against the epoch, together with the range that the reference reaches."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..support import i18n
from ..support.i18n import _
from ..support.numbers import general
from ..support.text import plain_number, whole
from .picture_data import Curves
from .svg import Drawing, box, in_case, line, percent, svg, text, ticks

HEIGHT = 220
LEFT, RIGHT, TOP, BOTTOM = 44, 350, 10, 188  # edges of the area with the curves
Scale = Callable[[float], float]


def draw(curves: Curves) -> Drawing:
    """Return a picture of the curves and of the accuracy on held-out data, if that is known."""
    names = {"training": _("training"), "validation": _("validation"), "yours": _("your losses")}
    values = [value for one in curves.lines for value in one.values if value is not None]
    if curves.band is not None:
        values += [curves.band.low, curves.band.high]
    if curves.measured is not None:
        values.append(curves.measured)
    low, high = _range(values)
    first, last = curves.epochs[0], max(curves.epochs[-1], curves.epochs[0] + 1)

    def across(epoch: float) -> float:
        return LEFT + (RIGHT - LEFT) * (epoch - first) / (last - first)

    def up(value: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low)

    in_percent = curves.quantity == "accuracy"
    parts = []
    for tick in ticks(low, high):
        parts.append(line(LEFT, up(tick), RIGHT, up(tick), "grid"))
        parts.append(
            text(
                LEFT - 6, up(tick) + 4, i18n.number(f"{general(100 * tick)} %" if in_percent else general(tick)), "end"
            )
        )
    for tick in ticks(first, last):
        if tick == int(tick):
            parts.append(text(across(tick), BOTTOM + 15, whole(int(tick)), "middle"))
    parts.append(text((LEFT + RIGHT) / 2, HEIGHT - 3, _("epoch"), "middle"))
    legend = []
    sentences = []
    if curves.band is not None:
        parts.append(
            box(LEFT, up(curves.band.high), RIGHT - LEFT, up(curves.band.low) - up(curves.band.high), "band", 0.22)
        )
        legend.append(("band", _("reference, held-out images")))
        sentences.append(
            _("The reference reaches {low} to {high} on held-out images.").format(
                low=percent(curves.band.low), high=percent(curves.band.high)
            )
        )
    for one in curves.lines:
        parts.append(_path(curves.epochs, one.values, across, up, one.of))
        legend.append((one.of, names[one.of]))
        numbers = [value for value in one.values if value is not None]
        if numbers:
            sentences.append(
                _("{name}: from {first} to {last}.").format(
                    name=names[one.of].capitalize(),
                    first=plain_number(numbers[0], 3),
                    last=plain_number(numbers[-1], 3),
                )
            )
    if curves.measured is not None:
        y = up(curves.measured)
        parts.append(line(LEFT, y, RIGHT, y, "measured"))
        legend.append(("measured", _("held-out images, measured by the grader")))
        sentences.append(_("The grader measured {share} on held-out images.").format(share=percent(curves.measured)))
    if curves.parts is not None:
        x = across(min(max(curves.parts, first), last))
        parts.append(line(x, TOP, x, BOTTOM, "parts"))
        legend.append(("parts", _("from here on, training differs from the reference")))
        sentences.append(_("From epoch {epoch} on, training differs from the reference.").format(epoch=curves.parts))
    title = _("Loss of {model}") if curves.quantity == "loss" else _("Accuracy of {model}")
    title = in_case(title.format(model=curves.model), curves.case)
    return Drawing(title, svg(HEIGHT, title, " ".join(sentences), parts), legend=legend)


def _range(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    margin = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    return low - margin, high + margin


def _path(epochs: Sequence[int], values: Sequence[float | None], across: Scale, up: Scale, style: str) -> str:
    """Return a line through all values; an epoch without a value is a gap."""
    steps, is_connected = [], False
    for epoch, value in zip(epochs, values, strict=False):
        if value is not None:
            steps.append(f"{'L' if is_connected else 'M'}{across(epoch):.1f} {up(value):.1f}")
        is_connected = value is not None
    return f'<path d="{"".join(steps)}" class="{style}"/>'
