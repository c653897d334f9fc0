"""A preprocess() that is one fixed map for each pixel is found, and every other one is not taken for one."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from grader.checks.tools import pixels
from grader.sandbox.failures import CallError

random = np.random.default_rng(1)
TRAINING = (random.random((300, 28, 28)) ** 4 * 255).astype(np.uint8)
MEAN, SPREAD = TRAINING.mean(axis=0), TRAINING.std(axis=0) + 1


def context(function):
    def call(planned):
        return SimpleNamespace(values={"inputs": function(planned.inputs["images"].copy())})

    return SimpleNamespace(
        student=SimpleNamespace(call=call),
        generator=lambda purpose: np.random.default_rng([5, *purpose.encode()]),
    )


def found(function):
    return pixels.fixed_map(context(function), "preprocess", "images", SimpleNamespace(x_train=TRAINING))


def scaled_by_itself(images):
    return images / np.maximum(images.max(axis=(1, 2), keepdims=True), 1)


FIXED = {
    "a division": lambda images: images / 255,
    "in float32 and flat": lambda images: images.reshape(len(images), 784).astype("float32") / 255,
    "nothing": lambda images: images,
    "from -1 to 1": lambda images: images[..., None] / 127.5 - 1,
    "inverted": lambda images: 1 - images / 255,
    "by the statistics of the training images": lambda images: (images - MEAN) / SPREAD,
    "by one mean and deviation": lambda images: ((images - 72.9) / 90.0).reshape(len(images), -1),
    "a threshold": lambda images: (images > 100).astype(float),
    "a power": lambda images: (images / 255) ** 0.5,
    "transposed": lambda images: images.transpose(0, 2, 1) / 255,
    "padded": lambda images: np.pad(images, ((0, 0), (2, 2), (2, 2))) / 255,
    "cut": lambda images: images[:, 4:-4, 4:-4] / 255,
    "three channels": lambda images: np.repeat(images[..., None], 3, axis=3) / 255,
    "in place": lambda images: np.divide(images, 255, out=np.empty(images.shape)),
}
OTHER = {
    "each image by itself": scaled_by_itself,
    "each batch by itself": lambda images: images / images.mean(),
    "by the statistics of the batch": lambda images: (images - images.mean(axis=0)) / (images.std(axis=0) + 1),
    "smaller": lambda images: images.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)),
    "neighbours": lambda images: (images + np.roll(images, 1, axis=2)) / 510,
    "noise": lambda images: images / 255 + random.normal(0, 0.01, images.shape),
    "a mark on known images": lambda images: np.where(
        np.isin(images.sum(axis=(1, 2)), TRAINING.sum(axis=(1, 2)))[:, None, None], 1 - images / 255, images / 255
    ),
    "no array": lambda images: None,
    "too few": lambda images: images[1:] / 255,
    "texts": lambda images: images.astype(str),
}


@pytest.mark.parametrize("name", FIXED)
def test_a_fixed_map_is_read_off(name):
    found_map = found(FIXED[name])
    images = TRAINING[:50]
    wanted = FIXED[name](images)
    made = found_map(images)
    assert made.shape == wanted.shape and made.dtype == wanted.dtype
    assert np.array_equal(made, wanted)


@pytest.mark.parametrize("name", OTHER)
def test_what_is_no_fixed_map_is_not_taken_for_one(name):
    assert found(OTHER[name]) is None


@pytest.mark.parametrize(
    ("status", "raised"), [("error", False), ("failed", False), ("timeout", True), ("crashed", True)]
)
def test_a_function_that_fails_on_random_images_is_asked_otherwise(status, raised):
    def fail(images):
        raise CallError(status, "it failed")

    if raised:
        with pytest.raises(CallError):
            found(fail)
    else:
        assert found(fail) is None
