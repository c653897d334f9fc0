"""Runs in a worker instead of a submission, tries to escape, and returns the things that it reached.

Process ids may mean other processes in the worker, so the grader itself checks whether its own processes were reached.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import site
import socket
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any


def reach(
    files: dict[str, str],
    folders: dict[str, str],
    mark: str,
    parent: int,
    address: int,
    victim: int,
    argument: str,
    tcp_port: int,
    udp_port: int,
) -> tuple[list[str], list[str]]:
    """Return the names of the things that were reached, and the bytes of ``parent``'s memory at ``address`` in hex.

    ``mark`` is the name of an environment variable, of an abstract socket, and of the process that is left behind.
    ``argument`` is on the command line of the process ``victim``.
    """
    attempts: dict[str, Callable[[], Any]] = {
        **{what: partial(_read, path) for what, path in files.items()},
        **{what: partial(os.listdir, path) for what, path in folders.items()},
        **{f"{what} (to write)": partial(_write, path) for what, path in folders.items()},
        "an installed grader": _find_grader,
        "the environment": lambda: os.environ[mark],
        "the grader's environment": lambda: _read_environment(parent),
        "command lines of other processes": lambda: _read_command_line(victim, argument),
        "the network": lambda: socket.create_connection(("127.0.0.1", tcp_port), 1).close(),
        "a socket of another program": lambda: socket.socket(socket.AF_UNIX).connect("\0" + mark),
    }
    reached = [what for what, attempt in attempts.items() if _succeeds(attempt)]
    _succeeds(lambda: os.kill(victim, signal.SIGCONT))
    _succeeds(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"here", ("127.0.0.1", udp_port)))
    _succeeds(lambda: _leave_process_behind(mark))
    return reached, [_memory(parent, address), _memory_by_call(parent, address)]


def _succeeds(attempt: Callable[[], Any]) -> bool:
    try:
        attempt()
    except (OSError, KeyError, AttributeError):  # AttributeError: this system does not have it
        return False
    return True


def _leave_process_behind(mark: str) -> None:
    """Start a process that leaves its session and whose parent ends at once, and wait until it has done so.

    A scan of all processes can miss a process that has just been started or is being handed over.
    """
    code = "import os, time; os.setsid(); os.fork() and os._exit(0); os.write(1, b'.'); os.close(1); time.sleep(60)"
    command = [sys.executable, "-I", "-S", "-c", code, mark]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)  # nothing comes if the process was killed


def _find_grader() -> None:
    """Look for an assignment among the installed packages: its steps and bugs would reveal the solution."""
    for folder in (*sys.path, *site.getsitepackages()):
        for package in ("grader", "assignments", "grader/bundled/assignments"):
            with contextlib.suppress(OSError, StopIteration):
                next(Path(folder, package).glob("**/assignment.yaml")).read_bytes()
                return
    raise OSError("nothing there")


def _read(path: str) -> None:
    with open(path, "rb") as file:
        file.read(1)


def _write(folder: str) -> None:
    path = Path(folder, "intruder")
    path.touch()
    path.unlink()


def _read_environment(pid: int) -> None:
    with open(f"/proc/{pid}/environ", "rb") as theirs, open("/proc/self/environ", "rb") as own:
        if theirs.read() in (b"", own.read()):
            raise OSError("the environment is empty or equal to this one")


def _read_command_line(pid: int, argument: str) -> None:
    if argument not in Path(f"/proc/{pid}/cmdline").read_text():
        raise OSError("this is another process")


def _memory(pid: int, address: int) -> str:
    try:
        with open(f"/proc/{pid}/mem", "rb", 0) as memory:
            memory.seek(address)
            return memory.read(16).hex()
    except OSError:
        return ""


def _memory_by_call(pid: int, address: int) -> str:
    class Span(ctypes.Structure):
        _fields_ = (("start", ctypes.c_void_p), ("length", ctypes.c_size_t))

    read = getattr(ctypes.CDLL(None), "process_vm_readv", None)
    buffer = ctypes.create_string_buffer(16)
    here, there = Span(ctypes.addressof(buffer), 16), Span(address, 16)
    if read is None or read(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0) != 16:
        return ""
    return buffer.raw.hex()
