"""Datasets that workers could see are found in any folder, even if they are added after the first search."""

from __future__ import annotations

import os
import sys
import time

import numpy as np
import pytest

from grader.sandbox import data_files, filesystem

LABELS = np.random.default_rng(0).integers(0, 10, 5000)


@pytest.fixture
def search(tmp_path, monkeypatch):
    """Return a function that searches ``packages`` like a new process."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "packages"
    for folder in ("numpy/core", "sklearn/data", "sklearn/__pycache__"):
        (root / folder).mkdir(parents=True)
        (root / folder / "some.txt").write_text("x" * 5000)

    def run():
        data_files.find.cache_clear()
        return [os.path.relpath(path, root) for path in data_files.find((str(root),), (str(root / "left out"),))]

    run.root = root
    yield run
    data_files.find.cache_clear()


@pytest.fixture
def searched(monkeypatch):
    """The files that were opened."""
    found = []
    real = data_files.recognise.holds_data
    monkeypatch.setattr(data_files.recognise, "holds_data", lambda path, size: found.append(path) or real(path, size))
    return found


def test_later_changes_of_files_are_noticed(search, searched, monkeypatch):
    monkeypatch.setattr(data_files, "RECENT", 0)
    assert search() == []
    np.save(search.root / "sklearn" / "data" / "y.npy", LABELS)
    (search.root / "new" / "deep").mkdir(parents=True)
    np.save(search.root / "new" / "deep" / "y.npy", LABELS)
    assert sorted(search()) == ["new/deep/y.npy", "sklearn/data/y.npy"]
    (search.root / "sklearn" / "data" / "y.npy").rename(search.root / "numpy" / "core" / "z")
    assert sorted(search()) == ["new/deep/y.npy", "numpy/core/z"]
    searched.clear()
    assert len(search()) == 2
    assert searched == []
    os.rename(search.root / "new", search.root / "left out")
    (search.root / "numpy" / "core" / "z").unlink()
    assert search() == []


def test_recently_written_file_is_searched_again(search, monkeypatch):
    """The file may be an unfinished download."""
    growing = search.root / "numpy" / "y.npy"
    growing.write_bytes(b"\x93NUMPY")
    assert search() == []
    np.save(growing, LABELS)
    assert search() == ["numpy/y.npy"]


def test_folder_of_images_is_reported_as_a_folder(search):
    (search.root / "test").mkdir()
    for number in range(500):
        (search.root / "test" / f"{number}.png").write_bytes(b"x")
    assert search() == ["test"]


def test_damaged_cache_is_rebuilt(search, tmp_path):
    np.save(search.root / "y.npy", LABELS)
    assert search() == ["y.npy"]
    for file in (tmp_path / "cache").rglob("data-files-*"):
        file.write_text('{"folders": "x", "times": []}')
    assert search() == ["y.npy"]


def test_search_works_without_a_cache_folder(search, monkeypatch):
    monkeypatch.setattr(data_files.datasets.cache, "folders", lambda: iter(()))
    np.save(search.root / "y.npy", LABELS)
    assert search() == ["y.npy"]


def test_installed_packages_are_not_mistaken_for_datasets():
    """The digits of scikit-learn and the test files of packages are not datasets with held-out labels."""
    folder = os.path.join(next(path for path in sys.path if path.endswith("site-packages")))
    found = [path for path in filesystem.data_files() if path.startswith(folder) and os.path.basename(path) != "y.npy"]
    assert [path for path in found if "/data_hostile" not in path] == []


def test_second_search_is_fast():
    filesystem.data_files()
    data_files.find.cache_clear()
    filesystem.data_files.cache_clear()
    began = time.process_time()
    filesystem.data_files()
    assert time.process_time() - began < 0.5


def test_only_paths_that_programs_need_are_visible():
    shown = {path for path, _ in filesystem.readable()}
    assert not shown & {
        "/",
        "/usr",
        "/usr/share",
        "/usr/local",
        "/usr/local/share",
        "/opt",
        "/home",
        "/usr/src",
        sys.prefix,
    }
    assert {"/usr/bin", "/usr/lib"} <= shown
