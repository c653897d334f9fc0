"""The pictures of a report: one function for each kind, each with a description in words for screen readers."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from ..support import i18n
from ..support.i18n import _, lazy
from ..support.numbers import general
from ..support.text import plain_number
from . import curves, regions, result_tables, sweeps
from .picture_data import (
    Confusion,
    Curves,
    Errors,
    Gaps,
    Images,
    Picture,
    Point,
    Points,
    Problem,
    Regions,
    ResultTable,
    Sweep,
)
from .svg import WIDTH, Drawing, box, dot, in_case, line, percent, svg, text, ticks

LETTER = 8  # width of a letter of code
SMALLEST_ERROR = 1e-4  # the logarithmic axis of errors begins here
WITHOUT_ERROR: dict[Problem, str] = {  # the words for a result whose error has no size
    "numbers": lazy("wrong"),
    "NaN": "NaN",
    "infinite": lazy("infinite"),
    "form": lazy("another type or shape"),
}
TOP_CONFUSIONS = 3
FEW = 0.15  # of a row; rarer confusions are not mentioned


def draw(picture: Picture) -> Drawing:
    """Return a drawing of a picture of any kind."""
    kinds: dict[type[Any], Any] = {
        Curves: curves.draw,
        Gaps: _gaps,
        Errors: _errors,
        Confusion: _confusion,
        Points: _points,
        Images: _images,
        Sweep: sweeps.draw,
        ResultTable: result_tables.draw,
        Regions: regions.draw,
    }
    drawing: Drawing = kinds[type(picture)](picture)
    return drawing


def _gaps(gaps: Gaps) -> Drawing:
    low = math.floor(20 * min(min(one.training, one.held_out) for one in gaps.models) - 0.5) / 20
    low, high = max(low, 0.0), min(1.0, max(max(one.training, one.held_out) for one in gaps.models) + 0.04)

    def across(share: float) -> float:
        return 20 + (WIDTH - 40) * (share - low) / max(high - low, 1e-6)

    parts, sentences = [], []
    bottom = 56 * len(gaps.models) + 8
    for tick in ticks(low, high, 4):
        parts.append(line(across(tick), 8, across(tick), bottom, "grid"))
        parts.append(text(across(tick), bottom + 15, i18n.number(f"{general(100 * tick)} %"), "middle"))
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
        sentences.append(
            _("{model}: {training} on training images, {held_out} on held-out images.").format(
                model=one.model, training=percent(one.training), held_out=percent(one.held_out)
            )
        )
    several = len(gaps.models) > 1
    title = _("Generalisation gap, before and after") if several else _("Generalisation gap")
    legend = [("held-out", _("held-out images")), ("seen", _("training images"))]
    description = " ".join(sentences)
    return Drawing(title, svg(bottom + 22, title, description, parts), description, legend)


def _errors(errors: Errors) -> Drawing:
    left = min(max(84, LETTER * max(len(one.name) for one in errors.results) + 12), 190)

    def across(error: float) -> float:
        return left + (274 - left) * min(
            max(math.log10(error / SMALLEST_ERROR) / 5, 0.02), 1
        )  # up to ten times the expected value

    parts, sentences = [], []
    for number, one in enumerate(errors.results):
        y = 26 * number + 20
        parts.append(text(left - 8, y, one.name, "end", "code"))
        if one.right:
            parts.append(text(left, y, _("✓ agrees"), style="good"))
            sentences.append(_("{name} agrees.").format(name=one.name))
        elif one.error:
            size = in_case(f"{plain_number(one.error)} ×", one.case)
            parts.append(box(left, y - 12, across(one.error) - left, 16, "error"))
            parts.append(text(across(one.error) + 6, y, size))
            sentences.append(_("{name} is off by {size}.").format(name=one.name, size=size))
        else:
            label = in_case(_(WITHOUT_ERROR[one.problem]), one.case)
            parts.append(text(left, y, f"✕ {label}", style="bad"))
            sentences.append(f"{one.name}: {label}.")
    title = in_case(_("Error of each result"), errors.case)
    note = _("The largest error relative to the largest expected entry, on a logarithmic scale.")
    return Drawing(title, svg(26 * len(errors.results) + 8, title, " ".join(sentences), parts), note)


def _confusion(confusion: Confusion) -> Drawing:
    count = len(confusion.labels)
    size = (WIDTH - 82 - 24) / count
    parts: list[str] = []
    confusions = []
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
                    0.06 + 0.44 * share,
                )
            )
            if number:
                parts.append(text(x + (size - 1) / 2, y + size / 2 + 3, number, "middle", "count"))
            if row != column and share >= FEW:
                confusions.append((share, confusion.labels[row], confusion.labels[column], number))
    confusions.sort(reverse=True)
    sentences = [
        _("{count} × {right} was classified as {wrong}.").format(count=number, right=right, wrong=wrong)
        for _share, right, wrong, number in confusions[:TOP_CONFUSIONS]
    ]
    title = _("Confusion matrix")
    note = " ".join(
        [_("Rows: the class of the held-out image. Columns: the class that the model predicts."), *sentences]
    )
    return Drawing(title, svg(64 + size * count + 2, title, note, parts), note)


def _points(points: Points) -> Drawing:
    values = [one.value for one in points.points if one.value is not None]
    low, high = min([0.0, *values]), max([1.0, *values])

    def across(value: float) -> float:
        return 96 + 220 * (value - low) / (high - low)

    bottom = 24 * len(points.points) + 8
    middle = across(points.threshold)
    parts = [line(middle, 4, middle, bottom, "threshold")]
    parts += [
        text(across(tick), bottom + 14, i18n.number(general(tick)), "middle") for tick in (low, points.threshold, high)
    ]
    for number, one in enumerate(points.points):
        y = 24 * number + 20
        parts.append(line(across(low), y, across(high), y, "grid"))
        parts.append(text(88, y + 4, f"[{' '.join(map(general, one.inputs))}]", "end", "code"))
        if one.value is None:
            parts.append(text(across(low), y + 4, _("not a number"), style="bad"))
            continue
        if one.trained:
            parts.append(box(across(one.value) - 5, y - 5, 10, 10, "trained"))
        else:
            parts.append(dot(across(one.value), y, "unseen"))
        is_right = _is_right(one, points.threshold)
        if is_right is not None:
            parts.append(text(344, y + 5, "✓" if is_right else "✕", "middle", "good" if is_right else "bad"))
    title = in_case(_("Decision values"), points.case)
    sentence = _on_the_correct_side(points)
    legend = [("trained", _("trained on")), ("unseen", _("not seen in training"))]
    return Drawing(title, svg(bottom + 20, title, sentence, parts), sentence, legend)


def _on_the_correct_side(points: Points) -> str:
    """Return the sentence that counts the unseen inputs, as the message of the check does, and the training inputs."""
    unseen = [_is_right(one, points.threshold) for one in points.points if not one.trained and one.label is not None]
    trained = [_is_right(one, points.threshold) for one in points.points if one.trained and one.label is not None]
    sentence = _("{right} of {all} unseen inputs are on the correct side of {threshold:g}.")
    if trained:
        sentence = _(
            "{right} of {all} unseen inputs and {right_trained} of {all_trained} training inputs are on the correct side of {threshold:g}."
        )
    return sentence.format(
        right=sum(map(bool, unseen)),
        all=len(unseen),
        right_trained=sum(map(bool, trained)),
        all_trained=len(trained),
        threshold=points.threshold,
    )


def _is_right(point: Point, threshold: float) -> bool | None:
    if point.label is None or point.value is None:
        return None
    return (point.value > threshold) == (point.label == 1)


def _breakable(head: str) -> Markup:
    """Return the head of a narrow column. It may break after an underscore, but not between a sign and its number."""
    return Markup("_<wbr>").join(head.replace("× ", "×\N{NO-BREAK SPACE}").split("_"))


def _images(images: Images) -> Drawing:
    heads = [images.original, images.yours, _("reference"), _("difference × 4")]
    cells = []
    for number, row in enumerate(images.rows, start=1):
        cells += [
            Markup('<img src="data:image/png;base64,{}" alt="{}">').format(png, f"{head}, {number}")
            for head, png in zip(heads, row, strict=True)
        ]
    top = Markup("").join(Markup("<span>{}</span>").format(_breakable(head)) for head in heads)
    body = Markup('<div class="images">{}{}</div>').format(top, Markup("").join(cells))
    return Drawing(_("Your images and the reference's"), body)
