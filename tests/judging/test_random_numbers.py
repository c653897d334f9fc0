"""Correct programs pass in each of 1,000 seeds, and typical mistakes are noticed."""

from __future__ import annotations

import numpy as np
import pytest

from grader.judging import random_numbers as judged

RISK = 1e-7
SEEDS = range(1000)
FEW = range(25)


def weights(seed, calls=20, shape=(30, 20)):
    return [*np.random.default_rng(seed).uniform(-1, 1, (calls, *shape))]


def dropped(seed, p=0.2, calls=200):
    return [*(np.random.default_rng(seed).random((calls, 6, 5)) >= p).astype(float)]


def everything_agrees(seed):
    """Return whether all statistics of correct random numbers agree."""
    samples, mask = weights(seed), dropped(seed)
    normal = [*np.random.default_rng(seed).normal(2, 3, (20, 40))]
    return (
        judged.mean(samples, np.array(0.0), RISK).agrees
        and judged.mean(normal, np.full(40, 2.0), RISK).agrees
        and judged.deviation(samples, 3**-0.5, RISK).agrees
        and judged.deviation(normal, 3, RISK).agrees
        and judged.share(mask, np.full((6, 5), 0.8), RISK).agrees
        and judged.share(mask, np.array(0.8), RISK).agrees
        and judged.distribution(samples, judged.uniform(-1, 1), RISK).agrees
        and judged.distribution(normal, judged.normal(2, 3), RISK).agrees
        and judged.dependence(samples, RISK) is None
        and judged.dependence(mask, RISK) is None
        and judged.dependence(normal, RISK) is None
    )


@pytest.mark.parametrize("seeds", [FEW, pytest.param(SEEDS, marks=pytest.mark.long)], ids=len)
def test_correct_numbers_agree_with_every_seed(seeds):
    assert [seed for seed in seeds if not everything_agrees(seed)] == []


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_wrong_spread_is_noticed(factor):
    statistic = judged.deviation([factor * sample for sample in weights(0)], 3**-0.5, RISK)
    assert not statistic.agrees and statistic.sign == (1 if factor > 1 else -1)
    assert statistic.low < statistic.value < statistic.high


def test_wrong_mean_of_one_entry_is_noticed():
    right = np.zeros((30, 20))
    right[4, 5] = 1.0
    assert not judged.mean(weights(0, calls=400), right, RISK).agrees
    assert judged.mean([np.ones(3)] * 5, np.array(1.0), RISK).agrees  # constants have no error
    assert not judged.mean([np.ones(3)] * 5, np.array(1.1), RISK).agrees


def test_nan_never_agrees():
    samples = [np.array([np.nan, 1.0])] * 5
    assert not judged.mean(samples, np.array(1.0), RISK).agrees
    assert not judged.deviation(samples, 1.0, RISK).agrees
    assert not judged.distribution(samples, judged.uniform(0, 1), RISK).agrees


def test_other_distribution_with_the_same_mean_and_spread_is_noticed():
    normal = [*np.random.default_rng(0).normal(0, 3**-0.5, (20, 30, 20))]
    assert judged.deviation(normal, 3**-0.5, RISK).agrees
    assert not judged.distribution(normal, judged.uniform(-1, 1), RISK).agrees
    assert not judged.share(dropped(0, 0.4), np.array(0.8), RISK).agrees


@pytest.mark.parametrize(
    ("numbers", "dependent"),
    [
        (lambda draw: [draw.random((5, 8))] * 20, "calls"),
        (lambda draw: [np.tile(draw.random(8), (5, 1)) for _ in range(20)], "entries"),
        (lambda draw: [np.tile(draw.random((5, 1)), 8) for _ in range(20)], "entries"),
        (lambda draw: [np.cumsum(draw.random(300)) for _ in range(4)], "entries"),
    ],
)
def test_dependent_numbers_are_noticed(numbers, dependent):
    assert judged.dependence(numbers(np.random.default_rng(1)), RISK) == dependent


def test_two_calls_that_alternate_are_noticed():
    one, other = np.random.default_rng(1).random((2, 40, 8))
    assert judged.dependence([one, other] * 10, RISK) is not None


def test_mean_needs_numbers_of_its_shape():
    with pytest.raises(ValueError, match="have no mean"):
        judged.mean([np.ones((3, 2))], np.ones(3), RISK)
