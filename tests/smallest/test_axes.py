from __future__ import annotations

import numpy as np

from grader.assignment.probes import RandomInput
from grader.smallest.axes import axes_of
from tests.smallest.spaces import space


def test_axes_of_equal_length_change_together():
    inputs = space()
    shorter = inputs.axes.kept(inputs.case, 7, [0, 2])
    assert [np.shape(shorter[name]) for name in "Xyw"] == [(2, 3), (2,), (3,)]
    assert (shorter["X"] == inputs.case["X"][[0, 2]]).all()


def test_whole_number_that_equals_a_length_counts_it():
    inputs = space()
    assert inputs.axes.kept(inputs.case, 7, [1])["m"] == 1
    assert axes_of({"X": np.zeros((7, 3)), "epochs": 7}, {}, ["epochs"]).counts == {}


def test_named_lengths_are_groups_of_their_own():
    declared = {
        "W1": RandomInput(random="normal", shape=["h1", 5]),
        "W2": RandomInput(random="normal", shape=["h2", "h1"]),
    }
    case = {"W1": np.zeros((4, 5)), "W2": np.zeros((4, 4))}
    axes = axes_of(case, declared)
    assert {name: array.shape for name, array in axes.kept(case, "h1", [0]).items()} == {"W1": (1, 5), "W2": (4, 1)}


def test_axis_of_length_one_stays():
    case = {"b": np.zeros((4, 1))}
    assert axes_of(case, {}).shapes({4: 2}) == {"b": (2, 1)}


def test_shape_of_a_result_follows_the_axes():
    inputs = space()
    shorter = inputs.axes.kept(inputs.case, 7, [0, 1])
    assert inputs.axes.fits((7, 3), (2, 3), shorter)
    assert not inputs.axes.fits((7, 3), (7, 3), shorter)
    assert inputs.axes.fits((10, 7), (10, 2), shorter)
    assert not inputs.axes.fits((10, 7), (2,), shorter)
