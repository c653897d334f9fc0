"""What checks of trained models share: predictions on images with known labels, and the bands.

The labels stay here. Student code gets images and answers with predictions; what it printed or stored
about its own accuracy counts for nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..assignment.checks import BandedCheck
from ..binding import describe
from ..datasets import Split
from ..errors import NotGradable
from ..language import _
from ..sandbox import seen
from ..sandbox.endings import CallFailed
from ..statistics import Correct, Losses
from . import outputs, training
from .context import Context

Array = np.ndarray[Any, Any]
MOST_SCORES = 1000  # of an image; more are no scores of classes
FEWEST = 100  # held-out images; fewer say nothing


@dataclass(frozen=True)
class Predicted:
    """The classes that a model gives to the training and to the held-out images, and its scores (n, classes).

    The scores are None for a model that gives nothing but classes.
    """

    training: Array
    held_out: Array
    training_scores: Array | None
    held_out_scores: Array | None


def correct(context: Context, model: str, preprocess: str, dataset: str) -> Correct:
    """Which training and held-out images the submission's ``model`` classifies right."""
    found, split = predicted(context, model, preprocess, dataset), context.split(dataset)
    return Correct(found.training == split.y_train[split.judged].ravel(), found.held_out == split.y_held_out.ravel())


def losses(context: Context, model: str, preprocess: str, dataset: str) -> Losses | None:
    """The cross-entropy of each image, of the probabilities that the model gives; None where it gives classes only."""
    found, split = predicted(context, model, preprocess, dataset), context.split(dataset)
    return losses_of(found.training_scores, split.y_train[split.judged], found.held_out_scores, split.y_held_out)


def losses_of(
    training_scores: Array | None, training_labels: Array, held_out_scores: Array | None, held_out_labels: Array
) -> Losses | None:
    """The same from scores (n, classes) and labels (n,) or (n, 1)."""
    found = []
    for scores, labels in ((training_scores, training_labels.ravel()), (held_out_scores, held_out_labels.ravel())):
        if scores is None or int(labels.max()) >= scores.shape[1]:
            return None
        found.append(-outputs.log_probabilities(scores)[np.arange(len(labels)), labels])
    return Losses(*found)


def predicted(context: Context, model: str, preprocess: str, dataset: str) -> Predicted:
    """What the submission's ``model`` predicts for training and held-out images, asked once per model.

    Of the training images some from all over them, since a submission may have kept any for validation. Raises CallFailed.
    """
    key = (model, preprocess, dataset)
    if key not in context.predicted:
        split = context.split(dataset)
        context.variable(model, rows=1)
        if len(split.x_held_out) < FEWEST:
            raise NotGradable(
                _("{data}: too few to judge a model by; use the whole data set.").format(data=split.describe())
            )
        (training_classes, training_scores), (held_out_classes, held_out_scores) = (
            _predicted(context, model, preprocess, images) for images in (split.x_train[split.judged], split.x_held_out)
        )
        context.predicted[key] = Predicted(training_classes, held_out_classes, training_scores, held_out_scores)
    found: Predicted = context.predicted[key]
    return found


def _predicted(context: Context, model: str, preprocess: str, images: Array) -> tuple[Array, Array | None]:
    inputs = None if context.defines(preprocess) else _as_in_training(context, model, images)
    if inputs is None:
        inputs = next(iter(context.ask(preprocess, {_argument(context, preprocess): images}).values.values()))
    if not isinstance(inputs, np.ndarray) or not inputs.ndim or len(inputs) != len(images):
        message = _("`{function}` makes {value} of {count} images: return one entry for each image.").format(
            function=preprocess, value=describe(inputs), count=len(images)
        )
        raise CallFailed("failed", message)
    answer = context.predict(model, inputs)
    return classes(answer, len(images), f"`{model}.predict`"), scores(answer, len(images))


def _as_in_training(context: Context, model: str, images: Array) -> Array | None:
    """The images as ``fit`` got them, where a submission scales them at its top level and not in a function.

    None where the record does not tell: then the function is asked for.
    """
    name = context.find_variable(model)
    fits = [call.inputs for call in training.fits(context.training()) if name in call.model]
    for shape, limits in ((data.shape[1:], data.range) for data in fits):
        if limits is not None and math.prod(shape) == math.prod(images.shape[1:]):
            scaled = {(0.0, 1.0): images / 255, (-1.0, 1.0): images / 127.5 - 1, (0.0, 255.0): images}
            inputs = scaled.get((round(limits[0], 2), round(limits[1], 2)))
            return None if inputs is None else inputs.astype(np.float32).reshape(len(images), *shape)
    return None


def _argument(context: Context, function: str) -> str:
    return context.content.functions[function].argument_names()[0]


def classes(answer: Any, count: int, source: str) -> Array:
    """The predicted classes (count,) from classes or from scores, one row or one column for each image.

    Raises CallFailed for anything else, and for scores that are no numbers.
    """
    found = seen.array(answer) if isinstance(answer, np.ndarray | list | tuple) else None
    what = describe(answer)
    if found is not None and found.size <= count * MOST_SCORES:
        numbers = found.astype(np.float64)
        if not np.isfinite(numbers).all():
            what = _("numbers that are not finite")
        elif numbers.size == count and np.abs(numbers).max() <= MOST_SCORES:
            return np.asarray(numbers.reshape(count).round(), dtype=np.int64)
        elif numbers.ndim == 2 and count in numbers.shape and numbers.size > count:
            best: Array = numbers.argmax(axis=1 if len(numbers) == count else 0)
            return best
    raise CallFailed(
        "failed",
        _("{source} gives {what} for {count} images: expected a class or ten scores for each.").format(
            source=source, what=what, count=count
        ),
    )


def scores(answer: Any, count: int) -> Array | None:
    """The scores of an answer that :func:`classes` accepts: float64 (count, classes); None where it is classes only."""
    found = seen.numbers(answer)
    if found is None or found.ndim != 2 or found.size <= count:
        return None
    return found if len(found) == count else found.T


def thresholds(check: BandedCheck, split: Split) -> list[tuple[float, float]]:
    """Pairs (value, share of the points from it on), the highest first."""
    spread = check.spread.get("stand-in" if split.stand_in else "real")
    pairs = []
    for band in check.bands:
        if band.at_least is not None:
            pairs.append((band.at_least, band.share))
        elif band.deviations is not None and spread is not None:
            pairs.append((spread.mean - band.deviations * spread.deviation, band.share))
    return sorted(pairs, reverse=True)


def share(check: BandedCheck, value: float, split: Split) -> float:
    """The part of the points that ``value`` earns."""
    return max((part for threshold, part in thresholds(check, split) if value >= threshold), default=0.0)


def rising_share(check: BandedCheck, value: float, split: Split) -> float:
    """The same without steps: the part rises in straight lines from band to band, from half of the lowest one on."""
    bands = sorted(thresholds(check, split))
    lowest = bands[0][0]
    values, shares = (
        [lowest / 2, *(threshold for threshold, _share in bands)],
        [0.0, *(part for _threshold, part in bands)],
    )
    return round(float(np.interp(value, values, shares)), 2)
