"""Calls of the C library that Python does not offer."""

from __future__ import annotations

import errno
import sys

import pytest

from grader.worker import system

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


def test_refused_call_raises_with_its_name():
    with pytest.raises(OSError, match="mount /nowhere") as raised:
        system.mount("none", "/nowhere/at/all", "tmpfs", 0)
    assert raised.value.errno in (errno.ENOENT, errno.EPERM, errno.ENOSYS)


def test_missing_function_of_the_library_is_reported():
    with pytest.raises(OSError, match="no_such_call") as raised:
        system._function("no_such_call")
    assert raised.value.errno == errno.ENOSYS


def test_root_cannot_change_on_an_unknown_machine(monkeypatch):
    monkeypatch.setattr(system, "MACHINE", "riscv64")
    with pytest.raises(OSError, match="unknown on riscv64"):
        system.pivot_root("/", "/")


def test_process_can_be_made_undumpable_and_back():
    system.prctl(system.PR_SET_DUMPABLE, 1)
    with pytest.raises(OSError, match="prctl 4"):
        system.prctl(system.PR_SET_DUMPABLE, 99)
