"""``namespace``: variables at the top level of a submission match their declarations."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import numpy as np
from pydantic import Field

from ..assignment.check import Check
from ..assignment.variables import VariableSpec
from ..diagnosis import Findings, findings_of_check
from ..report.evidence import Evidence
from ..sandbox.failures import CallError
from ..student.answers import PlannedCall
from ..support import arrays
from ..support.arrays import describe
from ..support.i18n import _
from .context import Context
from .outcome import Outcome
from .tools import training

Array = np.ndarray[Any, Any]
CHANNELS = 3  # of a colour image
KINDS = {"float": "f", "int": "iu", "uint8": "u"}
HISTORY = ("loss", "accuracy", "val_loss", "val_accuracy")
SAME = 1e-5  # difference between two results of the same function in float32


class NamespaceCheck(Check):
    """Variables match their declarations in the assignment's ``variables``; each earns an equal part of the points."""

    depends_on_calls = ()

    kind: Literal["namespace"]
    names: list[str] = Field(min_length=1, alias="variables")
    """The variables, by their names in ``variables``."""

    def variables(self) -> Iterable[tuple[str, str]]:
        return [(name, "") for name in self.names]

    def run(self, context: Context) -> Outcome:
        """Judge each variable; each correct one earns its part."""
        problems = {name: _problem(name, context.content.variables[name], context) for name in self.names}
        wrong = {name: problem for name, problem in problems.items() if problem}
        if not wrong:
            return Outcome(1.0, _("{names}: as the task requires.").format(names=", ".join(self.names)))
        right = [name for name in self.names if name not in wrong]
        also = " " + _("Right: {names}.").format(names=", ".join(right)) if right else ""
        swapped = [name for name, problem in wrong.items() if _order() in problem]
        partial = [name for name in wrong if _part(name, context) is not None]
        bugs = _rearranged(list(wrong), context)
        if swapped or partial:
            bug = "names-out-of-order" if swapped else "history-of-the-last-fit"
            bugs = findings_of_check(bug, (swapped or partial)[0])
        first, problem = next(iter(wrong.items()))
        fits = _is_of_the_type(context.content.variables[first], first, context)
        return Outcome(len(right) / len(self.names), problem + also, Evidence(wrong=wrong), bugs, hint_fits=fits)


def _is_of_the_type(declared: VariableSpec, name: str, context: Context) -> bool:
    """True if the variable exists and has the required type: only then does a hint about its content fit."""
    try:
        variable = context.student.variable(name)
    except CallError:
        return False
    if declared.type == "model":
        return variable.model
    if declared.type == "strings":
        return texts(variable.value) is not None
    if declared.type == "history":
        return isinstance(variable.value, dict)
    array = arrays.array(variable.value)
    return array is not None and array.ndim > 0


def _rearranged(wrong: list[str], context: Context) -> Findings | None:
    """Return the change of the images of a dataset, if the inverse change gives the original images."""
    for name in wrong:
        part_of = context.content.variables[name].part_of
        if part_of is None:
            continue
        try:
            value = context.student.numbers(name)
        except CallError:
            continue
        if value.ndim != 4 or not len(value):
            continue
        before = [(bug, [image.tobytes() for image in images.astype(np.uint8)]) for bug, images in _undone(value)]
        served = known_images(context, part_of, {raw for _bug, images in before for raw in images})
        for bug, images in before:
            if served.keys() >= {*images}:
                return findings_of_check(bug, name)
    return None


def known_images(context: Context, dataset: str, contents: set[bytes]) -> dict[bytes, int]:
    """Return those of the images ``contents`` that are in the dataset, with their classes.

    This copies no other images, because a copy of all images would take a gigabyte.
    """
    split = context.split(dataset)
    return {
        raw: int(label)
        for images, labels in ((split.x_train, split.y_train), (split.x_public, split.y_public))
        for image, label in zip(images, labels.ravel(), strict=True)
        if (raw := image.tobytes()) in contents
    }


def _undone(images: Array) -> Iterator[tuple[str, Array]]:
    """Yield the images before each possible rearrangement, with the name of the bug."""
    count, *rest = images.shape
    if rest[0] == CHANNELS:
        yield "images-in-planes", images.reshape(count, *rest[1:], CHANNELS)
    if rest[2] == CHANNELS:
        yield "images-in-planes", images.transpose(0, 3, 1, 2).reshape(images.shape)
        yield "images-in-planes", images.reshape(count, CHANNELS, *rest[:2]).transpose(0, 2, 3, 1)
        yield "channels-reversed", images[..., ::-1]
        yield "transposed", images.swapaxes(1, 2)
        yield "inverted", 255 - images


def _problem(name: str, declared: VariableSpec, context: Context) -> str | None:
    try:
        variable = context.student.variable(name)
    except CallError as failure:
        if not failure.is_a_mistake:
            raise
        return failure.message
    value = variable.value
    if declared.type == "model":
        return (
            None
            if variable.model
            else _("`{name}` is {value}; it must be a Keras model.").format(name=name, value=describe(value))
        )
    if declared.type == "strings":
        return _texts_problem(name, declared, value)
    if declared.type == "history":
        return _history_problem(name, value, context)
    array = arrays.array(value)
    if array is None:
        return _("`{name}` is {value}; it must be an array of numbers.").format(name=name, value=describe(value))
    if (
        declared.result_of in context.log.mistaken_functions
    ):  # its range is that of the function, which another check judges
        declared = declared.model_copy(update={"dtype": None, "low": None, "high": None})
    return _array_problem(name, declared, array, variable.length) or _origin_problem(name, declared, array, context)


def _texts_problem(name: str, declared: VariableSpec, value: Any) -> str | None:
    strings = texts(value)
    if strings is None and isinstance(value, list | tuple | dict):
        return _("`{name}` is {value}, but not all of its entries are strings: write each entry in quotes.").format(
            name=name, value=describe(value)
        )
    if strings is None:
        return _("`{name}` is {value}; it must be a list of strings.").format(name=name, value=describe(value))
    if declared.equals is None:
        return None
    if len(strings) != len(declared.equals):
        return _("`{name}` has {count} entries; expected {wanted}.").format(
            name=name, count=len(strings), wanted=len(declared.equals)
        )
    accepted = [{plain(name) for name in ([item] if isinstance(item, str) else item)} for item in declared.equals]
    wrong = [index for index, text in enumerate(strings) if plain(text) not in accepted[index]]
    if not wrong:
        return None
    are_accepted = all(any(plain(text) in names for names in accepted) for text in strings)
    order = _order() if are_accepted else ""
    return _("`{name}` is wrong at index {indices}{order}.").format(
        name=name, indices=", ".join(map(str, wrong)), order=order
    )


def _order() -> str:
    return _(" (the names are right, but not their order)")


def texts(value: Any) -> list[str] | None:
    """Return the strings of a list, a tuple, or a dict by label; None for anything else."""
    items = value
    if isinstance(value, dict):  # by label: in the order of the labels
        items = [value[key] for key in (sorted(value, key=int) if all(map(_is_label, value)) else value)]
    if not isinstance(items, list | tuple) or not all(isinstance(item, str) for item in items):
        return None
    return list(items)


def _is_label(text: str) -> bool:
    return text.isdecimal() and len(text) < 10


def plain(text: str) -> str:
    """Return a name in the form for comparisons: lower case, letters and digits only."""
    return "".join(character for character in text.lower() if character.isalnum())


def _history_problem(name: str, value: Any, context: Context) -> str | None:
    if not isinstance(value, dict):
        return _("`{name}` is {value}; it must be the return value of fit(), or a dict of lists.").format(
            name=name, value=describe(value)
        )
    curves = training.curves(value)
    if not any(len(values) for values in value.values() if isinstance(values, list | tuple | np.ndarray)):
        return _("`{name}` contains no epoch: fit() must run for at least one.").format(name=name)
    missing = [key for key in HISTORY if key not in curves]
    if missing:
        sentence = _("`{name}` has no {entries}: compile with metrics=['accuracy'], and pass validation data to fit().")
        return sentence.format(name=name, entries=_(" and no ").join(missing))
    if len({curves[key].size for key in HISTORY}) > 1:
        return _("`{name}` has lists of different lengths; expected one entry for each epoch in every list.").format(
            name=name
        )
    record = context.student.training()
    if not training.trainings(record) or training.is_invented({key: curves[key] for key in HISTORY}, record):
        return _("`{name}` was not returned by fit() in this run: assign it, `{name} = model.fit(...)`.").format(
            name=name
        )
    part = _part(name, context)
    if part is not None:
        return _(
            "`{name}` covers {epochs} of the {total} epochs of its model, because fit() was called {calls} times: train all epochs in one call, or join the histories."
        ).format(name=name, epochs=part.epochs, total=part.total, calls=part.calls)
    return None


def _part(name: str, context: Context) -> training.Part | None:
    """Return the part of a training that a history covers, if it is less than half."""
    if context.content.variables[name].type != "history" or context.student.find_variable(name) is None:
        return None
    curves = training.curves(context.student.variable(name).value)
    return (
        training.part({key: curves[key] for key in HISTORY if key in curves}, context.student.training())
        if curves
        else None
    )


def _array_problem(name: str, declared: VariableSpec, value: Array, length: int | None) -> str | None:
    shape = (length, *value.shape[1:]) if value.ndim else ()
    if declared.shape is not None and not _fits(shape, declared.shape):
        expected = ", ".join("n" if size is None else str(size) for size in declared.shape)
        return _("`{name}` has the shape {shape}; expected ({expected}).").format(
            name=name, shape=shape, expected=expected
        )
    if declared.min_length is not None and (length or 0) < declared.min_length:
        return _("`{name}` has {length} entries; expected at least {at_least}.").format(
            name=name, length=length, at_least=declared.min_length
        )
    if declared.dtype is not None and value.dtype.kind not in KINDS[declared.dtype]:
        return _("`{name}` has the dtype {dtype}; expected {wanted}.").format(
            name=name, dtype=value.dtype.name, wanted=declared.dtype
        )
    if value.dtype.kind == "f" and not np.isfinite(value).all():
        return _("`{name}` has entries that are NaN or infinite.").format(name=name)
    low, high = (float(value.min()), float(value.max())) if value.size else (0.0, 0.0)
    if low < (-math.inf if declared.low is None else declared.low) or high > (
        math.inf if declared.high is None else declared.high
    ):
        limits = ((_("from {limit:g}"), declared.low), (_("to {limit:g}"), declared.high))
        bounds = [bound.format(limit=limit) for bound, limit in limits if limit is not None]
        sentence = _("`{name}` has values from {low:.4g} to {high:.4g}; expected {bounds}.")
        return sentence.format(name=name, low=low, high=high, bounds=" ".join(bounds))
    return None


def _fits(shape: tuple[Any, ...], expected: list[int | None]) -> bool:
    """True if the shape is as required, except for axes of length one at the end."""
    while len(shape) > len(expected) and shape[-1] == 1:
        shape = shape[:-1]
    return len(shape) == len(expected) and all(w is None or s == w for s, w in zip(shape, expected, strict=True))


def _origin_problem(name: str, declared: VariableSpec, value: Array, context: Context) -> str | None:
    if not value.ndim:
        return (
            _("`{name}` is a single number; it must be an array.").format(name=name)
            if declared.part_of or declared.result_of
            else None
        )
    if declared.part_of is not None:
        served = known_images(context, declared.part_of, {image.tobytes() for image in value})
        foreign = sum(image.tobytes() not in served for image in value)
        if foreign:
            return _(
                "{foreign} of the first {count} entries of `{name}` are not unchanged images of {dataset}."
            ).format(foreign=foreign, count=len(value), name=name, dataset=declared.part_of)
    if declared.result_of is not None:
        inputs = {argument: context.student.numbers(other) for argument, other in declared.arguments.items()}
        expected = next(iter(context.student.call(PlannedCall(declared.result_of, inputs)).values.values()))
        if not isinstance(expected, np.ndarray) or expected.dtype.kind not in "biuf" or expected.size != value.size:
            return _("`{name}` does not have the size of the result of `{function}`.").format(
                name=name, function=declared.result_of
            )
        scale = max(1.0, float(np.abs(expected).max(initial=0.0)))
        if not np.abs(expected.reshape(value.shape) - value.astype(np.float64)).max(initial=0.0) <= SAME * scale:
            return _("`{name}` is not the result of `{function}` for {names}.").format(
                name=name, function=declared.result_of, names=", ".join(declared.arguments.values())
            )
    return None
