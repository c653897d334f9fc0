"""The memory, processor time and sockets of child processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from grader.sandbox import memory

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="needs Linux")
MB = 1 << 20


@pytest.fixture
def child():
    """Return a function that starts a child with some code, and waits until the code has run."""
    children = []

    def start(code):
        command = [sys.executable, "-c", f"{code}\nprint(flush=True)\ninput()"]
        children.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        children[-1].stdout.readline()
        return children[-1].pid

    yield start
    for process in children:
        process.communicate(b"\n")


def test_descendants_include_grandchildren(child):
    code = "import subprocess, sys\ninner = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)"
    pid = child(code)
    assert pid in memory.descendants(os.getpid())
    assert len(memory.descendants(pid)) == 1


def test_memory_of_a_child_is_counted(child):
    before = memory.memory(os.getpid(), 1 << 40)
    child(f"data = b'x' * (64 * {MB})")
    assert memory.memory(os.getpid(), 1 << 40) - before > 64 * MB
    assert memory.memory(os.getpid(), 0) > 64 * MB


def test_open_sockets_are_counted(child):
    before = memory.sockets(os.getpid(), own_network=False)
    child("import socket\npairs = [socket.socketpair() for _ in range(10)]")
    assert memory.sockets(os.getpid(), own_network=False) - before == 20
    assert memory.of_a_socket() > 0


def test_ended_process_holds_nothing():
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    process.wait()
    assert memory.descendants(process.pid) == []
    assert memory.memory(process.pid, 1 << 40) == 0


def test_processor_time_includes_threads_and_children():
    before = memory.computing(os.getpid())
    compute = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", compute], check=True)
    running = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(1)
        after = memory.computing(os.getpid())
    finally:
        running.kill()
        running.wait()
    assert after.seconds - before.seconds >= 0.3
    assert after.ready >= 1  # the child, and this thread if it is not waiting for a file


def test_ended_process_has_no_processor_time():
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    assert memory.computing(ended.pid) is None
