"""Varied probes have other numbers and lengths, but everything that belongs together still fits."""

from __future__ import annotations

import numpy as np
import pytest

from grader.expected import probes
from grader.mutants.varied_probes import varied
from tests.conftest import bundled
from tests.mutants import weak

pytestmark = pytest.mark.quick


def variations(content, probe, count=20):
    contents = [varied(content, np.random.default_rng(number)) for number in range(count)]
    return [probes.cases(each, [probe], 0)[0].inputs for each in contents]


def test_fixed_numbers_become_random(tmp_path):
    inputs = variations(weak.assignment(tmp_path).content, "points")
    assert any(
        not np.array_equal(each["X"], each["X"].T) for each in inputs if each["X"].shape[0] == each["X"].shape[1]
    )


def test_equal_lengths_stay_equal():
    inputs = variations(bundled("numpy-mnist").content, "random net")
    assert {each["X"].shape[1] for each in inputs} > {12}
    for each in inputs:
        assert each["X"].shape[1] == len(each["labels"]) == each["m"]
        assert each["w1"].shape == (each["w2"].shape[1], each["X"].shape[0])
        assert each["b1"].shape == (each["w1"].shape[0], 1)


def test_labels_and_images_keep_their_values():
    assert all(set(each["labels"]) <= {*range(10)} for each in variations(bundled("numpy-mnist").content, "labels"))
    pictures = [each["images"] for each in variations(bundled("cifar-grayscale").content, "random pictures")]
    assert {picture.dtype for picture in pictures} == {np.dtype(np.uint8)}


def test_numbers_of_epochs_and_switches_change():
    content = bundled("single-neuron").content
    epochs = {each["epochs"] for each in variations(content, "lecture, one epoch")}
    assert len(epochs) > 1
    assert min(epochs) >= 1
