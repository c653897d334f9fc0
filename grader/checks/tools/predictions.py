"""Code that checks of trained models share: predictions for images with known labels, and the bands.

The labels never leave the grader. Student code gets images and returns predictions; any accuracy that it printed or stored
is ignored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ...assignment.check import BandedCheck
from ...datasets import Split
from ...judging.statistics import Correct, Losses
from ...judging.wrong_answer import WrongAnswer
from ...sandbox.rebuilding import CannotRebuild, ModelData, PixelMap
from ...student.answers import PlannedCall
from ...support import arrays
from ...support.arrays import describe
from ...support.errors import NotGradable
from ...support.i18n import _
from ...support.text import clean
from ..context import Context
from . import outputs, pixels, plausible, training

Array = np.ndarray[Any, Any]
Predict = Callable[[Array], Array]
MOST_SCORES = 1000  # scores of an image; more are not scores of classes
FEWEST = 100  # held-out images; fewer prove nothing
AT_ONCE = 500  # images in one call, because the size of an answer is limited by that of the call
SAMPLE = 64  # inputs for which a rebuilt model must agree with the original
SAME = 0.01  # allowed mean difference of answers, relative to their range


@dataclass(frozen=True)
class Predicted:
    """The classes that a model gives to the training and to the held-out images, and its scores (n, classes).

    The scores are None for a model that gives only classes. ``notes`` name the parts that student code computed;
    ``suspicious`` are sentences for the instructor, the reasons why the model is not scored.
    """

    training: Array
    held_out: Array
    training_scores: Array | None
    held_out_scores: Array | None
    notes: list[str]
    suspicious: list[str]


def correct(context: Context, model: str, preprocess: str, dataset: str) -> Correct:
    """Return the training and held-out images that the submission's ``model`` classifies correctly."""
    predictions, split = predicted(context, model, preprocess, dataset), context.split(dataset)
    return Correct(
        predictions.training == split.y_train[split.judged].ravel(), predictions.held_out == split.y_held_out.ravel()
    )


def losses(context: Context, model: str, preprocess: str, dataset: str) -> Losses | None:
    """Return the cross-entropy of each image from the model's probabilities; None if it gives only classes."""
    predictions, split = predicted(context, model, preprocess, dataset), context.split(dataset)
    return losses_of(
        predictions.training_scores, split.y_train[split.judged], predictions.held_out_scores, split.y_held_out
    )


def losses_of(
    training_scores: Array | None, training_labels: Array, held_out_scores: Array | None, held_out_labels: Array
) -> Losses | None:
    """Return the cross-entropy of each image from scores (n, classes) and labels (n,) or (n, 1)."""
    parts = []
    for scores, labels in ((training_scores, training_labels.ravel()), (held_out_scores, held_out_labels.ravel())):
        if scores is None or int(labels.max()) >= scores.shape[1]:
            return None
        parts.append(-outputs.log_probabilities(scores)[np.arange(len(labels)), labels])
    return Losses(*parts)


def predicted(context: Context, model: str, preprocess: str, dataset: str) -> Predicted:
    """Return the predictions of the submission's ``model`` for training and held-out images, computed once for each model.

    The training images are from all parts of the data, since a submission may have kept any for validation. If possible, the
    model is rebuilt outside student code, and student code sees no held-out image. Raises CallError.
    """
    key = (model, preprocess, dataset)
    if key not in context.predictions:
        split = context.split(dataset)
        context.student.keras_model(model)
        if len(split.x_held_out) < FEWEST:
            raise NotGradable(
                _("{data}: too few images to judge a model; use the whole dataset.").format(data=split.describe())
            )
        context.predictions[key] = _predicted(context, model, preprocess, split)
    result: Predicted = context.predictions[key]
    return result


def _predicted(context: Context, model: str, preprocess: str, split: Split) -> Predicted:
    batches = [split.x_train[split.judged], split.x_held_out]
    data = context.student.model_data(model)
    pixel_map = _fixed_map(context, model, preprocess, split)
    make: Predict = pixel_map or partial(_prepared, context, preprocess)
    outside, notes = True, []
    try:
        rebuilt = _rebuilt(context, model, data, make(batches[0][:SAMPLE]))
        if pixel_map is None:
            batches.append(plausible.altered(split, context.generator("altered")))
        answers = _mixed(context, batches, lambda images: rebuilt(make(images)))
    except CannotRebuild:
        outside = False
        batches = [*batches[:2], plausible.altered(split, context.generator("altered"))]
        answers = _mixed(context, batches, lambda images: _in_its_own_worker(context, model, make(images)))
    if pixel_map is None:
        sentence = _(
            "`{function}` does more than to map each pixel by itself, so your own code prepared the images for the evaluation of the model: accepted."
        )
        notes.append(sentence.format(function=preprocess))
    if not outside:
        notes.append(_not_rebuilt(model, data.foreign))
    source = f"`{model}.predict`"
    all_classes = [classes(answer, len(batch), source) for answer, batch in zip(answers, batches, strict=True)]
    training_scores, held_out_scores = (scores(answer, len(answer)) for answer in answers[:2])
    labels = (split.y_train[split.judged], split.y_held_out, split.y_held_out)
    right = [
        numbers == true_labels.ravel()[: len(numbers)]
        for numbers, true_labels in zip(all_classes, labels, strict=False)
    ]
    suspicious = [
        *plausible.too_good(context, split.name, float(right[1].mean())),
        *plausible.better_on_unseen(right[0], right[1]),
        *(plausible.recognises(right[1][: len(right[2])], right[2]) if len(right) > 2 else ()),
        *plausible.untrained(data),
    ]
    return Predicted(all_classes[0], all_classes[1], training_scores, held_out_scores, notes, suspicious)


def _fixed_map(context: Context, model: str, preprocess: str, split: Split) -> PixelMap | None:
    """Return the map from images to inputs, if it is one map for each pixel, otherwise None; computed once."""
    key = (preprocess, split.name)
    if not context.student.defines(preprocess):
        pixel_map = _as_in_training(context, model, split)
        if pixel_map is not None:
            return pixel_map
    if key not in context.predictions:
        argument = _argument(context, preprocess)
        context.predictions[key] = pixels.fixed_map(context, preprocess, argument, split)
    result: PixelMap | None = context.predictions[key]
    return result


def _mixed(context: Context, batches: list[Array], predict: Predict) -> list[Array]:
    """Return the answers (n, ...) for batches of images, which are mixed and sent in parts; raises the errors of ``predict``."""
    images = np.concatenate(batches)
    order = context.generator("order").permutation(len(images))
    answers = [predict(images[rows]) for rows in np.array_split(order, -(-len(order) // AT_ONCE))]
    if len({answer.shape[1:] for answer in answers}) > 1:
        raise WrongAnswer(_("The model returns entries of a different shape in each call."))
    mixed = np.concatenate(answers)
    whole = np.empty_like(mixed)
    whole[order] = mixed
    return np.split(whole, np.cumsum([len(batch) for batch in batches])[:-1])


def _prepared(context: Context, preprocess: str, images: Array) -> Array:
    """Return the results of the submission's ``preprocess`` for images; raises CallError."""
    answer = context.student.call(PlannedCall(preprocess, {_argument(context, preprocess): images}))
    inputs = next(iter(answer.values.values()))
    if not isinstance(inputs, np.ndarray) or not inputs.ndim or len(inputs) != len(images):
        message = _("`{function}` returned {value} for {count} images: return one entry for each image.").format(
            function=preprocess, value=describe(inputs), count=len(images)
        )
        raise WrongAnswer(message)
    return inputs


def _rebuilt(context: Context, model: str, data: ModelData, sample: Array) -> Predict:
    """Return the rebuilt model, which predicts from inputs; raises CannotRebuild, also if its answers differ for a sample."""
    rebuilder = context.rebuilder
    if data.configuration is None or rebuilder is None:
        raise CannotRebuild
    if model not in context.student.samples:
        context.student.predict(model, sample)
    inputs, answer = context.student.samples[model]
    original, same = arrays.numbers(answer), rebuilder.predictions(data, context.student.level, inputs)
    if original is None or original.shape != same.shape or not _agree(original, same.astype(np.float64)):
        raise CannotRebuild
    return partial(rebuilder.predictions, data, context.student.level)


def _agree(one: Array, other: Array) -> bool:
    """True if two answers of a model agree apart from rounding, possibly on another device."""
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return np.array_equal(np.isfinite(one), np.isfinite(other))
    return float(np.abs(one - other).mean()) <= SAME * max(float(np.ptp(one)), 1e-6)


def _in_its_own_worker(context: Context, model: str, inputs: Array) -> Array:
    """Return the predictions in the submission's worker: classes (n, 1) or scores (n, classes)."""
    answer = context.student.predict(model, inputs)
    classes(answer, len(inputs), f"`{model}.predict`")  # raises CallError if the answer is not valid
    numbers = arrays.numbers(answer)
    assert numbers is not None
    in_rows = len(numbers) == len(inputs) or numbers.size == len(inputs)
    return numbers.reshape(len(inputs), -1) if in_rows else numbers.T


def _not_rebuilt(model: str, foreign: str) -> str:
    if foreign:
        sentence = _(
            "`{model}` has a part that is not from Keras ({name}), so it could not be rebuilt and was evaluated together with your own code: accepted."
        )
    else:
        sentence = _(
            "`{model}` could not be rebuilt from its layers and weights, so it was evaluated together with your own code: accepted."
        )
    return sentence.format(model=model, name=clean(foreign, 60))


def _as_in_training(context: Context, model: str, split: Split) -> PixelMap | None:
    """Return the scaling of the images that ``fit`` got, if a submission scales them at its top level and not in a function.

    Return None if the record does not show it: then the function is required.
    """
    name = context.student.find_variable(model)
    fits = [call.inputs for call in training.fits(context.student.training()) if name in call.model]
    count = math.prod(split.x_train.shape[1:])
    values = np.arange(pixels.VALUES)
    for shape, limits in ((data.shape[1:], data.range) for data in fits):
        if limits is not None and math.prod(shape) == count:
            scaled = {
                (0.0, 1.0): values / split.white,
                (-1.0, 1.0): 2 * values / split.white - 1,
                (0.0, float(split.white)): values,
            }
            column = scaled.get((round(limits[0], 2), round(limits[1], 2)))
            if column is None:
                return None
            table = np.repeat(column.astype(np.float32)[:, None], count, axis=1)
            return PixelMap(np.arange(count), table, tuple(shape))
    return None


def _argument(context: Context, function: str) -> str:
    return context.content.functions[function].argument_names()[0]


def classes(answer: Any, count: int, source: str) -> Array:
    """Return the predicted classes (count,) from classes or from scores, one row or one column for each image.

    Raises CallError for anything else, and for scores that are not finite numbers.
    """
    values = arrays.array(answer) if isinstance(answer, np.ndarray | list | tuple) else None
    what = describe(answer)
    if values is not None and values.size <= count * MOST_SCORES:
        numbers = values.astype(np.float64)
        if not np.isfinite(numbers).all():
            what = _("numbers that are not finite")
        elif numbers.size == count and np.abs(numbers).max() <= MOST_SCORES:
            return np.asarray(numbers.reshape(count).round(), dtype=np.int64)
        elif numbers.ndim == 2 and count in numbers.shape and numbers.size > count:
            best: Array = numbers.argmax(axis=1 if len(numbers) == count else 0)
            return best
    raise WrongAnswer(
        _("{source} returned {what} for {count} images; expected a class or ten scores for each.").format(
            source=source, what=what, count=count
        ),
    )


def scores(answer: Any, count: int) -> Array | None:
    """Return the scores of an answer that :func:`classes` accepts: float64 (count, classes); None for classes."""
    numbers = arrays.numbers(answer)
    if numbers is None or numbers.ndim != 2 or numbers.size <= count:
        return None
    return numbers if len(numbers) == count else numbers.T


def thresholds(check: BandedCheck, split: Split | None = None) -> list[tuple[float, float]]:
    """Return pairs (value, share of the points from this value on), the highest first; without a split for a sample."""
    spread = None if split is None else check.spread.get("stand-in" if split.stand_in else "real")
    pairs = []
    for band in check.bands:
        if band.at_least is not None:
            pairs.append((band.at_least, band.share))
        elif band.deviations is not None and spread is not None:
            pairs.append((spread.mean - band.deviations * spread.deviation, band.share))
    return sorted(pairs, reverse=True)


def share(check: BandedCheck, value: float, split: Split | None = None) -> float:
    """Return the share of the points that ``value`` earns."""
    return max((part for threshold, part in thresholds(check, split) if value >= threshold), default=0.0)


def rising_share(check: BandedCheck, value: float, split: Split | None = None) -> float:
    """Return the share without steps: it rises linearly from band to band, starting at half of the lowest band."""
    bands = sorted(thresholds(check, split))
    lowest = bands[0][0]
    values, shares = (
        [lowest / 2, *(threshold for threshold, _share in bands)],
        [0.0, *(part for _threshold, part in bands)],
    )
    return round(float(np.interp(value, values, shares)), 2)
