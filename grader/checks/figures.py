"""``figures``: what the submission really drew, read from its matplotlib figures and not from its code."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..assignment.checks import FiguresCheck
from ..assignment.parts import Panel
from ..sandbox.seen import Axes, numbers
from . import training
from .context import Context, Outcome
from .namespace import plain, texts

Array = np.ndarray[Any, Any]
GRAYS = {"gray", "grey", "gist_gray", "gist_grey", "grays", "greys", "binary", "gist_yarg", "gist_yerg"}
STEP = 1 / 255  # of an 8-bit picture
SAME = 1e-4  # of a curve, relative: a history may be stored in float32


def run(check: FiguresCheck, context: Context) -> Outcome:
    """Look for each panel among all figures; each that is there earns its part."""
    figures = [figure.axes for figure in context.figures()]
    used: list[int] = []
    problems: dict[str, str | None] = {}
    for panel in check.panels:
        find = _images_problem if panel.images else _lines_problem
        problems[panel.title] = find(panel, context, figures, used)
    wrong = {title: problem for title, problem in problems.items() if problem}
    evidence: dict[str, Any] = {"figures": [{"axes": len(axes)} for axes in figures]}
    if not wrong:
        return Outcome(1.0, f"Drawn: {', '.join(problems)}.", evidence)
    title, problem = next(iter(wrong.items()))
    right = [title for title in problems if title not in wrong]
    also = f" Right: {', '.join(right)}." if right else ""
    return Outcome(len(right) / len(problems), f"{title}: {problem}{also}", {**evidence, "wrong": wrong})


def _images_problem(panel: Panel, context: Context, figures: list[list[Axes]], used: list[int]) -> str | None:
    """What keeps the figure that shows most of the images from being the panel."""
    assert panel.images is not None
    entries = list(context.numbers(panel.images)[: panel.count])
    best: list[Axes | None] = []
    for axes in figures:
        shown = [next((one for one in axes if _shows(one, entry)), None) for entry in entries]
        if not best or shown.count(None) < best.count(None):
            best = shown
    found = [axes for axes in best if axes is not None]
    if len(found) < panel.count:
        most = max((sum(bool(one.images) for one in axes) for axes in figures), default=0)
        seen = f"one figure shows {most} images, {len(found)} of them the right ones" if most else "no image is drawn"
        return f"{seen}; asked are the first {panel.count} of `{panel.images}` in one figure."
    maps = sorted({image.colour_map for axes in found for image in axes.images})
    gray = all(name.lower().removesuffix("_r") in GRAYS for name in maps)
    if panel.colour_map == "gray" and not gray and not all(_is_rgb(axes) for axes in found):
        return f"the colour map is {', '.join(maps)}: draw with cmap='gray'."
    return _titles_problem(panel, context, found) if panel.titles else None


def _shows(axes: Axes, entry: Array) -> bool:
    return any(_same_picture(image.data, entry) for image in axes.images)


def _same_picture(drawn: Any, entry: Array) -> bool:
    if not isinstance(drawn, np.ndarray) or drawn.size == 0 or drawn.dtype.kind not in "biuf":
        return False
    one, other = _unit(drawn.squeeze()), _unit(entry.squeeze())
    if one.ndim == 3 and other.ndim == 2:  # gray in three equal channels
        one = one[..., 0] if np.ptp(one[..., :3], axis=-1).max() <= STEP else one
    return one.shape == other.shape and bool(np.abs(one - other).max() <= STEP)


def _unit(image: Array) -> Array:
    """The image in [0, 1], whether it is stored so or in 0 to 255."""
    values = image.astype(np.float64)
    return values / 255 if image.dtype.kind in "iu" or values.max(initial=0) > 1.5 else values


def _is_rgb(axes: Axes) -> bool:
    return all(isinstance(image.data, np.ndarray) and image.data.ndim == 3 for image in axes.images)


def _titles_problem(panel: Panel, context: Context, found: list[Axes]) -> str | None:
    """The title (or x label) of each image has to hold the name of its class."""
    assert panel.images is not None and panel.titles is not None
    names = texts(context.variable(panel.titles).value) or []
    labels = _labels(context, panel.images)
    for number, (axes, label) in enumerate(zip(found, labels, strict=False), start=1):
        written = [text for text in (*axes.titles, axes.x_label) if text]
        if label is None or label >= len(names):
            continue
        if not any(plain(names[label]) in plain(text) for text in written):
            shown = f"'{written[0]}'" if written else "no title"
            return f"image {number} has {shown} where the name of its class is asked."
    return None


def _labels(context: Context, variable: str) -> list[int | None]:
    """The class of each entry, known from the data set that the variable, or what it is made of, is part of."""
    declared = context.content.variables[variable]
    while declared.part_of is None and declared.arguments:
        variable = next(iter(declared.arguments.values()))
        declared = context.content.variables[variable]
    if declared.part_of is None:
        return []
    split = context.split(declared.part_of)
    known = {
        image.tobytes(): int(label)
        for images, labels in ((split.x_train, split.y_train), (split.x_public, split.y_public))
        for image, label in zip(images, labels.ravel(), strict=True)
    }
    return [known.get(image.tobytes()) for image in context.numbers(variable)]


def _lines_problem(panel: Panel, context: Context, figures: list[list[Axes]], used: list[int]) -> str | None:
    wanted = {}
    for line in panel.lines:
        curves = training.curves(context.variable(line.history).value)
        if line.entry not in curves:
            return f"`{line.history}` has no {line.entry} to draw."
        if training.is_invented({line.entry: curves[line.entry]}, context.training()):
            return f"the {line.entry} of `{line.history}` is not what fit() returned in this run."
        wanted[f"{line.entry} of `{line.history}`"] = curves[line.entry]
    numbered = list(enumerate(axes for figure in figures for axes in figure))
    missing = {number: [name for name, curve in wanted.items() if not _draws(axes, curve)] for number, axes in numbered}
    number = min(missing, key=lambda n: (len(missing[n]), n in used), default=None)
    if number is None or len(missing[number]) == len(wanted):
        return f"no axes show {' and '.join(wanted)}."
    if missing[number]:
        return f"{' and '.join(missing[number])} is not drawn beside the other."
    if number in used:
        return "it shares its axes with another quantity: give it axes of its own."
    used.append(number)
    axes = numbered[number][1]
    if panel.labelled and not (axes.x_label and (axes.y_label or axes.titles)):
        return "the axes are not labelled: name the epoch on x and the quantity on y."
    return None


def _draws(axes: Axes, curve: Array) -> bool:
    for line in axes.lines:
        drawn = numbers(line.y)
        if drawn is not None and drawn.shape == curve.shape:
            for scale in (1, 100):  # an accuracy may be drawn in percent
                if np.allclose(drawn, scale * curve, rtol=SAME, atol=0):
                    return True
    return False
