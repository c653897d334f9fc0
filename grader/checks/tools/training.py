"""The rules of ``source`` about training, from the record of the data that models got while the submission ran."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...sandbox.observations import InputData, RecordedCall
from ...support.arrays import numbers
from ...support.i18n import _

Array = np.ndarray[Any, Any]

FIT_CALLS = ("fit", "fit_generator", "train_on_batch")  # calls in the text of a submission that train a model

ACCURACY = ("acc", "categorical_accuracy", "sparse_categorical_accuracy")  # other names of it in a history
SAME = 1e-5  # relative tolerance of a value stored in float32
TRAINING = ("fit", "train_on_batch", "GradientTape")  # methods in the record that change a model
SOME = 0.05  # share of the images: fewer may look alike by chance
SEVERAL = 3  # test images; one of Fashion-MNIST looks like a training image by chance
KNOWN = 0.97  # share of the images; if fewer are recognised, the others may be any images
MOST_EPOCHS = 10_000
MANY = 50  # images; fewer may all be dark
OTHER_RANGE = 4.0  # minimum ratio of two ranges
FEWEST_PAIRS = 20  # pairs of images and labels; fewer prove nothing
FOREIGN = 0.3  # share of the labels; some noise in labels is a known measure against overfitting
MOST_PARTIAL = 0.5  # share of the epochs of a model below which a history is only a part of its training


@dataclass(frozen=True)
class Broken:
    """A rule that is broken: the bug by its name, the model, and the sentence."""

    bug: str
    where: str
    sentence: str


def leakage(record: list[RecordedCall]) -> Broken | None:
    """Return the broken rule if test data are used in training, validation or early stopping."""
    for call in trainings(record):
        stopping = any({"EarlyStopping", "ReduceLROnPlateau"} & set(callback.types) for callback in call.callbacks)
        for role, data in (("training", call.inputs), ("validation", call.validation or InputData())):
            if any(origin.test > SOME or origin.test_images >= SEVERAL for origin in data.origin.values()):
                bug, sentence = _leak(call, role, stopping)
                return Broken(bug, _name(call), sentence.format(model=_model(call)))
    return None


def _leak(call: RecordedCall, role: str, stopping: bool) -> tuple[str, str]:
    """Return the bug by its name, and a sentence about ``{model}``."""
    if call.method == "GradientTape":
        sentence = _("Your training loop passes test images to {model}: train only with training images.")
    elif call.method == "train_on_batch":
        sentence = _("train_on_batch() of {model} gets test images: train only with training images.")
    elif role == "training":
        sentence = _(
            "fit() of {model} gets test images as training data: take validation data from the training images."
        )
    elif stopping:
        return "early-stopping-on-test-data", _(
            "fit() of {model} gets test images, and early stopping uses them: take validation data from the training images."
        )
    else:
        return "test-data-as-validation-data", _(
            "fit() of {model} gets test images as validation data: take validation data from the training images."
        )
    return "trained-on-test-data", sentence


def unclear(record: list[RecordedCall], models: list[str], datasets: list[str]) -> dict[str, str]:
    """Return sentences for the instructor about models whose training was not recorded, or not well enough for a verdict.

    ``models`` are the submission's names of trained models, ``datasets`` the datasets for training.
    """
    sentences = {}
    for name in models:
        own = [call for call in trainings(record) if name in call.model]
        steps = max((call.unseen for call in own), default=0)
        parts = [data for call in own for data in (call.inputs, call.validation) if data is not None]
        unknown = [data for data in parts if (datasets and _known(data) < KNOWN) or not data.rows]
        if not own:
            sentence = _(
                "`{model}` has no recorded training: it may come from a file, another process, or a copy of another model."
            )
            sentences[name] = sentence.format(model=name)
        elif steps:
            sentence = _("The optimizer of `{model}` has taken {count} steps that were not recorded.")
            sentences[name] = sentence.format(model=name, count=steps)
        elif unknown:
            sentence = _(
                "Of the images in the training of `{model}` ({type}, {count} inspected), {percent:.0f} % are neither known training images nor known test images, so test images may be among them."
            )
            worst = min(unknown, key=_known)
            sentences[name] = sentence.format(
                model=name, type=worst.type, count=worst.rows, percent=100 * (1 - _known(worst))
            )
    return sentences


def _known(data: InputData) -> float:
    """Return the share of images that are recognised as training or test images."""
    return max((origin.training + origin.test for origin in data.origin.values()), default=0.0)


def early_stopping(record: list[RecordedCall]) -> Broken | None:
    """Return the broken rule if a callback monitors a training value."""
    for call in fits(record):
        for callback in call.callbacks:
            chooses = "EarlyStopping" in callback.types or callback.keeps_best
            if chooses and not callback.monitor.startswith("val_"):
                sentence = _(
                    "{callback} of {model} monitors '{monitor}', which continues to improve while the model overfits: monitor 'val_loss'."
                ).format(callback=callback.types[0], model=_model(call), monitor=callback.monitor)
                return Broken("early-stopping-on-training-metric", _name(call), sentence)
    return None


def scaling(record: list[RecordedCall]) -> Broken | None:
    """Return the broken rule if a model gets data with another range than in training, or each array has its own scale."""
    trained = {name: call.inputs for call in trainings(record) for name in call.model}
    standardised = {call.number for call in trainings(record) if call.inputs.standardised}
    for call in record:
        name = next(iter(call.model), "")
        one = trained.get(name)
        for data in (call.validation or InputData(), call.inputs):
            others = data is call.validation or any(origin.test > SOME for origin in data.origin.values())
            if call.number in standardised and data.standardised and others:
                sentence = _(
                    "The training images of {model} and the other images that {method}() gets are each scaled by their own mean and deviation: scale all images by those of the training images."
                ).format(model=_model(call), method=call.method)
                return Broken("scaled-by-own-statistics", _name(call), sentence)
            if one is None or not one.range or not data.range:
                continue
            ratio = _size(data.range) / max(_size(one.range), 1e-12)
            if one.deviation and data.deviation is not None:
                # If each pixel has its own scale, a pixel that is nearly always dark may exceed the range.
                spread = data.deviation / one.deviation
                ratio = min(ratio, max(spread, 1.0)) if ratio > 1 else max(ratio, min(spread, 1.0))
            few = not data.shape or data.shape[0] < MANY
            if ratio > OTHER_RANGE or (ratio < 1 / OTHER_RANGE and not few):
                sentence = _(
                    "`{name}` is trained with values from {low:g} to {high:g}, but {method}() gets values from {other_low:g} to {other_high:g}: scale all images in the same way."
                ).format(
                    name=name,
                    low=one.range[0],
                    high=one.range[1],
                    method=call.method,
                    other_low=data.range[0],
                    other_high=data.range[1],
                )
                return Broken("scaled-differently", name, sentence)
    return None


def labels(record: list[RecordedCall], truth: Mapping[str, Array]) -> Broken | None:
    """Return the broken rule if images have labels of other images; ``truth`` has the labels of the training images by dataset.

    A different numbering of the same classes is accepted, and so is a little noise in the labels.
    """
    for call in trainings(record):
        for role, data in (("training", call.inputs), ("validation", call.validation or InputData())):
            for name, true_labels in truth.items():
                pairs = [pair for pair in data.pairs.get(name, []) if 0 <= pair[0] < len(true_labels)]
                if len(pairs) < FEWEST_PAIRS:
                    continue
                indices, passed_labels = np.array(pairs).T
                if 1 - _renumbered(true_labels[indices], passed_labels) <= FOREIGN:
                    continue
                return Broken(
                    "labels-of-other-images", _name(call), _foreign(call, role, true_labels, indices, passed_labels)
                )
    return None


def _renumbered(true: Array, passed_labels: Array) -> float:
    """Return the share of labels that fit if each class is renumbered to its most frequent label."""
    fitting = sum(
        int(np.unique(passed_labels[true == number], return_counts=True)[1].max()) for number in np.unique(true)
    )
    return fitting / len(true)


def _foreign(call: RecordedCall, role: str, true_labels: Array, indices: Array, passed_labels: Array) -> str:
    wrong = int((true_labels[indices] != passed_labels).sum())
    if role == "training":
        sentence = _(
            "{method}() of {model} gets images with labels of other images: {wrong} of {count} inspected training images have a wrong label."
        )
    else:
        sentence = _(
            "fit() of {model} gets validation images with labels of other images: {wrong} of {count} inspected images have a wrong label."
        )
    message = sentence.format(method=call.method, model=_model(call), wrong=wrong, count=len(passed_labels))
    shifts = np.arange(1, len(true_labels) // 2)
    for sign, sentence in (
        (1, _("The labels are shifted by {places}: each image has the label of a later image.")),
        (-1, _("The labels are shifted by {places}: each image has the label of an earlier image.")),
    ):
        shifted = true_labels[(indices + sign * shifts[:, None]) % len(true_labels)]
        fitting = shifts[(shifted == passed_labels).mean(axis=1) > 1 - FOREIGN / 3]
        if len(fitting):
            return f"{message} {sentence.format(places=fitting[0])}"
    return f"{message} " + _("Shuffle and split images and labels together.")


def fits(record: list[RecordedCall]) -> list[RecordedCall]:
    """Return the recorded calls of ``fit``."""
    return [call for call in record if call.method == "fit"]


def trainings(record: list[RecordedCall]) -> list[RecordedCall]:
    """Return the recorded calls that change a model: of ``fit``, ``train_on_batch``, and custom loops."""
    return [call for call in record if call.method in TRAINING]


def has_own_loop(record: list[RecordedCall], model: str | None) -> bool:
    """True if a training loop of the submission has changed the model with this name."""
    return any(call.method == "GradientTape" and model in call.model for call in record)


def trained(record: list[RecordedCall]) -> bool:
    """True if a recorded call of ``fit`` has completed an epoch, or a custom loop a step."""
    return any(_epochs(call) or call.method != "fit" for call in trainings(record))


def untrained(record: list[RecordedCall]) -> str | None:
    """Return the name of a model whose calls of fit() did not complete an epoch, or None."""
    completed = {call.number for call in trainings(record) if _epochs(call) or call.method != "fit"}
    return next((call.model[0] for call in fits(record) if call.model and call.number not in completed), None)


def _epochs(call: RecordedCall) -> int:
    return max((len(values) for values in call.history.values()), default=0)


def curves(history: Any) -> dict[str, Array]:
    """Return the curves of a history, each float64 (epochs,), with accuracy under that name; {} if it is not a dict."""
    result = {}
    for key, values in history.items() if isinstance(history, dict) else ():
        curve = (
            numbers(values) if isinstance(values, list | tuple | np.ndarray) and len(values) <= MOST_EPOCHS else None
        )
        if curve is not None and curve.ndim == 1 and curve.size:
            prefix = "val_" if key.startswith("val_") else ""
            result[prefix + "accuracy" if key.removeprefix("val_") in ACCURACY else key] = curve
    return result


def is_invented(claimed: dict[str, Array], record: list[RecordedCall]) -> bool:
    """True if models were trained by ``fit``, but the claimed curves differ from the record.

    They may join several fits of one model, one after the other.
    """
    return bool(fits(record)) and not _sources(claimed, record)


@dataclass(frozen=True)
class Part:
    """The epochs of a history, the epochs of its model, and the number of calls of ``fit``."""

    epochs: int
    total: int
    calls: int


def part(claimed: dict[str, Array], record: list[RecordedCall]) -> Part | None:
    """Return the part of a model's training that the claimed curves cover, if it is less than half; None otherwise."""
    parts = []
    for calls, window in _sources(claimed, record):
        total, epochs = sum(map(_epochs, calls)), sum(map(_epochs, window))
        if epochs >= MOST_PARTIAL * total:
            return None
        parts.append(Part(epochs, total, len(calls)))
    return parts[0] if parts else None


def whole(claimed: dict[str, Array], entry: str, record: list[RecordedCall]) -> list[Array]:
    """Return the curve ``entry`` over all epochs of each model with the claimed curves."""
    parts = [[curves(call.history).get(entry, np.empty(0)) for call in calls] for calls, _ in _sources(claimed, record)]
    return [np.concatenate(pieces) for pieces in parts]


def _sources(
    claimed: dict[str, Array], record: list[RecordedCall]
) -> list[tuple[list[RecordedCall], list[RecordedCall]]]:
    """Return the calls of ``fit`` of each model, and the consecutive calls among them that gave the claimed curves."""
    calls_of: dict[int, list[RecordedCall]] = {}
    for call in fits(record):
        calls_of.setdefault(call.number, []).append(call)
    sources = []
    longest = max(claimed, key=lambda key: claimed[key].size, default="")
    for calls in calls_of.values():
        histories = [curves(call.history) for call in calls]
        sizes = [history[longest].size if longest in history else 0 for history in histories]
        for first in range(len(calls)):
            size = 0
            for last in range(first, len(calls)):
                size += sizes[last]
                if size > claimed[longest].size:
                    break
                if size == claimed[longest].size and all(
                    _joined(histories[first : last + 1], key, curve) for key, curve in claimed.items()
                ):
                    sources.append((calls, calls[first : last + 1]))
    return sources


def _joined(histories: list[dict[str, Array]], key: str, claimed: Array) -> bool:
    parts = [history.get(key, np.empty(0)) for history in histories]
    return sum(part.size for part in parts) == claimed.size and np.allclose(
        np.concatenate(parts), claimed, rtol=SAME, equal_nan=True
    )


def _model(call: RecordedCall) -> str:
    return f"`{call.model[0]}`" if call.model else _("a model")


def _name(call: RecordedCall) -> str:
    return call.model[0] if call.model else "fit"


def _size(limits: list[float]) -> float:
    return max(abs(limits[0]), abs(limits[1]))
