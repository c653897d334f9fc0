"""Statistics of random numbers, each with an interval that contains the right value of a correct program almost always.

``risk`` is the probability that a correct program is judged wrong. A statistic that is an array divides it among its
entries. Shares and distributions have bounds that hold for any count of numbers (Bernstein 1924; Dvoretzky, Kiefer and
Wolfowitz 1956, with the constant of Massart 1990). Means, standard deviations and correlations use the normal
approximation, which is valid for some hundreds of numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
LAGS = (1, 2, 3)  # distances of the calls or entries that are compared
FEWEST = 500  # pairs of numbers; fewer prove nothing
EXACT = 1e-9  # relative difference of numbers that count as equal


@dataclass(frozen=True)
class Statistic:
    """A statistic of the numbers at the entry where it differs most from the right value, and its interval there.

    ``agrees`` is True if all entries agree with the right values. ``sign`` is 1 if the value is too large, -1 if it is
    too small.
    """

    agrees: bool
    value: float
    low: float
    high: float
    sign: int


def pooled(samples: list[Array], shape: tuple[int, ...]) -> Array:
    """Return the numbers of all calls as (n, *shape): all axes before those of ``shape`` are repetitions.

    Raises ValueError if the samples do not end with this shape.
    """
    for sample in samples:
        if sample.shape[sample.ndim - len(shape) :] != shape:
            raise ValueError(f"numbers of the shape {sample.shape} have no mean of the shape {shape}")
    return np.concatenate([sample.reshape(-1, *shape) for sample in samples])


def mean(samples: list[Array], right: Array, risk: float) -> Statistic:
    """Compare the mean with ``right``, an array or a number, entry by entry."""
    numbers = pooled(samples, right.shape)
    count = len(numbers)
    error = numbers.std(axis=0, ddof=1) / math.sqrt(count) if count > 1 else np.zeros(right.shape)
    errors = _normal(risk, right.size)
    errors *= 1 + (errors**2 + 1) / (4 * max(count - 1, 1))  # of Student's t, in first order
    return _statistic(numbers.mean(axis=0), right, errors * error)


def deviation(samples: list[Array], right: float, risk: float) -> Statistic:
    """Compare the standard deviation of all numbers with ``right``. The error follows from the fourth moment."""
    numbers = pooled(samples, ())
    centred = numbers - numbers.mean()
    variance = float(np.mean(centred**2))
    of_variance = math.sqrt(max(float(np.mean(centred**4)) - variance**2, 0.0) / len(numbers))
    error = of_variance / (2 * math.sqrt(variance)) if variance else 0.0
    return _statistic(np.array(math.sqrt(variance)), np.array(right), np.array(_normal(risk, 1) * error))


def share(samples: list[Array], right: Array, risk: float) -> Statistic:
    """Compare the share of true values with ``right``, entry by entry."""
    numbers = pooled([sample != 0 for sample in samples], right.shape)
    bits = math.log(2 * right.size / risk)
    bound = bits / 3 + np.sqrt(bits**2 / 9 + 2 * bits * len(numbers) * right * (1 - right))
    return _statistic(numbers.mean(axis=0), right, bound / len(numbers))


def distribution(samples: list[Array], probability: Callable[[Array], Array], risk: float) -> Statistic:
    """Compare the numbers with a distribution function; the statistic is the largest difference of the two functions."""
    numbers = np.sort(pooled(samples, ()))
    expected = probability(numbers)
    steps = np.arange(len(numbers) + 1) / len(numbers)
    largest = float(np.maximum(steps[1:] - expected, expected - steps[:-1]).max())
    bound = math.sqrt(math.log(2 / risk) / (2 * len(numbers)))
    return Statistic(largest <= bound, largest, 0.0, bound, 1)


def uniform(low: float, high: float) -> Callable[[Array], Array]:
    """Return the distribution function of uniform numbers."""
    return lambda numbers: np.clip((numbers - low) / (high - low), 0, 1)


def normal(centre: float, spread: float) -> Callable[[Array], Array]:
    """Return the distribution function of normal numbers with this mean and standard deviation."""
    chosen = NormalDist(centre, spread)
    return lambda numbers: np.array([chosen.cdf(number) for number in numbers])


def dependence(samples: list[Array], risk: float) -> Literal["calls", "entries"] | None:
    """Return which numbers depend on each other, those of different calls or those of one call; None if none do.

    ``samples`` have one shape. Calls, and entries along each axis, are compared with those 1, 2 and 3 places before.
    """
    if all(np.array_equal(sample, samples[0]) for sample in samples):
        return "calls"
    numbers = np.stack(samples).astype(np.float64)
    numbers = numbers - numbers.mean()
    for axis in (*range(1, numbers.ndim), 0):  # calls last, since equal entries make calls look alike
        rows = np.moveaxis(numbers, axis, 0).reshape(numbers.shape[axis], -1)
        if _are_correlated(rows, risk / numbers.ndim):
            return "entries" if axis else "calls"
    return None


def _are_correlated(rows: Array, risk: float) -> bool:
    """True if each of the rows (n, entries), whose mean is 0, depends on one of the rows before it, on average."""
    for lag in LAGS:
        first, second = rows[:-lag].ravel(), rows[lag:].ravel()
        if first.size < FEWEST:
            continue
        length = float(np.linalg.norm(first)) * float(np.linalg.norm(second))
        if abs(float(first @ second)) > _normal(risk, len(LAGS)) / math.sqrt(first.size) * length:
            return True
    return False


def _normal(risk: float, count: float) -> float:
    """Return how many standard errors each of ``count`` values may be away from its mean."""
    return NormalDist().inv_cdf(1 - risk / (2 * max(count, 1)))


def _statistic(value: Array, right: Array, bound: Array) -> Statistic:
    allowed = np.atleast_1d(bound + EXACT * np.maximum(np.abs(right), np.abs(value)))
    difference = np.atleast_1d(value - right)
    worst = int(np.argmax(np.abs(difference.ravel()) - allowed.ravel()))
    measured = float(np.ravel(value)[worst])
    error = float(np.ravel(np.broadcast_to(bound, np.shape(value)))[worst])
    # "not <=" instead of ">": a NaN must never agree
    agrees = bool((np.abs(difference) <= allowed).all())
    return Statistic(agrees, measured, measured - error, measured + error, 1 if difference.ravel()[worst] > 0 else -1)
