"""Accuracy, loss and the generalisation gap, with their uncertainty.

All are means over images, of 0 and 1 (right or wrong) or of cross-entropies, so their standard errors follow from the
spread over the images; intervals are the normal approximation, which holds for hundreds of images and more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..support.i18n import _

Array = np.ndarray[Any, Any]
CONFIDENCE = 1.96  # standard errors on each side of a 95 % interval


@dataclass(frozen=True)
class Estimate:
    """A measured value and its standard error."""

    value: float
    error: float

    @property
    def low(self) -> float:
        """Lower end of the 95 % confidence interval."""
        return self.value - CONFIDENCE * self.error

    @property
    def high(self) -> float:
        """Upper end of the 95 % confidence interval."""
        return self.value + CONFIDENCE * self.error

    def percent(self) -> str:
        """E.g. ``4.2 % (3.1 to 5.3)``, with its interval."""
        told = _("{value:.1f} % ({low:.1f} to {high:.1f})")
        return told.format(value=100 * self.value, low=100 * self.low, high=100 * self.high)


@dataclass(frozen=True)
class Correct:
    """Which images of a training and of a held-out set a model classified right: bool arrays (n,)."""

    training: Array
    held_out: Array


@dataclass(frozen=True)
class Losses:
    """The cross-entropy of each image of a training and of a held-out set: float arrays (n,)."""

    training: Array
    held_out: Array


def mean(values: Array) -> Estimate:
    """The mean of ``values`` (n,), n at least 2; of right (1) and wrong (0) answers it is the accuracy."""
    numbers = np.asarray(values, dtype=np.float64)
    return Estimate(float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(len(numbers)))


def gap(model: Correct | Losses) -> Estimate:
    """The generalisation gap, two independent samples: training minus held-out accuracy, or held-out minus training loss."""
    training, held_out = mean(model.training), mean(model.held_out)
    sign = 1 if isinstance(model, Correct) else -1
    return Estimate(sign * (training.value - held_out.value), math.hypot(training.error, held_out.error))


def difference(one: Array, other: Array) -> Estimate:
    """How much more the ``one`` model has than the ``other`` on the same images, pair by pair."""
    return mean(np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64))


def gap_reduction(model: Correct | Losses, regularized: Correct | Losses) -> Estimate:
    """gap(model) - gap(regularized); both saw the same images, so the differences are taken image by image."""
    training = difference(model.training, regularized.training)
    held_out = difference(model.held_out, regularized.held_out)
    sign = 1 if isinstance(model, Correct) else -1
    return Estimate(sign * (training.value - held_out.value), math.hypot(training.error, held_out.error))


def relative_reduction(model: Losses, regularized: Losses) -> Estimate:
    """The part of the gap of ``model`` that ``regularized`` does not have: 1 is all of it, below 0 its gap is larger.

    The gap of ``model`` counts as known. Without a gap there is nothing to reduce, and the part is 0.
    """
    reduction, whole = gap_reduction(model, regularized), gap(model)
    if not whole.low > 0:
        return Estimate(0.0, 0.0)
    return Estimate(reduction.value / whole.value, reduction.error / whole.value)
