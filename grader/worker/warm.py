"""A process that has imported what workers need, and becomes one by a fork: ``python -I main.py warm CONTROL_FD``.

It is started on its own and is told nothing but what to import, so that no worker can find in its memory what
the grader knows. All that is confined comes after the fork, as in a worker that starts by itself.

The first message on the socket is ``{"python_path", "modules"}``; a module that has a
function ``rehearse`` is let do so. Each later one is ``{"environment"}``, with three
descriptors: the channel, the lifeline and where output goes. Here the lifeline is a socket, on which the supervisor tells
its process id when it begins and its exit status when it ends. Whoever gets no id starts a worker cold.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable

from . import prepare

MAX_MESSAGE = 1 << 16
Supervise = Callable[[int, int], int]


def serve(control: socket.socket, supervise: Supervise) -> None:
    """Fork a process that ends as ``supervise(channel, lifeline)`` for every request, until the grader is gone."""
    first = json.loads(control.recv(MAX_MESSAGE) or "{}")
    with tempfile.TemporaryDirectory() as home:  # nothing is read from, or left in, anybody's own
        os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), home))
        _import_all(**first)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits here: the kernel reaps
    gc.collect()
    gc.freeze()  # what is there already stays in shared memory
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 3)
        if not message or not _can_fork():
            return
        if os.fork() == 0:
            _become(supervise, json.loads(message)["environment"], *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _import_all(python_path: list[str], modules: list[str]) -> None:
    prepare.watch()
    own = [*sys.path]
    sys.path += python_path
    for name in modules:
        with contextlib.suppress(Exception):  # then it is imported, or fails, where it is needed
            module = importlib.import_module(name)
            if name.startswith(f"{__package__}.") and hasattr(module, "rehearse"):
                module.rehearse()
    sys.path[:] = own


def _can_fork() -> bool:
    """Whether this is the only thread: locks that another one holds would never be opened in a child."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:  # a system that does not say
        return False


def _become(supervise: Supervise, environment: dict[str, str], channel: int, lifeline: int, output: int) -> None:
    """Be as a process that was started with nothing but these descriptors and this environment; never returns."""
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for descriptor in map(int, os.listdir("/proc/self/fd")):
            if descriptor > 2 and descriptor not in (channel, lifeline):
                with contextlib.suppress(OSError):  # that of the listing itself
                    os.close(descriptor)
        for descriptor in (channel, lifeline):
            os.set_inheritable(descriptor, False)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None  # something that was imported may have asked where that is
        os.chdir("/")
        os.write(lifeline, b"%d\n" % os.getpid())
        status = supervise(channel, lifeline)
        os.write(lifeline, b"%d\n" % status)
    except BrokenPipeError:  # the grader is gone
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
