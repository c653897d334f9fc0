"""The outputs of a Keras model, from its predictions: probabilities or logits, and whether it is one linear layer.

The last layer does not show that: a layer without effect may follow a softmax, and in a functional or subclassed model
the softmax may be a function between the layers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ...sandbox import observations
from ...sandbox.failures import CallError
from ...support import arrays
from ..context import Context
from . import training

Array = np.ndarray[Any, Any]
Kind = Literal["probabilities", "independent", "logits"]
IMAGES = 24  # of each of three groups
MOST_OUTPUTS = 1000  # of a model
SUM = 1e-3  # allowed difference of the sum of probabilities from 1
LINEAR = 1e-3  # relative deviation of a linear model
FEWEST = 20  # values; fewer prove nothing
SMALLEST = 1e-7  # probability in a loss
TINY = 1e-30  # a smaller probability has lost digits


@dataclass(frozen=True)
class Outputs:
    """The outputs of a model for each image.

    ``kind`` is "probabilities" for numbers that sum to one, "independent" for numbers from 0 to 1 that do not, and
    "logits" for all others, which lie from ``low`` to ``high``. ``linear`` is None if the predictions do not show it.
    """

    count: int
    kind: Kind
    low: float
    high: float
    linear: bool | None


def of(context: Context, model: str, described: observations.KerasModel) -> Outputs | None:
    """Return the outputs of the submission's model for images like those of its training; None without a prediction."""
    images = inputs(context, model, described)
    if images is None:
        return None
    try:
        answer = arrays.numbers(context.student.predict(model, images))
    except CallError as failure:
        if not failure.is_a_mistake:
            raise
        return None
    if (
        answer is None
        or not answer.ndim
        or len(answer) != len(images)
        or not 0 < answer.size <= len(images) * MOST_OUTPUTS
    ):
        return None
    values = answer.reshape(len(images), -1)
    if not np.isfinite(values).all():
        return None
    kind = kind_of(values)
    return Outputs(values.shape[1], kind, float(values.min()), float(values.max()), _is_linear(values, kind))


def kind_of(values: Array) -> Kind:
    """Return the kind of the finite outputs (n, classes) of a model."""
    if values.min() < 0:
        return "logits"
    if values.shape[1] > 1 and np.abs(values.sum(axis=1) - 1).max() < SUM:
        return "probabilities"
    return "independent" if values.max() <= 1 else "logits"


def log_probabilities(values: Array) -> Array:
    """Return the logarithms of the class probabilities for outputs (n, classes), clipped at 1e-7 as in Keras."""
    kind = kind_of(values)
    if kind == "independent":  # if exactly one class is correct, its probability follows from its odds
        within = np.clip(values, SMALLEST, 1 - SMALLEST)
        values = np.log(within / (1 - within))
    if kind != "probabilities":
        shifted = np.exp(values - values.max(axis=1, keepdims=True))
        values = shifted / shifted.sum(axis=1, keepdims=True)
    logarithms: Array = np.log(np.maximum(values, SMALLEST))
    return logarithms


def inputs(context: Context, model: str, described: observations.KerasModel) -> Array | None:
    """Return images, other images, and the mean of each pair, in the shape and range of the training: float32 (3 IMAGES, ...)."""
    name = context.student.find_variable(model)
    fits = [
        call.inputs for call in training.fits(context.student.training()) if name in call.model and call.inputs.shape
    ]
    shape = fits[-1].shape[1:] if fits else described.inputs
    if not shape or min(shape) <= 0 or math.prod(shape) > observations.MOST_ELEMENTS:
        return None
    pixels = np.random.default_rng(0).random((2 * IMAGES, math.prod(shape)))
    for split in context.splits.values():
        if math.prod(split.x_train.shape[1:]) == math.prod(shape) and len(split.x_train) >= 2 * IMAGES:
            pixels = split.x_train[: 2 * IMAGES].reshape(2 * IMAGES, -1) / split.white
    low, high = (fits[-1].range if fits else None) or (0.0, 1.0)
    with np.errstate(all="ignore"):  # a range may be infinite
        pixels = low + (high - low) * pixels
        one, other = pixels[:IMAGES], pixels[IMAGES:]
        return np.concatenate([one, other, (one + other) / 2]).astype(np.float32).reshape(3 * IMAGES, *shape)


def _is_linear(values: Array, kind: Kind) -> bool | None:
    """True if the scores for the mean of two images are the mean of their scores, apart from the softmax or sigmoid."""
    usable = np.ones(values.shape, dtype=bool)
    scores = values
    with np.errstate(all="ignore"):
        if kind == "probabilities":
            usable, scores = values > TINY, np.log(values)
        elif kind == "independent":
            usable, scores = (values > 1e-5) & (values < 1 - 1e-5), np.log(values / (1 - values))
    one, other, middle = (scores[first : first + IMAGES] for first in range(0, 3 * IMAGES, IMAGES))
    in_all = np.logical_and.reduce(usable.reshape(3, IMAGES, -1))
    if in_all.sum() < FEWEST:
        return None
    with np.errstate(all="ignore"):
        deviation = np.where(in_all, middle - (one + other) / 2, 0)
        if kind == "probabilities":  # known except for a constant that is the same for all classes of an image
            deviation -= deviation.sum(axis=1, keepdims=True) / np.maximum(in_all.sum(axis=1, keepdims=True), 1)
        size = np.abs(np.where(in_all, one - other, 0)).max()
    if size < LINEAR:  # the same for all images, as in a network whose units are all dead
        return None
    return bool(np.abs(np.where(in_all, deviation, 0)).max() < LINEAR * max(size, 1.0))
