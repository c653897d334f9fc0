"""Tests of the drawn digits."""

from __future__ import annotations

import numpy as np
import pytest

from grader.datasets.stand_in import digits
from grader.datasets.stand_in.drawing import Draws

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("label", [0, 1, 8])
def test_digit_is_light_on_a_black_border(label):
    images = digits.draw(label, 20, Draws((1, 2)))
    assert images.shape == (20, digits.SIZE, digits.SIZE)
    assert images.min() >= 0 and images.max() <= 1
    assert images.mean() > 0.03
    assert images[:, 0].mean() < images.mean() / 2


def test_digits_differ_by_hand_and_class():
    ones = digits.draw(1, 20, Draws((1,)))
    assert len(np.unique(ones.round(2), axis=0)) == 20
    assert digits.draw(8, 20, Draws((1,))).mean() > ones.mean()
