"""Tests: files of the kernel are read whole."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.machine import kernel_files


def test_a_file_is_read_whole(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(os.urandom(3 * kernel_files.CHUNK + 1))
    assert kernel_files.content(file) == file.read_bytes()


def test_a_file_of_the_kernel_is_read_whole():
    assert kernel_files.content("/proc/self/cgroup") == Path("/proc/self/cgroup").read_bytes()


def test_a_missing_file_raises(tmp_path):
    with pytest.raises(OSError):
        kernel_files.content(tmp_path / "missing")
