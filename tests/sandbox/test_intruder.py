"""The intruder's attempts succeed without confinement; otherwise the canary would prove nothing."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from functools import partial

import pytest

from grader.sandbox import intruder


def test_attempt_succeeds_or_fails(tmp_path):
    (tmp_path / "secret").write_text("x")
    assert intruder._succeeds(partial(intruder._read, str(tmp_path / "secret")))
    assert not intruder._succeeds(partial(intruder._read, str(tmp_path / "missing")))
    assert intruder._succeeds(partial(intruder._write, str(tmp_path)))
    assert not intruder._succeeds(partial(intruder._write, str(tmp_path / "missing")))
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_missing_function_of_the_system_is_a_failed_attempt():
    assert not intruder._succeeds(lambda: os.no_such_function())


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="needs Linux")
def test_own_memory_is_read_in_both_ways():
    token = ctypes.create_string_buffer(b"0123456789abcdef", 16)
    assert intruder._memory(os.getpid(), ctypes.addressof(token)) == token.raw.hex()
    assert intruder._memory_by_call(os.getpid(), ctypes.addressof(token)) in (token.raw.hex(), "")


@pytest.mark.skipif(not os.path.exists("/proc/self/cmdline"), reason="needs Linux")
def test_command_line_of_another_process_is_recognised_by_its_argument():
    command = [sys.executable, "-c", "print(flush=True)\ninput()", "some argument"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        try:
            intruder._read_command_line(process.pid, "some argument")
            with pytest.raises(OSError, match="another process"):
                intruder._read_command_line(process.pid, "another argument")
        finally:
            process.communicate(b"\n")
