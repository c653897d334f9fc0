"""Data sets in what workers see are found wherever they lie, also when they are put there after the first search."""

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
    """Search ``packages`` as a new process would."""
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
    """The files that were looked into."""
    found = []
    real = data_files.recognise.holds_data
    monkeypatch.setattr(data_files.recognise, "holds_data", lambda path, size: found.append(path) or real(path, size))
    return found


def test_what_is_added_removed_or_replaced_later_is_noticed(search, searched, monkeypatch):
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


def test_what_has_just_been_written_is_looked_at_again(search, monkeypatch):
    """A download may be on its way."""
    growing = search.root / "numpy" / "y.npy"
    growing.write_bytes(b"\x93NUMPY")
    assert search() == []
    np.save(growing, LABELS)
    assert search() == ["numpy/y.npy"]


def test_a_folder_of_pictures_is_found_as_one(search):
    (search.root / "test").mkdir()
    for number in range(500):
        (search.root / "test" / f"{number}.png").write_bytes(b"x")
    assert search() == ["test"]


def test_a_damaged_cache_is_made_again(search, tmp_path):
    np.save(search.root / "y.npy", LABELS)
    assert search() == ["y.npy"]
    for file in (tmp_path / "cache").rglob("data-files-*"):
        file.write_text('{"folders": "x", "times": []}')
    assert search() == ["y.npy"]


def test_without_a_place_for_the_cache_it_is_searched_each_time(search, monkeypatch):
    monkeypatch.setattr(data_files.datasets.cache, "folders", lambda: iter(()))
    np.save(search.root / "y.npy", LABELS)
    assert search() == ["y.npy"]


def test_nothing_of_what_is_installed_here_is_taken_for_data():
    """The digits of scikit-learn, and what packages bring for their tests, are no data sets with held-out labels."""
    folder = os.path.join(next(path for path in sys.path if path.endswith("site-packages")))
    found = [path for path in filesystem.data_files() if path.startswith(folder) and os.path.basename(path) != "y.npy"]
    assert [path for path in found if "/data_hostile" not in path] == []


def test_the_second_search_takes_no_time():
    filesystem.data_files()
    data_files.find.cache_clear()
    filesystem.data_files.cache_clear()
    began = time.process_time()
    filesystem.data_files()
    assert time.process_time() - began < 0.5


def test_only_what_programs_need_is_shown():
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
