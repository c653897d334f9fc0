"""Detects predictions that cannot come from training. They are reported to the instructor and not scored.

Each rule holds for every network that was trained on images and predicts others, for any training.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ...assignment.check import BandedCheck
from ...datasets import Split
from ...judging.statistics import Estimate, difference, mean
from ...report.evidence import Evidence
from ...sandbox.rebuilding import ModelData
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome

Array = np.ndarray[Any, Any]
CERTAIN = 5.0  # standard errors
BETTER = 0.03  # how much the held-out accuracy may exceed that on training images; samples of one kind never differ that much
RECOGNISED = 0.03  # loss of accuracy when a few pixels change by one grey level
ALTERED = 1000  # held-out images that are predicted again with a few pixels changed
PIXELS = 5  # pixels of each image
NEAR = 0.5  # share of the distance of the training; averages of weights are within it


def too_good(context: Context, dataset: str, accuracy: float) -> list[str]:
    """Return the sentence for the instructor if ``accuracy`` is higher than a network can reach, else an empty list."""
    split = context.split(dataset)
    bounds = [
        bound
        for check in context.content.checks
        if isinstance(check, BandedCheck) and check.dataset == dataset
        for bound in check.highest_accuracy("stand-in" if split.stand_in else "real")
    ]
    if not bounds or accuracy <= max(bounds):
        return []
    sentence = _(
        "{percent:.1f} % of the held-out images are classified correctly; networks of this kind do not reach more than {most:.1f} %."
    )
    return [sentence.format(percent=100 * accuracy, most=100 * max(bounds))]


def better_on_unseen(training: Array, held_out: Array) -> list[str]:
    """Return the sentence if held-out images (n,) are clearly more often right than training images (m,), else an empty list."""
    training_share, unseen = mean(training), mean(held_out)
    error = float(np.hypot(training_share.error, unseen.error))
    if unseen.value - training_share.value <= max(BETTER, CERTAIN * error):
        return []
    sentence = _(
        "{unseen:.1f} % of the held-out images are classified correctly, but only {seen:.1f} % of the training images: training does not give such results."
    )
    return [sentence.format(unseen=100 * unseen.value, seen=100 * training_share.value)]


def recognises(right: Array, altered: Array) -> list[str]:
    """Return the sentence if images are much less often right after a few pixels change by one grey level, else an empty list.

    ``right`` and ``altered`` are bool (n,): whether each image is classified correctly before and after the change.
    """
    drop: Estimate = difference(right, altered)
    if drop.value <= max(RECOGNISED, CERTAIN * drop.error):
        return []
    sentence = _(
        "Of {count} held-out images, {before:.1f} % are classified correctly, but only {after:.1f} % after {pixels} pixels of each image change by one grey level: the submission recognises single images."
    )
    message = sentence.format(
        count=len(right), before=100 * mean(right).value, after=100 * mean(altered).value, pixels=PIXELS
    )
    return [message]


def untrained(model: ModelData) -> list[str]:
    """Return the sentence if the model has weights that neither recorded training nor its averages explain, else an empty list."""
    if not model.unknown or model.distance <= NEAR:
        return []
    sentence = _(
        "{count} of its weight arrays did not occur in the model at the end of any recorded epoch of fit(): they were set, or trained elsewhere."
    )
    return [sentence.format(count=model.unknown)]


def altered(split: Split, random: np.random.Generator) -> Array:
    """Return copies of the first held-out images; in each, a few pixels that are not dark are one grey level darker."""
    images = split.x_held_out[:ALTERED].copy()
    flat = images.reshape(len(images), -1)
    # The pixels with the largest random keys are changed; dark pixels have the smallest key.
    keys = np.where(flat >= 2, random.random(flat.shape), -1)
    positions = np.argpartition(keys, -PIXELS, axis=1)[:, -PIXELS:]
    rows = np.arange(len(flat))[:, None]
    flat[rows, positions] -= (flat[rows, positions] >= 2).astype(np.uint8)
    return images


def not_scored(name: str, sentences: list[str]) -> Outcome:
    """Return an outcome without points, with a neutral sentence for the student and the reasons for the instructor."""
    message = _(
        "`{name}` is not scored here, because its predictions do not follow from the recorded training. Train it with fit() in the file that you hand in. If you already do that, ask your instructor to check it."
    )
    reasons = [f"`{name}`: {sentence}" for sentence in sentences]
    return Outcome(0.0, message.format(name=name), Evidence(for_instructor=reasons), hint_fits=False)
