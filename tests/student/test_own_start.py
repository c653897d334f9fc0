"""A function that initialises parameters itself is called without them, and with the sizes that it requires."""

from __future__ import annotations

import numpy as np
import pytest

from grader.assignment import load
from grader.sandbox.calls import SubmittedFunction
from grader.student.own_start import OwnStart, arguments, unknown_parameters

pytestmark = pytest.mark.quick

CONTENT = load("relu-swap").content
TRAIN = SubmittedFunction(
    "train", [(name, "POSITIONAL_OR_KEYWORD", name == "seed") for name in ("X", "y", "n_hidden", "verbose", "seed")], []
)


def test_required_parameters_without_an_input_are_unknown():
    assert unknown_parameters(CONTENT, TRAIN, ["X", "y"]) == ["n_hidden"]
    assert unknown_parameters(CONTENT, TRAIN, ["X"]) == ["y", "n_hidden"]


def test_arguments_have_no_own_parameters_but_sizes():
    inputs = {"X": np.ones((4, 3)), "y": np.ones((4, 1)), "W1": np.ones((3, 5)), "W2": np.ones((5, 1))}
    values = arguments(CONTENT, TRAIN, OwnStart(frozenset({"W1", "W2"})), inputs)
    assert values.keys() == {"X", "y", "n_hidden"}
    assert values["n_hidden"] == 5
