"""The name that somebody meant who wrote another one."""

import time

import pytest

from grader.support.similar_names import nearest

KNOWN = ["cifar-grayscale", "clothing-mlp", "numpy-mnist", "relu-swap", "single-neuron"]
WRITTEN = {
    "single-neuron": [
        "single_neuron",
        "SingleNeuron",
        "SINGLE NEURON",
        "single–neuron",
        "singel-neuron",
        "single-neurons",
        "neuron-single",
        "neuron",
        "single_neuron.py",
        "week1/single_neuron.ipynb",
        "C:\\Users\\me\\single_neuron.ipynb",
        "single neuron (1).ipynb",
        "single-neuron/",
    ],
    "relu-swap": ["relu", "ReLU swap", "reluswap.py"],
    "numpy-mnist": ["mnist", "numpy-minst", "mnist_numpy.ipynb.txt"],
    "cifar-grayscale": ["cifar", "cifar-greyscale", "cifar10-grayscale", "cifar_gray_scale"],
    "clothing-mlp": ["clothing", "cloth-mlp", "clothing_mlp_final_v2.ipynb"],
}


@pytest.mark.parametrize(("meant", "written"), [(meant, each) for meant, all_ in WRITTEN.items() for each in all_])
def test_a_near_name(meant, written):
    assert nearest(written, KNOWN) == meant


@pytest.mark.parametrize(
    "written", ["", "-", "...", "nothing", "solution.py", "homework.zip", "sn", "x", "double-loop"]
)
def test_a_name_that_is_near_nothing(written):
    assert nearest(written, KNOWN) is None


def test_a_name_that_could_be_two():
    assert nearest("neuron", ["one-neuron", "two-neuron"]) is None


def test_a_name_of_a_megabyte_costs_nothing():
    begin = time.process_time()
    assert nearest("a-b_" * 250_000, KNOWN) is None
    assert time.process_time() - begin < 2
