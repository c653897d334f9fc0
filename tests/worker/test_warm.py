"""The process from which workers are forked."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from grader.worker import warm


@pytest.mark.skipif(not os.path.exists("/proc/self/task"), reason="needs Linux")
def test_process_with_another_thread_must_not_fork():
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert not warm._can_fork()
    finally:
        end.set()
        thread.join()


def test_system_without_a_list_of_threads_must_not_fork(monkeypatch):
    def fail(_):
        raise FileNotFoundError

    monkeypatch.setattr(warm.os, "listdir", fail)
    assert not warm._can_fork()


def test_failing_import_is_left_to_the_worker(monkeypatch, tmp_path):
    (tmp_path / "broken_module.py").write_text("1 / 0\n")
    (tmp_path / "good_module.py").write_text("value = 1\n")
    monkeypatch.setattr(warm.prepare, "watch", lambda: None)
    before = [*sys.path]
    warm._import_all([str(tmp_path)], ["broken_module", "no_such_module", "good_module"])
    assert sys.modules.pop("good_module").value == 1
    assert sys.path == before
