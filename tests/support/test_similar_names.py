"""Tests of finding the name that a misspelt one means."""

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


@pytest.mark.parametrize(("target", "spelling"), [(target, each) for target, all_ in WRITTEN.items() for each in all_])
def test_similar_name_is_found(target, spelling):
    assert nearest(spelling, KNOWN) == target


@pytest.mark.parametrize(
    "spelling", ["", "-", "...", "nothing", "solution.py", "homework.zip", "sn", "x", "double-loop"]
)
def test_unrelated_name_has_no_match(spelling):
    assert nearest(spelling, KNOWN) is None


def test_ambiguous_name_has_no_match():
    assert nearest("neuron", ["one-neuron", "two-neuron"]) is None


def test_huge_name_is_fast():
    begin = time.process_time()
    assert nearest("a-b_" * 250_000, KNOWN) is None
    assert time.process_time() - begin < 2
