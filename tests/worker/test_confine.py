"""The parts of the confinement that change no process."""

from __future__ import annotations

import os

import pytest

from grader.worker import confine


def test_writable_paths_are_the_work_folder_and_devices():
    paths = confine._writable({"work": "/work", "devices": ["/dev/nvidia0"]})
    assert paths[0] == "/work"
    assert "/dev/null" in paths
    assert "/dev/nvidia0" in paths
    assert "/dev/zero" not in paths


def test_spare_uid_is_in_the_range_of_systemd():
    assert confine.FIRST_SPARE_UID <= confine.spare_uid(os.getpid()) < confine.FIRST_SPARE_UID + confine.SPARE_UIDS


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs Linux")
def test_threads_of_this_user_are_counted():
    assert confine._tasks_of_this_user() >= 1


def test_unknown_number_of_threads_is_none(monkeypatch):
    monkeypatch.setattr(confine.os, "scandir", lambda _: iter(()))
    assert confine._tasks_of_this_user() is None
