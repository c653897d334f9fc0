"""Tests of the cache of prepared arrays and files."""

from __future__ import annotations

import functools
import subprocess
import sys

import numpy as np
import pytest

from grader import datasets
from grader.support.errors import NotGradable
from tests.conftest import ROOT
from tests.datasets import layouts
from tests.datasets.conftest import equal, loaded, small


def test_public_file_is_made_once_for_each_content(arrays, tmp_path, monkeypatch):
    dataset = loaded(arrays, tmp_path)
    first = datasets.public_file(datasets.split(dataset, training=12))
    assert datasets.public_file(datasets.split(dataset, training=13)) != first
    monkeypatch.setattr(np, "savez", lambda *_, **__: pytest.fail("written again"))
    assert datasets.public_file(datasets.split(loaded(arrays, tmp_path), training=12, held_out=3)) == first


def test_temporary_folder_replaces_an_unwritable_cache(arrays, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    part = datasets.split(loaded(arrays, tmp_path))
    assert datasets.public_file(part).is_relative_to(tmp_path / "temporary")
    assert np.array_equal(part.x_train, arrays[1]["x_train"])


def test_arrays_stay_in_memory_if_nothing_can_be_written(arrays, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(datasets.cache, "_temporary_folder", functools.cache(lambda: tmp_path / "file"))
    part = datasets.split(loaded(arrays, tmp_path))
    assert np.array_equal(part.x_held_out, arrays[1]["x_test"][1::2])
    with pytest.raises(ValueError, match="read-only"):
        part.x_train[0] = 0
    with pytest.raises(NotGradable, match="can be written"):
        datasets.public_file(part)


def test_two_processes_prepare_the_same_file(tmp_path):
    program = (
        "from grader import datasets\n"
        "part = datasets.split(datasets.load('cifar10'), 1000)\n"
        "path = datasets.public_file(part)\n"
        "import hashlib; print(path, hashlib.sha256(path.read_bytes()).hexdigest(), part.x_held_out.sum())\n"
    )
    datasets.download._record_failure("cifar10")  # otherwise each process would use the real address
    both = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    first, second = (process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert first == second
    entries = {path.name for path in (tmp_path / "cache" / "grader" / "datasets").iterdir()}
    assert not any(name.startswith(".") for name in entries)
    assert len(entries) == 4  # the arrays, the public file, the lock, the record of the failure


@pytest.mark.parametrize("damage", [b"", b"damaged"])
def test_damaged_cache_is_made_again(tmp_path, damage):
    layouts.write(tmp_path / "given", {"mnist.npz": layouts.npz(small("mnist"))})
    datasets.load("mnist", tmp_path / "given")
    (entries,) = (tmp_path / "cache").rglob("x_train.npy")
    entries.write_bytes(damage)
    assert equal(datasets.load("mnist", tmp_path / "given"), small("mnist"))
    assert entries.stat().st_size > len(damage)
