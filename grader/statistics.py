"""Accuracy and the generalisation gap, with their uncertainty.

All are means of 0 and 1 (right or wrong) over images, so their standard errors follow from the counts;
intervals are the normal approximation, which holds for hundreds of images and more.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from .language import _

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


def mean(values: Array) -> Estimate:
    """The mean of ``values`` (n,), n at least 2; of right (1) and wrong (0) answers it is the accuracy."""
    numbers = np.asarray(values, dtype=np.float64)
    return Estimate(float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(len(numbers)))


def gap(model: Correct) -> Estimate:
    """The generalisation gap: training minus held-out accuracy, two independent samples."""
    training, held_out = mean(model.training), mean(model.held_out)
    return Estimate(training.value - held_out.value, math.hypot(training.error, held_out.error))


def difference(one: Array, other: Array) -> Estimate:
    """How much more of the same images the ``one`` model has right than the ``other``, pair by pair."""
    return mean(np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64))


def gap_reduction(model: Correct, regularized: Correct) -> Estimate:
    """gap(model) - gap(regularized); both saw the same images, so the differences are taken image by image."""
    training = difference(model.training, regularized.training)
    held_out = difference(model.held_out, regularized.held_out)
    return Estimate(training.value - held_out.value, math.hypot(training.error, held_out.error))
