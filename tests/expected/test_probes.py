"""Inputs depend only on the seed and are the same everywhere."""

from __future__ import annotations

import numpy as np
import pytest

from grader import assignment, datasets
from grader.expected import probes
from grader.support.errors import NotGradable, UsageError
from grader.worker.values import Generator
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick

CONTENT = assignment.load("single-neuron").content
FROZEN_B = -0.18513437728984822


def test_same_seed_gives_the_same_inputs():
    first, second = (probes.cases(CONTENT, ["random points"], 7) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        assert all(np.array_equal(one.inputs[key], other.inputs[key]) for key in one.inputs)


def test_other_seeds_and_repetitions_give_other_inputs():
    cases = [*probes.cases(CONTENT, ["random points"], 7), *probes.cases(CONTENT, ["random points"], 8)]
    assert len({case.inputs["X"].tobytes() for case in cases}) == len(cases) == 6


def test_inputs_of_a_probe_do_not_depend_on_other_probes():
    alone = probes.cases(CONTENT, ["random points"], 7)[0]
    beside = probes.cases(CONTENT, ["matrix", "random points"], 7)[2]
    assert np.array_equal(alone.inputs["X"], beside.inputs["X"])


def test_random_stream_is_frozen_for_recorded_answers():
    values = probes.cases(CONTENT, ["random points"], 0)[0].inputs
    assert values["b"] == FROZEN_B
    assert isinstance(values["b"], np.float64)


@pytest.mark.parametrize("count", [3, 10, 13, 25])
def test_labels_contain_the_last_one_and_all_about_equally_often(count):
    content = assignment.load("numpy-mnist").content
    draw = content.probes["labels"].inputs["labels"].model_copy(update={"shape": [count]})
    probe = content.probes["labels"].model_copy(update={"inputs": {"labels": draw}})
    content = content.model_copy(update={"probes": {"labels": probe}})
    for seed in range(5):
        for case in probes.cases(content, ["labels"], seed):
            labels = case.inputs["labels"]
            assert labels.dtype == np.int64
            counts = np.bincount(labels, minlength=10)
            assert 9 in labels
            assert counts.max() - counts.min() <= 1


def test_numbers_in_lists_become_floats_and_single_numbers_keep_their_type():
    inputs = probes.cases(CONTENT, ["lecture, 20 epochs"], 0)[0].inputs
    assert inputs["X"].dtype == np.float64
    assert inputs["epochs"] == 20
    assert isinstance(inputs["epochs"], int)


PROBES = """\
name: kinds
version: 1
title: Kinds of inputs
reference: single_neuron
functions:
  f: {signature: "(X, y=0, Y=0, mean=0, s=0, z=0, rng=0)", returns: [a]}
probes:
  two groups:
    times: 2
    inputs:
      y: {random: labels, shape: [40], dtype: int}
      noise: {random: normal, shape: [40, 2]}
      X: {formula: "noise + 5 * np.where(y[:, None] == 1, 1, -1)"}
      mean: {formula: X.mean(axis=0)}
      s: {value: [[1, 2], [3, 4]], dtype: float32}
      z: {value: [[1, 2], [3, 4]], dtype: int, as: list}
      rng: {generator: 7}
  digits:
    inputs:
      y: {random: labels, values: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], shape: [20], dtype: int}
      X: {images: digits, labels: y, shape: [64]}
      Y: {formula: "y[:, None] == np.arange(10)"}
checks:
  - {name: f, title: A function, kind: arguments_unchanged, functions: [f], probe: two groups, points: 1}
"""


def kinds(folder, old="", new=""):
    (folder / "assignment.yaml").write_text(PROBES.replace(old, new))
    return assignment.load(str(folder)).content


def test_computed_inputs_depend_on_the_inputs_above_them(tmp_path):
    one, other = (case.inputs for case in probes.cases(kinds(tmp_path), ["two groups"], 3))
    for label, mean in ((0, -5), (1, 5)):
        assert np.abs(one["X"][one["y"] == label].mean(axis=0) - mean).max() < 1
    assert np.array_equal(one["mean"], one["X"].mean(axis=0))
    assert not np.array_equal(one["X"], other["X"])


def test_inputs_have_their_declared_type(tmp_path):
    inputs = probes.cases(kinds(tmp_path), ["two groups"], 3)[0].inputs
    assert inputs["y"].dtype == np.int64 and inputs["s"].dtype == np.float32
    assert inputs["rng"] == Generator(7)
    assert inputs["z"] == [[1, 2], [3, 4]] and isinstance(inputs["z"][0][0], int)


def test_images_show_their_labels(tmp_path):
    content = kinds(tmp_path)
    digits = datasets.load("digits")
    inputs = probes.cases(content, ["digits"], 3)[0].inputs
    assert inputs["X"].shape == (20, 64) and inputs["Y"].shape == (20, 10)
    images = {image.tobytes(): label for image, label in zip(digits.x_train, digits.y_train, strict=True)}
    labels = [images[row.astype(np.uint8).reshape(8, 8).tobytes()] for row in inputs["X"]]
    assert labels == inputs["y"].tolist()
    assert not np.array_equal(inputs["X"], probes.cases(content, ["digits"], 4)[0].inputs["X"])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("mean: {formula: X.mean(axis=0)}", "mean: {formula: Z.mean()}", "'Z' is not a known input above this one"),
        ("noise + 5", "noise + mean + 5", "'mean' is not a known input above this one"),
        ("X.mean(axis=0)", "X.dump()", "a formula in the probe two groups has 'X.dump', which is not allowed"),
        ("labels: y, shape", "labels: Y, shape", "'Y' is not a known input above this one"),
        ("shape: [64]", "shape: [63]", "an image has 64 pixels"),
        ("images: digits", "images: mnist", "allowed are 'digits'"),
        ("noise: {random", "noise: {value: 1}\n      more: {random", "'more' is not a known input"),
        ("dtype: int, as: list", "dtype: int, as: set", "allowed are 'array', 'list'"),
        ("value: [[1, 2], [3, 4]], dtype: int", "value: [[1, 2], [3]], dtype: int", "the rows have different lengths"),
    ],
)
def test_mistakes_are_reported(tmp_path, old, new, sentence):
    assert old in PROBES
    with pytest.raises(UsageError) as raised:
        kinds(tmp_path, old, new)
    assert sentence in str(raised.value)


def test_formula_that_cannot_be_computed_is_a_fault_of_the_assignment(tmp_path):
    content = kinds(tmp_path, "X.mean(axis=0)", "X.mean(axis=7)")
    with pytest.raises(NotGradable, match=r"'X.mean\(axis=7\)' of a probe cannot be computed"):
        probes.cases(content, ["two groups"], 0)


def test_a_string_is_an_input(tmp_path):
    text = GOOD.replace("z: {draw: normal, shape: [3]}", "z: {text: XOR}")
    [case] = probes.cases(load(tmp_path, text).content, ["some"], 0)
    assert case.inputs["z"] == "XOR"
