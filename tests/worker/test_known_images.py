"""Images of a dataset are recognised under changes of scale, offset and orientation."""

from __future__ import annotations

import numpy as np
import pytest

from grader.worker.known_images import DataSet

RANDOM = np.random.default_rng(1)
TRAINING = RANDOM.integers(0, 256, (50, 8, 8), dtype=np.uint8)
TEST = RANDOM.integers(0, 256, (20, 8, 8), dtype=np.uint8)


@pytest.fixture(scope="module")
def dataset():
    return DataSet("small", {"x_train": TRAINING, "x_test": TEST})


def numbers(dataset, images):
    return dataset.find(*dataset.project(dataset.rows(images))).tolist()


@pytest.mark.parametrize(
    "change",
    [lambda x: x, lambda x: x / 255, lambda x: 3.0 * x - 7, lambda x: (x / 127.5 - 1).astype(np.float16)],
)
def test_scale_and_offset_do_not_matter(dataset, change):
    assert numbers(dataset, change(TRAINING[:10])) == list(range(10))
    assert numbers(dataset, change(TEST[:3])) == [50, 51, 52]


@pytest.mark.parametrize("change", [lambda x: 255 - x, lambda x: x[:, :, ::-1], lambda x: x.swapaxes(1, 2)])
def test_negative_mirrored_and_transposed_images_are_recognised(dataset, change):
    assert numbers(dataset, change(TRAINING[:5].astype(np.float32))) == [0, 1, 2, 3, 4]


def test_other_images_and_images_of_one_colour_are_unknown(dataset):
    assert numbers(dataset, RANDOM.integers(0, 256, (5, 8, 8), dtype=np.uint8)) == [-1] * 5
    assert numbers(dataset, np.zeros((2, 8, 8))) == [-1, -1]


def test_borders_and_repeated_channels_are_removed(dataset):
    padded = np.pad(TRAINING[:2], ((0, 0), (2, 2), (2, 2)))
    assert dataset.rows(padded).tolist() == TRAINING[:2].reshape(2, -1).tolist()
    channels = np.repeat(TRAINING[:2, :, :, None], 3, axis=3)
    assert dataset.rows(channels).tolist() == TRAINING[:2].reshape(2, -1).tolist()
    assert dataset.rows(np.zeros((2, 5, 5))) is None


def test_images_with_pixels_that_are_nearly_always_dark_are_recognised_after_each_pixel_was_scaled():
    images = RANDOM.integers(0, 256, (1200, 12, 12), dtype=np.uint8)
    images[:, 0] = 0
    bright = np.arange(3, 1200, 97)  # not among the anchors, which are every fourth row
    images[bright[bright % 4 != 0], 0, 5] = 200
    many = DataSet("dark edge", {"x_train": images[:1000], "x_test": images[1000:]})
    flat = images.reshape(len(images), -1).astype(np.float64)
    rows = ((flat - flat.mean(axis=0)) / (flat.std(axis=0) + 1e-7)).astype(np.float32)
    search = many.by_pixel(rows)
    assert search is not None
    assert search.find(many.project(rows)[0]).tolist() == list(range(1200))
