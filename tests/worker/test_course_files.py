"""Files of a course are found by their name, whatever folder the path contains."""

from __future__ import annotations

import pytest

from grader.worker import course_files


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Serve train.csv, and two files of the same name in different folders, without replacing open()."""
    places = {}
    for name in ("train.csv", "first/w.npy", "second/w.npy"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name)
        places.setdefault(path.name, []).append(str(path))
    monkeypatch.setattr(course_files, "_places", places)
    monkeypatch.setattr(course_files, "_read", {})
    return tmp_path


@pytest.mark.parametrize("path", ["/home/ann/train.csv", "C:\\data\\TRAIN.csv", "train.csv", b"x/train.csv"])
def test_file_is_found_by_its_name(files, path):
    assert course_files._instead(path) == str(files / "train.csv")
    assert [name for name, _ in course_files.read()] == ["train.csv"]


def test_folder_of_the_path_decides_between_files_of_one_name(files):
    assert course_files._instead("/drive/second/w.npy") == str(files / "second" / "w.npy")


@pytest.mark.parametrize("path", ["other.csv", "/etc/train.csv", ".cache/train.csv", "", 3])
def test_other_names_and_files_of_libraries_are_not_replaced(files, path):
    assert course_files._instead(path) is None


def test_removed_course_file_is_not_found_again(files):
    assert course_files._instead(str(files / "train.csv")) is None


def test_missing_path_is_read_but_not_written(files):
    opener = course_files._reading(open, course_files._mode_reads)
    with opener("/nowhere/train.csv") as file:
        assert file.read() == "train.csv"
    with opener(file="/nowhere/train.csv", encoding="utf-8") as file:
        assert file.read() == "train.csv"
    with pytest.raises(FileNotFoundError):
        opener("/nowhere/train.csv", "w")
    with pytest.raises(FileNotFoundError):
        opener("/nowhere/other.csv")


def test_existing_path_is_not_replaced(files, tmp_path):
    own = tmp_path / "own" / "train.csv"
    own.parent.mkdir()
    own.write_text("mine")
    assert course_files._existing(str(own)) == str(own)
    assert course_files._existing("/nowhere/train.csv") == str(files / "train.csv")
