"""Accuracy, loss and the generalisation gap, with their uncertainty.

All are means over images: of 0 and 1 (wrong or right) or of cross-entropies. Their standard errors follow from the
spread over the images. Intervals use the normal approximation, which is valid for hundreds of images or more.
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
        """Return the lower end of the 95 % confidence interval."""
        return self.value - CONFIDENCE * self.error

    @property
    def high(self) -> float:
        """Return the upper end of the 95 % confidence interval."""
        return self.value + CONFIDENCE * self.error

    def percent(self) -> str:
        """Return the value with its interval, e.g. ``4.2 % (3.1 to 5.3)``."""
        pattern = _("{value:.1f} % ({low:.1f} to {high:.1f})")
        return pattern.format(value=100 * self.value, low=100 * self.low, high=100 * self.high)


@dataclass(frozen=True)
class Correct:
    """Whether a model classified each training image and each held-out image correctly: bool arrays (n,)."""

    training: Array
    held_out: Array


@dataclass(frozen=True)
class Losses:
    """The cross-entropy of each training image and of each held-out image: float arrays (n,)."""

    training: Array
    held_out: Array


def mean(values: Array) -> Estimate:
    """Return the mean of ``values`` (n,), n at least 2. For correct (1) and wrong (0) answers it is the accuracy."""
    numbers = np.asarray(values, dtype=np.float64)
    return Estimate(float(numbers.mean()), float(numbers.std(ddof=1)) / math.sqrt(len(numbers)))


def gap(model: Correct | Losses) -> Estimate:
    """Return the generalisation gap: training minus held-out accuracy, or held-out minus training loss.

    The training and held-out images count as independent samples.
    """
    training, held_out = mean(model.training), mean(model.held_out)
    sign = 1 if isinstance(model, Correct) else -1
    return Estimate(sign * (training.value - held_out.value), math.hypot(training.error, held_out.error))


def difference(one: Array, other: Array) -> Estimate:
    """Return the mean of ``one`` minus ``other``, the values of two models for the same images."""
    return mean(np.asarray(one, dtype=np.float64) - np.asarray(other, dtype=np.float64))


def gap_reduction(model: Correct | Losses, regularized: Correct | Losses) -> Estimate:
    """Return ``gap(model) - gap(regularized)``. Both models got the same images, so differences are taken image by image."""
    training = difference(model.training, regularized.training)
    held_out = difference(model.held_out, regularized.held_out)
    sign = 1 if isinstance(model, Correct) else -1
    return Estimate(sign * (training.value - held_out.value), math.hypot(training.error, held_out.error))


def relative_reduction(model: Losses, regularized: Losses) -> Estimate:
    """Return by which share ``regularized`` reduces the gap of ``model``: 1 is all of it, below 0 the gap is larger.

    The gap of ``model`` counts as exact. The share is 0 if ``model`` has no gap.
    """
    reduction, whole = gap_reduction(model, regularized), gap(model)
    if not whole.low > 0:
        return Estimate(0.0, 0.0)
    return Estimate(reduction.value / whole.value, reduction.error / whole.value)


UNLIKELY = 0.01  # the probability below which a number of successes contradicts a share


def fewest_successes(runs: int, share: float) -> int:
    """Return the smallest number of successes in ``runs`` that does not contradict a share of at least ``share``.

    It is the one-sided exact binomial test, or the interval of Clopper and Pearson: fewer have a probability below 1 %.
    """
    below = 0.0
    for successes in range(runs + 1):
        below += math.comb(runs, successes) * share**successes * (1 - share) ** (runs - successes)
        if below >= UNLIKELY:
            return successes
    return runs


def most_successes(runs: int, share: float) -> int:
    """Return the largest number of successes in ``runs`` that does not contradict a share of at most ``share``."""
    return runs - fewest_successes(runs, 1 - share)
