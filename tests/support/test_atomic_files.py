"""A file is written as a whole or not at all."""

from __future__ import annotations

import errno
import os

import pytest

from grader.support import atomic_files
from grader.support.errors import UsageError

pytestmark = pytest.mark.quick


@pytest.mark.parametrize("forced", [True, False])
def test_file_is_replaced(tmp_path, forced):
    file = tmp_path / "out.json"
    atomic_files.write_whole(file, b"old", forced)
    atomic_files.write_whole(file, b"new", forced)
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path) == ["out.json"]


def test_old_file_remains_after_a_failure(tmp_path, monkeypatch):
    file = tmp_path / "out.json"
    atomic_files.write_whole(file, b"old")

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UsageError, match="the disk is full"):
        atomic_files.write_whole(file, b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.json"]


def test_link_at_the_temporary_name_is_not_followed(tmp_path):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / ".out.json.part").symlink_to(tmp_path / "secret")
    with pytest.raises(UsageError, match="cannot be written"):
        atomic_files.write_whole(tmp_path / "out.json", b"new")
    assert (tmp_path / "secret").read_text() == "secret"


def test_unwritable_place_is_refused_before_the_work(tmp_path):
    atomic_files.refuse_unwritable(tmp_path / "out.json")
    assert os.listdir(tmp_path) == []
    with pytest.raises(UsageError, match="cannot be written"):
        atomic_files.refuse_unwritable(tmp_path / "missing" / "out.json")
    with pytest.raises(UsageError, match="not a regular file"):
        atomic_files.refuse_unwritable(tmp_path)


def test_temporary_file_of_a_killed_process_is_overwritten(tmp_path):
    path = tmp_path / "scores"
    atomic_files.write_whole(path, b"old")
    (tmp_path / ".scores.part").write_bytes(b"left behind by a killed process, and longer")
    atomic_files.write_whole(path, b"new")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("scores", b"new")]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EROFS, "another folder"),
        (errno.EACCES, "writable"),
        (errno.EIO, "error"),
    ],
)
def test_write_error_is_reported_and_the_old_file_stays(number, words, tmp_path, monkeypatch):
    def fail(_):
        raise OSError(number, os.strerror(number))

    path = tmp_path / "scores"
    atomic_files.write_whole(path, b"old")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UsageError, match=words) as error:
        atomic_files.write_whole(path, b"new")
    assert str(path) in str(error.value)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("scores", b"old")]


def test_missing_folder_is_reported(tmp_path):
    with pytest.raises(UsageError, match="No such file"):
        atomic_files.write_whole(tmp_path / "gone" / "scores", b"")
