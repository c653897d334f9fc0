"""Tests of the exercise that a file is named after."""

from __future__ import annotations

import pytest

from grader.notebook import exercise
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.mark.parametrize(
    ("name", "exercise_name"),
    [
        ("single_neuron.ipynb", "single-neuron"),
        ("Single Neuron (2).ipynb", "single-neuron"),
        ("week-1-single_neuron.ipynb", "single-neuron"),
        ("single-neuron-Copy1.ipynb", "single-neuron"),
        ("SingleNeuron_final_FINAL.ipynb", "single-neuron"),
        ("/content/drive/Kopie von single_neuron.ipynb", "single-neuron"),
        ("02_numpy_mnist_mueller.ipynb", "numpy-mnist"),
        ("CIFAR grayscale.ipynb", "cifar-grayscale"),
        ("relu_swap.py", "relu-swap"),
        ("singel_neuron.ipynb", "single-neuron"),
    ],
)
def test_file_name_gives_the_exercise(name, exercise_name):
    assert exercise.of_file(name) == exercise_name


@pytest.mark.parametrize("name", ["Untitled3.ipynb", "homework.ipynb", "relu_swap_and_single_neuron.ipynb", "", None])
def test_unknown_file_name_is_refused(name):
    with pytest.raises(UsageError, match=r"write .* after %grade, one of activations, backprop"):
        exercise.of_file(name)
