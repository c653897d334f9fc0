"""Exit statuses of a worker's processes."""

from __future__ import annotations

import os
import signal
import socket

import pytest

from grader.worker import frames, main

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes")


def child(action):
    pid = os.fork()
    if pid == 0:
        action()
        os._exit(0)
    return pid


def test_status_of_a_signal_is_that_of_a_shell():
    for action, expected in ((lambda: os._exit(3), 3), (lambda: os.kill(os.getpid(), signal.SIGTERM), 143)):
        assert main._exit_status(os.waitpid(child(action), 0)[1]) == expected


def test_only_process_1_of_a_namespace_ends_all_other_processes():
    ours, theirs = socket.socketpair()

    def become_init():
        main._load_package()
        os._exit(main._init(theirs, 0, {}, lambda _: None))

    with ours, theirs:
        pid = child(become_init)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == main.SETUP_FAILED
        header, _ = frames.receive(ours)
    assert header == {"setup": "failed", "reason": "this process is not process 1 of a pid namespace"}


def test_reaping_returns_the_status_of_the_expected_child(monkeypatch):
    ends = iter([(1, 0), (7, 256), (0, 0), (0, 0)])
    monkeypatch.setattr(main.os, "waitpid", lambda *_: next(ends))
    assert main._reap(7) == 1
    assert main._reap(7) is None


def test_package_of_the_worker_gets_its_own_name(monkeypatch):
    monkeypatch.setitem(main.sys.modules, "grader_worker", None)
    main._load_package()
    assert main.sys.modules["grader_worker"].__path__ == [str(main.HERE)]
