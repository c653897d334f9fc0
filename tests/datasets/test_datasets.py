"""Tests of the public and the held-out half, and of the file that student code sees."""

from __future__ import annotations

import stat

import numpy as np
import pytest

from grader import datasets
from grader.support.errors import NotGradable
from tests.datasets import layouts
from tests.datasets.conftest import loaded

pytestmark = pytest.mark.quick


def test_halves_are_disjoint_and_complete(arrays, tmp_path):
    part = datasets.split(loaded(arrays, tmp_path))
    both = np.concatenate([part.x_public, part.x_held_out])
    assert len({image.tobytes() for image in both}) == 21
    for whole, public, held_out in (
        ("x_test", part.x_public, part.x_held_out),
        ("y_test", part.y_public, part.y_held_out),
    ):
        assert np.array_equal(arrays[1][whole][0::2], public)
        assert np.array_equal(arrays[1][whole][1::2], held_out)
    assert np.array_equal(part.x_train, arrays[1]["x_train"])


def test_training_and_held_out_images_are_the_first_ones(arrays, tmp_path):
    part = datasets.split(loaded(arrays, tmp_path), training=12, held_out=4)
    assert np.array_equal(part.x_train, arrays[1]["x_train"][:12])
    assert np.array_equal(part.y_train, arrays[1]["y_train"][:12])
    assert np.array_equal(part.x_held_out, arrays[1]["x_test"][1:8:2])
    assert len(part.y_held_out) == 4
    assert part.describe() == f"{arrays[0]}: {arrays[0]}.npz, 12 training, 11 public, 4 held-out images"


def test_too_large_budget_gives_all_images(arrays, tmp_path):
    part = datasets.split(loaded(arrays, tmp_path), training=10_000, held_out=5_000)
    assert (len(part.x_train), len(part.x_held_out)) == (30, 10)


def test_arrays_are_read_only(arrays, tmp_path):
    part = datasets.split(loaded(arrays, tmp_path))
    for array in (part.x_train, part.y_train, part.x_public, part.x_held_out, part.y_held_out):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_public_file_has_only_public_images_and_labels(arrays, tmp_path):
    part = datasets.split(loaded(arrays, tmp_path), training=12)
    path = datasets.public_file(part)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    raw = path.read_bytes()
    assert part.x_public[0].tobytes() in raw  # uncompressed; otherwise the next line would prove nothing
    assert not any(image.tobytes() in raw for image in part.x_held_out)
    with np.load(path, allow_pickle=False) as file:
        assert set(file) == {"x_train", "y_train", "x_test", "y_test"}
        assert np.array_equal(file["x_train"], part.x_train)
        assert np.array_equal(file["y_train"], part.y_train)
        assert (len(file["x_test"]), len(file["y_test"])) == (22, 22)
        for rest in (0, 1):  # each image is there twice, the first time at its original position
            assert np.array_equal(file["x_test"][rest::2], part.x_public)
            assert np.array_equal(file["y_test"][rest::2], part.y_public)


def test_whole_dataset_has_the_lengths_of_the_original(arrays, tmp_path):
    part = datasets.split(loaded(arrays, tmp_path), training=12, whole=True)
    assert (len(part.x_train), part.budget, part.served, part.original) == (30, 12, 64, 64)
    assert len(part.x_train[part.judged]) == 15  # at least as many as the budget, evenly spaced
    with np.load(datasets.public_file(part)) as file:
        assert (len(file["x_train"]), len(file["y_train"])) == (64, 64)
        assert np.array_equal(file["x_train"][:30], part.x_train)
        assert np.array_equal(file["x_train"][30:60], part.x_train)
        assert np.array_equal(file["y_train"][30:60], part.y_train)


def test_digest_depends_on_the_content_and_not_on_the_file(arrays, tmp_path):
    name, content = arrays
    changed_content = {**content, "y_test": content["y_test"][::-1].copy()}
    digests = []
    for folder, parts in (("given", content), ("given", content), ("copied", content), ("changed", changed_content)):
        layouts.write(tmp_path / folder, {f"{name}.npz": layouts.npz(parts)})
        digests.append(datasets.digest(datasets.load(name, tmp_path / folder)))
    first, from_cache, copied, changed = digests
    assert first == from_cache == copied != changed


def test_digest_needs_no_writable_folder(arrays, tmp_path, monkeypatch):
    dataset = loaded(arrays, tmp_path)
    kept_digest = datasets.digest(dataset)

    def refuse(*_):
        raise NotGradable("nothing can be written")

    monkeypatch.setattr(datasets.cache, "file", refuse)
    assert datasets.digest(dataset) == kept_digest
