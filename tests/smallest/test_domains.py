from __future__ import annotations

import numpy as np
import pytest

from grader.assignment.probes import RandomInput
from grader.smallest.domains import domain_of


@pytest.mark.parametrize(
    ("declared", "inside", "outside"),
    [
        (RandomInput(random="choice", values=[0, 1], shape=[2]), [0, 1], [2]),
        (RandomInput(random="uniform", low=0.05, high=0.95, shape=[2]), [0.5, 0.25], [0.0]),
        (RandomInput(random="uniform", low=0, high=256, shape=[2], dtype="uint8"), [0, 255], [256]),
        (RandomInput(random="labels", values=[0, 1, 2], shape=[3], dtype="int"), [2, 0], [0, 1]),
        ([0, 1, 0, 1], [0, 1], [0.5]),
        ([-0.2, 0.4, -1.0], [0.0, 1.0], [50.0]),
        (20, [1], [0]),
        (True, [1], [0]),
    ],
)
def test_values_stay_in_the_range_that_the_probe_declares(declared, inside, outside):
    domain = domain_of(declared)
    assert domain.allows(np.array(inside))
    assert not domain.allows(np.array(outside))
    assert all(domain.allows([value, *([domain.needed] if domain.needed else [])]) for value in domain.simple)


def test_zero_is_simpler_than_one_and_one_than_a_fraction():
    domain = domain_of(RandomInput(random="normal", shape=[2]))
    assert domain.allows(np.array([0.0, -3.5]))
    sizes = [domain.complexity(value) for value in (0.0, 1.0, -2.0, 0.25, 0.123456789)]
    assert sizes == sorted(sizes)


def test_large_numbers_stay_large():
    assert max(domain_of(RandomInput(random="normal", shape=[2], scale=300)).simple) >= 1000
    assert 1000.0 in domain_of([-1000, 0.5, 1000]).simple
