"""Accuracies, gaps and their standard errors."""

from __future__ import annotations

import math

import numpy as np
import pytest

from grader.judging.statistics import (
    Correct,
    Estimate,
    Losses,
    difference,
    gap,
    gap_reduction,
    mean,
    relative_reduction,
)

pytestmark = pytest.mark.quick

RANDOM = np.random.default_rng(0)


def test_mean_has_the_standard_error_of_its_values():
    estimate = mean(np.array([True] * 75 + [False] * 25))
    assert estimate.value == 0.75
    assert estimate.error == pytest.approx(math.sqrt(0.75 * 0.25 / 99))


def test_interval_covers_the_true_mean_in_95_percent_of_the_cases():
    samples = (mean(RANDOM.random(400) < 0.8) for _ in range(500))
    covered = np.mean([estimate.low <= 0.8 <= estimate.high for estimate in samples])
    assert 0.92 <= covered <= 0.98


def test_percentage_has_its_interval():
    assert Estimate(0.042, 0.01 / 1.96).percent() == "4.2 % (3.2 to 5.2)"


def test_gap_is_positive_for_a_model_that_overfits():
    correct = Correct(np.ones(100), np.array([1, 0] * 50))
    losses = Losses(np.linspace(0, 0.2, 100), np.linspace(0.9, 1.1, 100))
    assert gap(correct).value == 0.5
    assert gap(losses).value == pytest.approx(0.9)
    assert gap(correct).error == mean(correct.held_out).error  # the training accuracy has no spread


def test_difference_is_taken_pair_by_pair():
    values = RANDOM.normal(size=1000)
    estimate = difference(values + 0.1, values)
    assert estimate.value == pytest.approx(0.1)
    assert estimate.error == pytest.approx(0, abs=1e-9)


def test_reduction_is_the_difference_of_the_gaps():
    model = Losses(RANDOM.random(200), 1 + RANDOM.random(200))
    other = Losses(0.5 + RANDOM.random(200), 1 + RANDOM.random(200))
    assert gap_reduction(model, other).value == pytest.approx(gap(model).value - gap(other).value)
    assert relative_reduction(model, other).value == pytest.approx(1 - gap(other).value / gap(model).value)


def test_model_without_a_gap_has_nothing_to_reduce():
    same = Losses(RANDOM.random(200), RANDOM.random(200))
    assert relative_reduction(same, same) == Estimate(0.0, 0.0)
