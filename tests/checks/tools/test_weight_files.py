"""Datasets of a file belong to weights with the same shapes, and are equal apart from rounding."""

from __future__ import annotations

import numpy as np
import pytest

from grader.checks.tools.weight_files import contain, with_shapes

pytestmark = pytest.mark.quick

WEIGHTS = [np.ones((2, 3)), np.zeros(3), np.full(3, 2.0)]


def test_weights_are_found_whatever_their_order():
    assert contain([WEIGHTS[2], np.ones(7), WEIGHTS[1], WEIGHTS[0] + 1e-7], WEIGHTS)
    assert not contain([WEIGHTS[2], WEIGHTS[2], WEIGHTS[0]], WEIGHTS)
    assert not contain(WEIGHTS[:2], WEIGHTS)


def test_weights_with_equal_shapes_are_taken_in_their_order():
    datasets = [np.full(3, 5.0), np.ones(7), np.full(3, 6.0), np.full((2, 3), 4.0)]
    matrix, first, second = with_shapes(datasets, WEIGHTS)
    assert (matrix.max(), first.max(), second.max()) == (4, 5, 6)
    assert with_shapes(datasets[1:], WEIGHTS) is None
