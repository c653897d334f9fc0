"""The description of a model that a worker sends, and maps of single pixels."""

from __future__ import annotations

import json

import numpy as np
import pytest

from grader.sandbox.rebuilding import PixelMap, model_data
from grader.worker import weights

KERNEL = np.ones((2, 3), np.float32)
SEQUENTIAL = {"class_name": "Sequential", "config": {"name": "m", "layers": []}}


def described(model=SEQUENTIAL, arrays=(KERNEL,), trained=(), **changes):
    raw = None if model is None else np.frombuffer(json.dumps(model).encode(), np.uint8)
    digests = np.frombuffer(b"".join(trained), np.uint8).reshape(-1, weights.SIZE)
    report = {
        "configuration": raw,
        "weights": [*arrays],
        "moving": [False] * len(arrays),
        "digests": digests,
        "otherwise": False,
        "distance": 0.5,
    }
    return {**report, **changes}


def test_weights_of_a_recorded_training_are_known():
    assert model_data(described(trained=[weights.digest(KERNEL)])).unknown == 0
    assert model_data(described()).unknown == 1


def test_moving_statistics_and_unrecorded_training_are_not_counted():
    assert model_data(described(moving=[True])).unknown == 0
    assert model_data(described(otherwise=True)).unknown is None


def test_foreign_class_is_named():
    foreign = {"class_name": "Sequential", "config": {"layers": [{"class_name": "Mine", "module": "x", "config": {}}]}}
    data = model_data(described(foreign))
    assert (data.configuration, data.foreign) == (None, "Mine")
    assert model_data(described(None)).foreign == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"digests": np.zeros((1, 3), np.uint8)},
        {"digests": np.zeros((1, weights.SIZE))},
        {"weights": [np.array(["x"])]},
        {"moving": []},
        {"distance": "far"},
        {"configuration": np.zeros(2 << 20, np.uint8)},
    ],
)
def test_description_that_the_worker_cannot_have_sent_is_refused(changes):
    with pytest.raises(ValueError):
        model_data(described(**changes))


def test_pixel_map_computes_each_entry_from_one_pixel():
    table = np.stack([np.arange(256) / 255, 255 - np.arange(256)], axis=1)
    pixels = PixelMap(np.array([3, 0]), table, (2, 1))
    images = np.array([[[0, 10], [20, 255]]], np.uint8)
    assert pixels(images).tolist() == [[[1.0], [255.0]]]
