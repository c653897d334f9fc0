"""Tests of the order of the sources, their layouts, and damaged files."""

from __future__ import annotations

import os
import pickle

import numpy as np
import pytest

from grader import datasets
from grader.support.errors import NotGradable, UsageError
from tests.datasets import layouts
from tests.datasets.conftest import equal, small


def test_order_of_the_sources(tmp_path, monkeypatch, home, server):
    """Each source is used when the sources before it are removed."""
    in_folder, environment, in_cache, download = (small("mnist", seed=seed) for seed in range(4))
    layouts.write(tmp_path / "given", {"mnist.npz": layouts.npz(in_folder)})
    layouts.write(tmp_path / "environment", {"mnist.npz": layouts.npz(environment)})
    layouts.write(home, {"mnist.npz": layouts.npz(in_cache)})
    server.serve("mnist", {"mnist.npz": layouts.npz(download)})
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "environment"))

    first = datasets.load("mnist", tmp_path / "given")
    assert equal(first, in_folder)
    assert (first.source, first.stand_in) == ("mnist.npz", False)
    assert equal(datasets.load("mnist"), environment)
    monkeypatch.delenv("GRADER_DATA")
    third = datasets.load("mnist")
    assert equal(third, in_cache)
    assert third.source == "Keras cache"
    assert server.asked == []
    (home / "mnist.npz").unlink()
    fourth = datasets.load("mnist")
    assert equal(fourth, download)
    assert fourth.source == "Keras download"
    assert datasets.load("mnist").source == "Keras cache"


def test_stand_in_replaces_missing_files():
    located = datasets.find("cifar10")
    assert located.dataset.stand_in
    assert located.dataset.source == "stand-in"
    assert "cannot be reached" in located.problem
    assert located.dataset.x_train.shape == (2000, 32, 32, 3)


def test_folder_without_the_file_is_skipped(tmp_path, home):
    (tmp_path / "given").mkdir()
    layouts.write(home, {"mnist.npz": layouts.npz(small("mnist"))})
    assert datasets.load("mnist", tmp_path / "given").source == "Keras cache"


def test_missing_folder_is_wrong_usage(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match=r"nowhere \(--data\) does not exist"):
        datasets.load("mnist", tmp_path / "nowhere")
    monkeypatch.setenv("GRADER_DATA", str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"nowhere \(GRADER_DATA\) does not exist"):
        datasets.load("mnist")


def test_unknown_name_is_wrong_usage():
    with pytest.raises(UsageError, match="no dataset 'cifar100'"):
        datasets.load("cifar100")


@pytest.mark.parametrize("inner", ["cifar-10-batches-py", "cifar-10-batches-py-target/cifar-10-batches-py"])
def test_cifar_unpacked_by_keras_is_read(home, inner):
    arrays = small("cifar10")
    layouts.write(home / inner, layouts.cifar(arrays))
    located = datasets.find("cifar10")
    assert equal(located.dataset, arrays)
    assert located.dataset.source == "Keras cache"
    assert located.where == home / inner


@pytest.mark.parametrize("name", ["cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz"])
def test_cifar_archive_is_read(home, name):
    arrays = small("cifar10")
    layouts.write(home, {name: layouts.cifar_archive(arrays)})
    assert equal(datasets.load("cifar10"), arrays)


def test_fashion_mnist_in_the_keras_cache_is_read(home):
    arrays = small("fashion_mnist")
    layouts.write(home / "fashion-mnist", layouts.fashion(arrays))
    assert equal(datasets.load("fashion_mnist"), arrays)


def test_pickle_runs_no_code(tmp_path, home):
    class Attack:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "attacked"),)

    batches = layouts.cifar(small("cifar10"))
    batches["data_batch_1"] = pickle.dumps({b"data": Attack()}, protocol=2)
    layouts.write(home / "cifar-10-batches-py", batches)
    assert datasets.load("cifar10").stand_in
    assert not (tmp_path / "attacked").exists()


def test_damaged_keras_cache_is_downloaded_again(home, server):
    arrays = small("fashion_mnist")
    files = layouts.fashion(arrays)
    name = "train-images-idx3-ubyte.gz"
    layouts.write(home / "fashion-mnist", {**files, name: files[name][:50]})
    server.serve("fashion_mnist", {f"fashion-mnist/{file}": content for file, content in files.items()})
    assert equal(datasets.load("fashion_mnist"), arrays)
    assert server.asked == [f"/fashion-mnist/{name}"]


GOOD = small("mnist")
WRONG = {
    "cut off": (layouts.npz(GOOD)[:200], "cannot be read"),
    "no archive": (b"<html>", "cannot be read"),
    "empty": (b"", "cannot be read"),
    "no labels": (layouts.npz({"x_train": GOOD["x_train"]}), "it contains no y_train"),
    "pickled": (layouts.npz({**GOOD, "y_test": np.array([None] * 10)}), "cannot be read"),
    "floats": (layouts.npz({**GOOD, "x_test": GOOD["x_test"] / 255}), r"x_test is float64 \(10, 28, 28\)"),
    "flat": (layouts.npz({**GOOD, "x_test": GOOD["x_test"].reshape(10, 784)}), r"not uint8 \(n, 28, 28\)"),
    "one-hot": (layouts.npz({**GOOD, "y_train": np.eye(20)}), r"y_train has the shape \(20, 20\) for 20 images"),
    "fewer labels": (layouts.npz({**GOOD, "y_train": GOOD["y_train"][:9]}), r"the shape \(9,\) for 20 images"),
    "a label 10": (
        layouts.npz({**GOOD, "y_train": GOOD["y_train"] + 1}),
        "contains values that are not integers from 0 to 9",
    ),
    "no images": (layouts.npz({part: array[:0] for part, array in GOOD.items()}), r"the shape \(0,\) for 0 images"),
}


@pytest.mark.parametrize("kind", WRONG)
def test_damaged_file_in_the_folder_is_explained(tmp_path, kind):
    content, sentence = WRONG[kind]
    layouts.write(tmp_path / "given", {"mnist.npz": content})
    with pytest.raises(NotGradable, match=sentence) as failure:
        datasets.load("mnist", tmp_path / "given")
    assert "mnist.npz is not the dataset mnist: " in str(failure.value)


def test_labels_have_the_shape_of_keras(tmp_path):
    arrays = small("cifar10")
    flat = {**arrays, "y_train": arrays["y_train"].ravel().astype(np.int64)}
    layouts.write(tmp_path / "given", {"cifar10.npz": layouts.npz(flat)})
    assert equal(datasets.load("cifar10", tmp_path / "given"), arrays)


def test_replaced_file_is_read_again(tmp_path):
    for seed in range(2):
        arrays = small("mnist", seed=seed)
        layouts.write(tmp_path / "given", {"mnist.npz": layouts.npz(arrays)})
        os.utime(tmp_path / "given" / "mnist.npz", (0, 0))  # a copied file can have an old time
        assert equal(datasets.load("mnist", tmp_path / "given"), arrays)


def test_file_is_read_once(tmp_path, monkeypatch):
    layouts.write(tmp_path / "given", {"mnist.npz": layouts.npz(GOOD)})
    datasets.load("mnist", tmp_path / "given")
    monkeypatch.setattr(datasets.sources, "_npz", lambda _: pytest.fail("read again"))
    assert equal(datasets.load("mnist", tmp_path / "given"), GOOD)
