"""``figures``: the plots of the submission, read from its matplotlib figures and not from its code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

import numpy as np
from pydantic import Field, model_validator

from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..assignment.panels import Panel, PlanePlot
from ..diagnosis import findings_of_check
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..sandbox.observations import Axes, Image
from ..support.arrays import numbers
from ..support.i18n import _, joined
from .context import Context
from .namespace import known_images, plain, texts
from .outcome import Outcome
from .tools import function_lines, plane_plots, table_lines, training

Array = np.ndarray[Any, Any]
DRAWING = ("bar", "figure", "imshow", "matshow", "plot", "semilogx", "semilogy", "subplot", "subplots", "add_subplot")
NEUTRAL = 0.02  # between the channels of a gray pixel
VISIBLE = 0.1  # between the brightest and the darkest value of an image, relative to the whole range
STEP = 1 / 255  # of an 8-bit image
SAME = 1e-4  # of a curve, relative: a history may be stored in float32


class _Problem(NamedTuple):
    """The problem of a panel. ``hint_fits`` is True if a hint about making the plots fits: a plot is missing or in the wrong place."""

    sentence: str
    hint_fits: bool


class FiguresCheck(Check):
    """Each panel was plotted, in any figure; each one earns an equal part of the points."""

    depends_on_calls = DRAWING
    judges_definitions = False  # a plot is made elsewhere
    depends_on_variables = False  # the figures are judged: plotting a variable does not change it

    kind: Literal["figures"]
    panels: list[Panel] = Field(min_length=1)
    """The required plots."""

    @model_validator(mode="after")
    def _titles_are_unique(self) -> FiguresCheck:
        if len({panel.title for panel in self.panels}) < len(self.panels):
            raise ValueError("two panels have the same title; give each its own.")
        return self

    def variables(self) -> Iterable[tuple[str, str]]:
        for panel in self.panels:
            yield from [(panel.images, "array")] if panel.images else []
            yield from [(panel.titles, "strings")] if panel.titles else []
            yield from ((line.history, "history") for line in panel.histories())
            yield from ((line.table, "table") for line in panel.tables())

    def functions(self) -> Iterable[str]:
        lines = [line.function for panel in self.panels for line in panel.functions()]
        return dict.fromkeys([*lines, *(plane.boundary for plane in self._planes() if plane.boundary)])

    def _planes(self) -> list[PlanePlot]:
        return [panel.plane for panel in self.panels if panel.plane is not None]

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        titled = [panel.images for panel in self.panels if panel.images and panel.titles]
        of_datasets = [name for name in assignment.variables if assignment.origin(name) is not None]
        yield from unknown("variable with images of a dataset, which titles need", titled, of_datasets)
        for plane in self._planes():
            if plane.boundary in assignment.functions:
                names = assignment.functions[plane.boundary].argument_names()
                yield from unknown(f"argument of {plane.boundary}", [plane.argument], names)
        for line in [line for panel in self.panels for line in panel.functions()]:
            arguments = assignment.functions[line.function].argument_names()
            yield from unknown(f"argument of {line.function}", [*line.over, *line.values], arguments)

    def run(self, context: Context) -> Outcome:
        """Search all figures for each panel; each panel that is found earns its part."""
        figures = [figure.axes for figure in context.student.figures()]
        used: list[int] = []
        problems: dict[str, _Problem | None] = {}
        for panel in self.panels:
            title = _(panel.title)
            try:
                problems[title] = _problem(panel, context, figures, used)
            except CallError as failure:  # this costs only this panel
                if not failure.is_a_mistake:
                    raise
                problems[title] = _Problem(failure.message, hint_fits=False)
        wrong = {title: problem.sentence for title, problem in problems.items() if problem}
        evidence = Evidence(figures=[{"axes": len(axes)} for axes in figures])
        if not wrong:
            return Outcome(1.0, _("Plotted: {names}.").format(names=", ".join(problems)), evidence)
        title, problem = next((title, problem) for title, problem in problems.items() if problem)
        right = [title for title in problems if title not in wrong]
        also = " " + _("Right: {names}.").format(names=", ".join(right)) if right else ""
        inverted = next((panel.images for panel in self.panels if _negatives() in wrong.get(_(panel.title), "")), None)
        bugs = findings_of_check("inverted", inverted) if inverted else None
        sentence = f"{title}: {problem.sentence}{also}"
        share, evidence = len(right) / len(problems), evidence | Evidence(wrong=wrong)
        return Outcome(share, sentence, evidence, bugs, hint_fits=problem.hint_fits)


def _problem(panel: Panel, context: Context, figures: list[list[Axes]], used: list[int]) -> _Problem | None:
    if panel.functions():
        sentence = function_lines.problem(panel, context, figures)
        return None if sentence is None else _Problem(sentence, hint_fits=True)
    if panel.plane is not None:
        sentence = plane_plots.problem(panel.plane, context, figures)
        return None if sentence is None else _Problem(sentence, hint_fits=True)
    if panel.tables():
        sentence = table_lines.problem(panel, context, figures)
        return None if sentence is None else _Problem(sentence, hint_fits=True)
    return (_images_problem if panel.images else _lines_problem)(panel, context, figures, used)


def _images_problem(panel: Panel, context: Context, figures: list[list[Axes]], used: list[int]) -> _Problem | None:
    """Return the problem of the figure that is most similar to the panel, or None if a figure is correct."""
    assert panel.images is not None
    entries = list(context.student.numbers(panel.images)[: panel.count])
    matches = [_matched(axes, entries) for axes in figures]
    complete = [match for match in matches if len(match) == panel.count]
    if not complete:
        most = max((sum(bool(one.images) for one in axes) for axes in figures), default=0)
        best = max(map(len, matches), default=0)
        some = _(
            "found {most} images in one figure, {best} of them correct; expected the first {count} of `{images}`, each in its own subplot."
        )
        none = _("found no image; expected the first {count} of `{images}` in one figure, each in its own subplot.")
        sentence = (some if most else none).format(most=most, best=best, count=panel.count, images=panel.images)
        return _Problem(sentence, hint_fits=most < panel.count)  # else other images are shown, in the right way
    sentences = [_colour_problem(panel, match) or _titles_problem(panel, context, match) for match in complete]
    return None if None in sentences else _Problem(str(sentences[0]), hint_fits=False)


def _matched(axes: list[Axes], entries: list[Array]) -> list[Axes]:
    """Return the subplots that show the entries, one for each entry that is found."""
    remaining, matches = list(axes), []
    for entry in entries:
        one = next((one for one in remaining if _shows(one, entry)), None)
        if one is not None:
            remaining = [other for other in remaining if other is not one]  # by identity: equal images are not an error
            matches.append(one)
    return matches


def _colour_problem(panel: Panel, subplots: list[Axes]) -> str | None:
    if panel.colour_map != "gray":
        return None
    coloured = [image for axes in subplots for image in axes.images if image.colours]
    maps = joined(sorted({image.colour_map for image in coloured if not _is_gray(image)}))
    if maps:
        return _("the colour map is {maps}: use cmap='gray'.").format(maps=maps)
    inverted = [image for image in coloured if _is_inverted(image)]
    if inverted:
        sentence = _("{negatives} (colour map {maps}): use cmap='gray', and vmin below vmax.")
        return sentence.format(negatives=_negatives(), maps=joined(sorted({image.colour_map for image in inverted})))
    if any(np.ptp(image.data) > VISIBLE and np.ptp(_brightness(image)) < VISIBLE for image in coloured):
        return _("all values have nearly the same brightness: vmin and vmax do not fit values from 0 to 1.")
    return None


def _negatives() -> str:
    return _("the images are negatives: bright pixels are shown dark")


def _brightness(image: Image) -> Array:
    """Return the brightness of the values of an image, from the smallest to the largest, between 0 and 1."""
    return np.asarray(np.asarray(image.colours).mean(axis=1))


def _is_gray(image: Image) -> bool:
    return bool((np.ptp(image.colours, axis=1) <= NEUTRAL).all())


def _is_inverted(image: Image) -> bool:
    shades = _brightness(image)
    return bool(shades[0] - shades[-1] > VISIBLE)


def _shows(axes: Axes, entry: Array) -> bool:
    return any(_same_picture(image.data, entry) for image in axes.images)


def _same_picture(plotted: Any, entry: Array) -> bool:
    other = entry.squeeze()
    if not isinstance(plotted, np.ndarray) or plotted.size == 0 or plotted.dtype.kind not in "biuf":
        return False
    one = plotted.squeeze()
    if one.shape[:2] != other.shape[:2]:
        return False
    one, other = _unit(one), _unit(other)
    if one.ndim == 3 and other.ndim == 2:  # gray in three equal channels
        one = one[..., 0] if np.ptp(one[..., :3], axis=-1).max() <= STEP else one
    return one.shape == other.shape and bool(np.abs(one - other).max() <= STEP)


def _unit(image: Array) -> Array:
    """Return the image in [0, 1]; it is stored in this range or in 0 to 255."""
    values = image.astype(np.float64)
    return values / 255 if image.dtype.kind in "iu" or values.max(initial=0) > 1.5 else values


def _titles_problem(panel: Panel, context: Context, subplots: list[Axes]) -> str | None:
    """Return the sentence about an image whose title (or x label) is not the name of its class."""
    if panel.titles is None or panel.images is None:
        return None
    names = [plain(name) for name in texts(context.student.variable(panel.titles).value) or []]
    for number, (axes, label) in enumerate(zip(subplots, _labels(context, panel.images), strict=False), start=1):
        if label is None or label >= len(names):
            continue
        labels_of_axes = [text for text in (*axes.titles, axes.x_label) if text]
        others = {name for name in names for text in labels_of_axes if name in plain(text) and name not in names[label]}
        if others or not any(names[label] in plain(text) for text in labels_of_axes):
            if not labels_of_axes:
                return _("image {number} has no title; its title must be the name of its class.").format(number=number)
            other = _("image {number} has the title '{title}'; it must be the name of its class.")
            return other.format(number=number, title=labels_of_axes[0])
    return None


def _labels(context: Context, variable: str) -> list[int | None]:
    """Return the class of each entry, from the dataset that contains the variable or its source."""
    origin = context.content.origin(variable)
    if origin is None:
        return []
    variable, dataset = origin
    entries = [image.tobytes() for image in context.student.numbers(variable)]
    served = known_images(context, dataset, {*entries})
    return [served.get(raw) for raw in entries]


def _lines_problem(panel: Panel, context: Context, figures: list[list[Axes]], used: list[int]) -> _Problem | None:
    expected = {}
    for line in panel.histories():
        curves = training.curves(context.student.variable(line.history).value)
        if line.entry not in curves:
            sentence = _("`{history}` has no {entry} to plot.")
            raise WrongAnswer(sentence.format(history=line.history, entry=line.entry))
        if training.is_invented({line.entry: curves[line.entry]}, context.student.training()):
            sentence = _("the {entry} of `{history}` was not returned by fit() in this run.")
            raise WrongAnswer(sentence.format(entry=line.entry, history=line.history))
        label = _("{entry} of `{history}`").format(entry=line.entry, history=line.history)
        claimed = {line.entry: curves[line.entry]}
        part = training.part(claimed, context.student.training())
        if part is None:
            expected[label] = curves[line.entry]
            continue
        joined_up = training.whole(claimed, line.entry, context.student.training())[0]  # may be plotted nevertheless
        if not any(_draws(axes, joined_up) for figure in figures for axes in figure):
            sentence = _("the {entry} of `{history}` covers {epochs} of {total} epochs: plot all epochs.").format(
                entry=line.entry, history=line.history, epochs=part.epochs, total=part.total
            )
            return _Problem(sentence, hint_fits=False)
        expected[label] = joined_up
    numbered = list(enumerate(axes for figure in figures for axes in figure))
    missing = {
        number: [name for name, curve in expected.items() if not _draws(axes, curve)] for number, axes in numbered
    }
    problems = []
    for number, axes in sorted(numbered, key=lambda item: len(missing[item[0]])):
        problem = _line_problem(panel, axes, missing[number], number in used)
        if problem is None:
            used.append(number)
            return None
        problems.append(problem)
    if not problems or len(min(missing.values(), key=len)) == len(expected):
        return _Problem(_("no subplot shows {curves}.").format(curves=joined(expected)), hint_fits=True)
    return _Problem(problems[0], hint_fits=True)


def _line_problem(panel: Panel, axes: Axes, missing: list[str], used: bool) -> str | None:
    if missing:
        return _("{curves} is not plotted in the same subplot as the other.").format(curves=joined(missing))
    if used:
        return _("it shares its subplot with another quantity: use a separate subplot.")
    if panel.labelled and not axes.is_labelled:
        return _("the axes have no labels: label the x axis and the y axis.")
    return None


def _draws(axes: Axes, curve: Array) -> bool:
    for line in axes.lines:
        plotted = numbers(line.y)
        if plotted is not None and plotted.shape == curve.shape:
            for scale in (1, 100):  # an accuracy may be plotted in percent
                if np.allclose(plotted, scale * curve, rtol=SAME, atol=0, equal_nan=True):
                    return True
    return False
