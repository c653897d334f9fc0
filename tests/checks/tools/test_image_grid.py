"""Charts of a dataset's images with the submission's and the reference's version of each."""

from __future__ import annotations

import base64
import io
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from grader.checks.tools import image_grid

IMAGES = np.random.default_rng(0).integers(0, 256, (5, 8, 8), dtype=np.uint8)


def context(originals=IMAGES, own=IMAGES / 255, has_steps=True, missing=(), right=lambda images: images / 255):
    """Return the context of a submission with the variables ``x_train`` and ``inputs``, the scaled images."""
    declared = {
        "x_train": SimpleNamespace(result_of=None, arguments={}, part_of="mnist"),
        "inputs": SimpleNamespace(result_of="preprocess", arguments={"images": "x_train"}, part_of=None),
    }
    values = {"x_train": originals, "inputs": own}
    student = SimpleNamespace(
        find_variable=lambda name: None if name in missing else name,
        variable=lambda name, count: SimpleNamespace(value=values[name][:count]),
    )
    mutations = SimpleNamespace(
        has_steps=lambda function: has_steps,
        results=lambda function, mutants, inputs: {"inputs": right(inputs["images"])},
    )
    return SimpleNamespace(
        content=SimpleNamespace(variables=declared),
        student=student,
        mutations=mutations,
        split=lambda dataset: SimpleNamespace(x_train=IMAGES[:3], x_public=IMAGES[3:]),
    )


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))))


def test_row_has_original_own_expected_and_amplified_difference():
    own = (IMAGES + 26.0) / 255
    (chart,) = image_grid.images(context(own=own), "preprocess")
    assert (chart.original, chart.yours) == ("x_train", "inputs")
    assert len(chart.rows) == image_grid.SHOWN_IMAGES
    for image, row in zip(IMAGES, chart.rows, strict=False):
        original, mine, expected, difference = map(pixels, row)
        assert np.array_equal(original, image)
        assert np.array_equal(mine, np.minimum(image + 26.0, 255))
        assert np.array_equal(expected, image)
        assert np.array_equal(difference, np.full((8, 8), 26 * image_grid.VISIBLY))


def test_flat_images_are_shown_in_the_shape_of_the_reference():
    (chart,) = image_grid.images(context(own=IMAGES.reshape(5, 64) / 255), "preprocess")
    assert np.array_equal(pixels(chart.rows[0][1]), IMAGES[0])


def test_values_outside_are_clipped_and_nan_is_black():
    own = IMAGES / 255
    own[0, 0, :3] = np.nan, 7, -7
    (chart,) = image_grid.images(context(own=own), "preprocess")
    assert pixels(chart.rows[0][1])[0, :3].tolist() == [0, 255, 0]


@pytest.mark.parametrize(
    "options",
    [
        {"originals": 255 - IMAGES},  # not images of the dataset
        {"originals": IMAGES.astype(np.int32)},
        {"has_steps": False},
        {"missing": ("inputs",)},
        {"missing": ("x_train",)},
        {"own": np.array(["a"] * 5)},
        {"own": np.zeros((5, 3))},  # another number of pixels
    ],
)
def test_there_is_no_chart_without_public_images_and_results(options):
    assert image_grid.images(context(**options), "preprocess") == []


def test_there_is_no_chart_of_another_function():
    assert image_grid.images(context(), "forward") == []


def test_large_images_are_not_shown():
    def enlarge(images):
        return np.kron(images / 255, np.ones((1, 9, 9)))

    large = enlarge(IMAGES)
    assert max(large.shape[1:]) > image_grid.LARGEST_IMAGE
    assert image_grid.images(context(own=large, right=enlarge), "preprocess") == []
