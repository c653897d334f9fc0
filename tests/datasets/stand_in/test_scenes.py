"""Tests of the drawn scenes."""

from __future__ import annotations

import numpy as np
import pytest

from grader.datasets.stand_in import scenes
from grader.datasets.stand_in.drawing import Draws

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("label", range(10))
def test_scene_has_colours_and_varies(label):
    images = scenes.draw(label, 8, Draws((label,)))
    assert images.shape == (8, scenes.SIZE, scenes.SIZE, 3)
    assert len(np.unique(images.round(2), axis=0)) == 8
    assert np.ptp(images.mean((0, 1, 2))) > 0.02


def test_frogs_are_greener_than_ships():
    frogs, ships = (scenes.draw(label, 20, Draws((7,))).mean((0, 1, 2)) for label in (6, 8))
    assert frogs[1] - frogs[2] > ships[1] - ships[2]
