"""Tests of the stand-in images: the same on every machine, balanced, with the real shapes, learnable."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from grader.datasets import NAMES, stand_in

SHAPES = {"mnist": (28, 28), "fashion_mnist": (28, 28), "cifar10": (32, 32, 3), "digits": (8, 8)}
HASHES = {
    "mnist": "548c50d66a0d1fc371fbb4a35d1d680fd8a35fdc38b67f6bd63fb055deee131f",
    "fashion_mnist": "553c7bc470c546b41139714164bd213d61124cec781efc6012ced856cded21b3",
    "cifar10": "f862149cbbb9d3bec1a0e7e6cf0f25bb6535c458e07409bedeaf5445b0935f62",
    "digits": "cde24f092e645c25bf8052ac828251fd9cb1733805c3903866ef3db804977d52",
}


@pytest.fixture(scope="module", params=NAMES)
def parts(request):
    return request.param, stand_in.make(request.param)


def test_bytes_are_the_same_on_every_machine(parts):
    name, arrays = parts
    digest = hashlib.sha256(b"".join(array.tobytes() for array in arrays.values())).hexdigest()
    assert digest == HASHES[name]


@pytest.mark.quick
def test_shapes_and_types_match_keras(parts):
    name, arrays = parts
    for part, count in zip(("train", "test"), stand_in.SIZES[name], strict=True):
        assert arrays[f"x_{part}"].shape == (count, *SHAPES[name])
        assert arrays[f"y_{part}"].shape == ((count, 1) if name == "cifar10" else (count,))
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.uint8)}


def test_classes_are_balanced_and_mixed(parts):
    name, arrays = parts
    for part, count in zip(("train", "test"), stand_in.SIZES[name], strict=True):
        labels = arrays[f"y_{part}"].ravel()
        assert {*np.bincount(labels, minlength=10).tolist()} <= {count // 10, -(-count // 10)}
        for some in (labels[:1000], labels[1::2]):  # the latter is the held-out half
            expected = len(some) / 10
            assert np.bincount(some, minlength=10).min() > expected - 2 * expected**0.5


def test_no_image_is_in_both_sets(parts):
    _, arrays = parts
    training = {image.tobytes() for image in arrays["x_train"]}
    assert len(training) == len(arrays["x_train"])
    assert not any(image.tobytes() in training for image in arrays["x_test"])


def test_scenes_are_colourful():
    red, green, blue = np.moveaxis(stand_in.make("cifar10")["x_train"].astype(int), -1, 0)
    for one, other in ((red, green), (green, blue), (red, blue)):
        assert np.abs(one - other).mean() > 40


@pytest.mark.parametrize(("name", "low", "high"), [("mnist", 0.7, 0.95), ("fashion_mnist", 0.6, 0.9)])
def test_linear_model_learns_part_of_the_classes(name, low, high):
    """The model is least squares on 5,000 images."""
    arrays = stand_in.make(name)
    images = {part: arrays[f"x_{part}"][:5000].reshape(5000, -1) / 255 for part in ("train", "test")}
    images = {part: np.hstack([pixels, np.ones((5000, 1))]) for part, pixels in images.items()}
    gram = images["train"].T @ images["train"] + 10 * np.eye(785)
    weights = np.linalg.solve(gram, images["train"].T @ np.eye(10)[arrays["y_train"][:5000]])
    accuracy = ((images["test"] @ weights).argmax(1) == arrays["y_test"][:5000]).mean()
    assert low < accuracy < high
