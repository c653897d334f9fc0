"""The supervisor of a forked worker, played by the other end of its lifeline."""

from __future__ import annotations

import signal
import socket

import pytest

from grader.sandbox.processes import Forked


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_process_id_and_exit_status_are_read(ends):
    ours, theirs = ends
    theirs.sendall(b"12345\n")
    process = Forked(ours, 1)
    assert process.pid == 12345
    assert process.wait(0.01) is None
    theirs.sendall(b"7\n")
    theirs.close()
    assert process.wait(1) == 7
    assert process.wait(0) == 7


def test_process_that_ends_without_a_status_was_killed(ends):
    ours, theirs = ends
    theirs.sendall(b"12345\n")
    process = Forked(ours, 1)
    theirs.close()
    assert process.wait(1) == -signal.SIGKILL


def test_letting_go_closes_one_direction(ends):
    ours, theirs = ends
    theirs.sendall(b"12345\n")
    process = Forked(ours, 1)
    process.let_go()
    assert theirs.recv(1) == b""
    theirs.sendall(b"0\n")
    theirs.close()
    assert process.wait(1) == 0


def test_missing_process_id_is_an_error(ends):
    ours, theirs = ends
    with pytest.raises(OSError, match="timed out"):
        Forked(ours, 0.01)
    theirs.close()
    with pytest.raises(OSError, match="the warm process has not forked"):
        Forked(ours, 1)
