"""Mistakes in the training of a Keras model that explain a low accuracy: inputs, learning rate, batches, epochs.

The evidence is the optimizer's configuration and the record of the training. A name is given only if both show it.
"""

from __future__ import annotations

import contextlib
import math
from typing import Any

import numpy as np

from ...sandbox.failures import CallError
from ...sandbox.observations import KerasModel, RecordedCall
from ...support.i18n import _, ngettext
from ..context import Context
from . import failed_fit, model_mistakes, outputs, training
from .two_models import ModelProblem

Array = np.ndarray[Any, Any]
USUAL = {  # learning rates: the defaults of Keras
    "Adam": 1e-3, "AdamW": 1e-3, "Nadam": 1e-3, "Adamax": 1e-3, "RMSprop": 1e-3, "Adagrad": 1e-3, "SGD": 1e-2, "Lion": 1e-3,
}  # fmt: skip
HIGH, LOW = 10.0, 0.1  # times the usual rate
LOWEST = 0.01  # with it the weights hardly change
LARGE = 3.0  # largest absolute input above which images were not scaled; standardised images reach about 3
SCALED = 30.0  # a range that only stored pixels have
FALLING = 0.02  # relative fall of the loss in an epoch after which training has not ended
FEW = 8  # epochs; more are not called few
FEWEST_STEPS = 100
SMALLEST_SHARE = 0.2  # of the images in one batch that is called large


def of(context: Context, name: str) -> ModelProblem | None:
    """Return the mistake of the submission's model ``name`` because of which its accuracy is low, or None."""
    model = context.student.model(name)
    observed = outputs.of(context, name, model)
    mistake = model_mistakes.of(context, name, model, observed)
    if mistake is not None:
        return mistake
    own_name = context.student.find_variable(name)
    every = [call for call in training.trainings(context.student.training()) if own_name in call.model]
    own = training.fits(every)
    if not own:
        return _of_own_loop(context, name, model, every[-1]) if every else None
    if not training.trained(own):
        return failed_fit.of(context, name)
    losses = np.concatenate([training.curves(call.history).get("loss", np.empty(0)) for call in own])
    return (
        _not_scaled(name, model, own[-1])
        or _too_high(name, model, losses)
        or _too_low(name, model, losses)
        or _large_batches(name, own, losses)
        or _few_epochs(name, model, losses)
    )


def _of_own_loop(context: Context, name: str, model: KerasModel, call: RecordedCall) -> ModelProblem | None:
    """Return the mistake in a training loop of the submission, with the losses in its history if it has only one."""
    losses = np.empty(0)
    histories = [key for key, declared in context.content.variables.items() if declared.type == "history"]
    if len(histories) == 1:
        with contextlib.suppress(CallError):
            losses = training.curves(context.student.variable(histories[0]).value).get("loss", losses)
    return (
        _not_scaled(name, model, call)
        or _too_high(name, model, losses)
        or _too_low(name, model, losses)
        or _few_epochs(name, model, losses)
    )


def _not_scaled(name: str, model: KerasModel, call: RecordedCall) -> ModelProblem | None:
    limits = call.inputs.range
    scales = any(layer.type in ("Rescaling", "Normalization", "BatchNormalization") for layer in model.layers[:2])
    if limits is None or max(map(abs, limits)) < SCALED or scales:
        return None
    sentence = _(
        "`{model}` is trained with values from {low:g} to {high:g}: scale the images to 0 to 1 before the training, as preprocess() does."
    )
    return ModelProblem("not-scaled", sentence.format(model=name, low=limits[0], high=limits[1]))


def _rate(model: KerasModel) -> tuple[str, float, float] | None:
    """Return the name of the optimizer, its learning rate, and how many times the usual rate that is; None if unknown."""
    optimizer = model.optimizer.split(" ")[0]
    if model.learning_rate is None or optimizer not in USUAL or not model.learning_rate > 0:
        return None
    return optimizer, model.learning_rate, model.learning_rate / USUAL[optimizer]


def _too_high(name: str, model: KerasModel, losses: Array) -> ModelProblem | None:
    """The rate is far above the usual one, and the loss is not finite, or has hardly fallen since the first epoch."""
    rate = _rate(model)
    if rate is None or rate[2] < HIGH or not losses.size:
        return None
    count = max(model.output_count, 2)
    start = min(losses[0], math.log(count))  # of guessing: the first epoch of a rate that is too high may be far above
    if np.isfinite(losses).all() and losses[-1] < 0.5 * start:
        return None
    sentence = _(
        "The learning rate {rate:g} of `{model}` is far too high for {optimizer}: the training loss does not fall as it should. Try a tenth or a hundredth of it."
    )
    return ModelProblem("learning-rate-too-high", sentence.format(rate=rate[1], model=name, optimizer=rate[0]))


def _too_low(name: str, model: KerasModel, losses: Array) -> ModelProblem | None:
    """The rate is far below the usual one, and the loss still falls in the last epochs, or hardly falls in all of them."""
    rate = _rate(model)
    if rate is None or rate[2] > LOW or not losses.size:
        return None
    stands_still = rate[2] <= LOWEST and losses[-1] > 0.9 * losses[0]
    if not stands_still and not _falls(losses):
        return None
    sentence = _(
        "The learning rate {rate:g} of `{model}` is far too low for {optimizer}: the training loss falls too slowly. Try ten times as much."
    )
    return ModelProblem("learning-rate-too-low", sentence.format(rate=rate[1], model=name, optimizer=rate[0]))


def _falls(losses: Array) -> bool:
    """True if the loss was still falling at the end, or if there is only one epoch."""
    if losses.size < 2:
        return bool(losses.size)
    last = losses[-4:]
    fall = 1 - (last[-1] / last[0]) ** (1 / (len(last) - 1)) if last[0] > 0 and last[-1] > 0 else math.nan
    return bool(fall > FALLING / 4)


def _large_batches(name: str, calls: list[RecordedCall], losses: Array) -> ModelProblem | None:
    """A batch is a large share of the images, and training has few steps."""
    rows, batch = calls[-1].inputs.rows, calls[-1].batch_size
    if not rows or batch < SMALLEST_SHARE * rows or not losses.size:
        return None
    steps = losses.size * math.ceil(rows / batch)
    if steps > FEWEST_STEPS:
        return None
    sentence = _(
        "A batch of `{model}` has {batch} of {rows} images, so the whole training has only about {steps} steps: use smaller batches, such as 32 or 128."
    )
    return ModelProblem("batch-too-large", sentence.format(model=name, batch=batch, rows=rows, steps=steps))


def _few_epochs(name: str, model: KerasModel, losses: Array) -> ModelProblem | None:
    """There are few epochs, and the loss still falls clearly in the last one; an unusual rate may be the reason for that."""
    rate = _rate(model)
    if rate is not None and not LOW < rate[2] < HIGH:
        return None
    if not 0 < losses.size <= FEW or not np.isfinite(losses).all():
        return None
    if losses.size > 1 and not losses[-1] < (1 - FALLING) * losses[-2]:
        return None
    sentence = ngettext(
        "`{model}` was trained for {epochs} epoch, and its training loss still fell in the last one: train it longer.",
        "`{model}` was trained for {epochs} epochs, and its training loss still fell in the last one: train it longer.",
        losses.size,
    )
    return ModelProblem("too-few-epochs", sentence.format(model=name, epochs=losses.size))
