"""``accuracy``: how many held-out images are classified right, in bands around what the reference reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..assignment.checks import AccuracyCheck
from ..diagnosis import told_by_check
from ..judging.statistics import Estimate, mean
from ..student.submitted import Context, Outcome
from ..support.errors import NotGradable
from ..support.i18n import _
from ..worker.frames import MAX_PAYLOAD
from ..worker.values import Kept
from . import pictures, plausible, predictions, training

Array = np.ndarray[Any, Any]
SURE = 0.4  # accuracy with other numbers for the classes; what was learned by a model that counts them otherwise
MOST_BY_CHANCE = 1.2  # times the accuracy of guessing; networks that learned nothing scatter around it


def run(check: AccuracyCheck, context: Context) -> Outcome:
    """Let the submission predict the held-out images and compare with labels that it has never seen."""
    split = context.split(check.dataset)
    noted: list[str] = []
    if check.model is not None and check.preprocess is not None:
        found = predictions.predicted(context, check.model, check.preprocess, check.dataset)
        classes, noted, suspicious = found.held_out, found.notes, found.suspicious
    else:
        classes = _train_and_predict(check, context)
        suspicious = plausible.too_good(context, check.dataset, float((classes == split.y_held_out.ravel()).mean()))
    right = classes == split.y_held_out.ravel()
    reached = mean(right)
    share = predictions.share(check, reached.value, split)
    if suspicious and share > 0:
        return plausible.not_scored(str(check.model or check.train), suspicious)
    evidence = {"accuracy": reached.value, "interval": [reached.low, reached.high], "images": len(right)}
    sentence = _sentence(reached, predictions.thresholds(check, split))
    bugs = None
    if share < 1:
        bug, reason = _reason(check, context, classes, reached, share)
        sentence = f"{sentence} {reason}".strip()
        bugs = told_by_check(bug, str(check.model or check.predict)) if bug else None
    drawn = pictures.curves(context, check.model, check, reached.value) if check.model else []
    drawn += pictures.confusion(classes, split)
    return Outcome(share, sentence, {**evidence, "notes": [sentence, *noted]}, bugs, pictures=drawn)


def _reason(check: AccuracyCheck, context: Context, classes: Array, reached: Estimate, share: float) -> tuple[str, str]:
    """Why less was reached than could be: the bug by its name and a sentence, both "" where that is not known."""
    split = context.split(check.dataset)
    if check.model is not None:
        name = context.find_variable(check.model)
        own = [call for call in context.training() if name in call.model]
        broken = training.labels(own, {check.dataset: context.labels()[check.dataset]})
        if broken is not None:
            return broken.bug, broken.sentence
    labels = split.y_held_out.ravel()
    numbers = np.unique(labels)
    chance = 1 / len(numbers)
    renumbered = _renumbered(classes, labels)
    if reached.value < renumbered / 2 and renumbered > max(SURE, 3 * chance):
        sentence = _(
            "With other numbers for the classes it would be {percent:.1f} %: the model counts the classes otherwise."
        )
        return "classes-renumbered", sentence.format(percent=100 * renumbered)
    if share == 0 and reached.low <= MOST_BY_CHANCE * chance:
        return "no-better-than-chance", ""
    return "", ""


def _renumbered(classes: Array, labels: Array) -> float:
    """The accuracy if each predicted class stood for one class of its own, the best one that is left."""
    predicted, columns = np.unique(classes, return_inverse=True)
    numbers, rows = np.unique(labels, return_inverse=True)
    counts = np.zeros((len(numbers), len(predicted)), dtype=np.int64)
    np.add.at(counts, (rows.ravel(), columns.ravel()), 1)
    right = 0
    for _step in range(min(counts.shape)):
        row, column = np.unravel_index(counts.argmax(), counts.shape)
        right += int(counts[row, column])
        counts[row, :] = counts[:, column] = -1
    return right / len(labels)


def _train_and_predict(check: AccuracyCheck, context: Context) -> Any:
    split = context.split(check.dataset)
    assert check.train is not None and check.predict is not None
    state = context.content.functions[check.train].returns[0]
    images, labels = split.x_train[: split.budget], split.y_train[: split.budget]
    inputs = {check.images: _columns(images), check.labels: labels.ravel().astype(np.int64)}
    context.call(check.train, inputs, keep=state)
    asked = {state: Kept(state), check.images: _columns(split.x_held_out)}
    answer = context.call(check.predict, asked)
    return predictions.classes(answer, len(split.x_held_out), f"`{check.predict}`")


def _columns(images: Any) -> Any:
    """Images (n, ...) of uint8 as float64 (pixels, n) in [0, 1]; raises NotGradable if no message holds them."""
    pixels = images.reshape(len(images), -1).T
    if pixels.size * np.dtype(np.float64).itemsize > MAX_PAYLOAD:
        raise NotGradable(
            _("{count} images are too many to hand over: the assignment has to train on fewer.").format(
                count=len(images)
            )
        )
    return np.divide(pixels, 255.0, out=np.empty(pixels.shape))


def _sentence(reached: Estimate, thresholds: list[tuple[float, float]]) -> str:
    full, first = thresholds[0][0], thresholds[-1][0]
    if reached.value >= full:
        sentence = _("{accuracy} of the held-out images are classified correctly.")
    elif reached.value < first < full:
        sentence = _(
            "{accuracy} of the held-out images are classified correctly; points from {first:.1f} % on, full marks from {full:.1f} %."
        )
    else:
        sentence = _("{accuracy} of the held-out images are classified correctly; full marks from {full:.1f} %.")
    return sentence.format(accuracy=reached.percent(), first=100 * first, full=100 * full)
