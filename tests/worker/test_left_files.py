"""Files that a submission leaves: read as bytes, with limits, and never through a link or a pipe."""

from __future__ import annotations

import os

import numpy as np
import pytest

from grader.worker import left_files

pytestmark = pytest.mark.quick


def test_a_file_is_read_as_bytes(tmp_path):
    (tmp_path / "log.csv").write_bytes(b"epoch,loss\n")
    (content,) = left_files.read(str(tmp_path / "log.csv")).values()
    assert content.dtype == np.uint8 and content.tobytes() == b"epoch,loss\n"
    assert left_files.read(str(tmp_path / "other.csv")) == {}
    assert left_files.read("a\0b") == {}


def test_a_folder_is_read_with_its_folders(tmp_path):
    (tmp_path / "logs" / "train").mkdir(parents=True)
    (tmp_path / "logs" / "train" / "events").write_bytes(b"1")
    (tmp_path / "logs" / "a").write_bytes(b"2")
    contents = left_files.read(str(tmp_path / "logs"))
    assert {name: content.tobytes() for name, content in contents.items()} == {"a": b"2", "train/events": b"1"}


def test_links_and_pipes_are_not_read(tmp_path):
    (tmp_path / "secret").write_text("secret")
    os.symlink(tmp_path / "secret", tmp_path / "log.csv")
    assert left_files.read(str(tmp_path / "log.csv")) == {"": left_files.OTHER}
    (tmp_path / "logs").mkdir()
    os.mkfifo(tmp_path / "logs" / "pipe")
    os.symlink(tmp_path, tmp_path / "logs" / "loop")
    assert left_files.read(str(tmp_path / "logs")) == {"pipe": left_files.OTHER}


def test_large_files_and_many_files_are_limited(tmp_path, monkeypatch):
    monkeypatch.setattr(left_files, "LARGEST", 10)
    monkeypatch.setattr(left_files, "MOST_FILES", 3)
    (tmp_path / "log.csv").write_bytes(b"x" * 11)
    assert left_files.read(str(tmp_path / "log.csv")) == {"": left_files.TOO_LARGE}
    (tmp_path / "logs").mkdir()
    for number in range(5):
        (tmp_path / "logs" / str(number)).write_bytes(b"x" * 10)
    assert len(left_files.read(str(tmp_path / "logs"))) == 3
    monkeypatch.setattr(left_files, "MOST_BYTES", 15)
    assert [*left_files.read(str(tmp_path / "logs")).values()][1] == left_files.TOO_LARGE
