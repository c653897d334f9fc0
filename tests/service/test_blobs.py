"""A vital blob is on disk with its name when it is stored, also if the same content was stored as one that is not vital."""

from __future__ import annotations

import os
import stat

import pytest

from grader.service.blobs import Blobs


@pytest.fixture
def forced(monkeypatch):
    """What is forced to the disk: "file" or "folder"."""
    kinds = []

    def fsync(descriptor):
        kinds.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")

    monkeypatch.setattr(os, "fsync", fsync)
    return kinds


def test_vital_blob_is_forced_to_the_disk_with_its_name(tmp_path, forced):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"x = 1\n")
    assert (blobs.get(name), forced) == (b"x = 1\n", ["file", "folder"])


def test_vital_blob_gets_its_name_forced_if_the_first_one_was_not_vital(tmp_path, forced):
    blobs = Blobs(tmp_path)
    blobs.put(b"x = 1\n", is_vital=False)
    assert forced == []
    blobs.put(b"x = 1\n")
    assert forced == ["file", "folder"]


def test_blob_that_a_power_failure_left_incomplete_does_not_exist_and_is_written_again(tmp_path):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"x = 1\n", is_vital=False)
    (path,) = tmp_path.glob("??/*")
    path.write_bytes(b"")
    with pytest.raises(FileNotFoundError):
        blobs.get(name)
    assert blobs.is_damaged(name)
    blobs.put(b"x = 1\n", is_vital=False)
    assert blobs.get(name) == b"x = 1\n"


def test_all_blobs_can_be_forced_to_the_disk(tmp_path):
    blobs = Blobs(tmp_path)
    blobs.put(b"x = 1\n", is_vital=False)
    blobs.force()
