"""A process that has already imported the modules of a worker and forks workers: ``python -I main.py warm CONTROL_FD``.

It is a separate program that gets only the names of modules, so that a worker cannot find data of the grader in its
memory. The confinement happens after the fork, as in a worker that starts cold.

The first message on the socket is ``{"python_path", "modules"}``; if a module has a function ``rehearse``, it is called.
Each later message is ``{"environment"}`` with three descriptors: the channel, the lifeline and the output. Here the
lifeline is a socket, on which the supervisor sends its process id when it begins and its exit status when it ends. If no
id arrives, the grader starts a worker cold.
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

from . import imported, prepare

MAX_MESSAGE = 1 << 16
Supervise = Callable[[int, int], int]


def serve(control: socket.socket, supervise: Supervise) -> None:
    """For every request fork a process that runs ``supervise(channel, lifeline)``, until the grader has ended."""
    first = json.loads(control.recv(MAX_MESSAGE) or "{}")
    with tempfile.TemporaryDirectory() as home:  # the imports do not read or write the user's own folders
        os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), home))
        _import_all(**first)
    imported.note_loaded()
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # the kernel reaps the children, because this process does not wait for them
    gc.collect()
    gc.freeze()  # existing objects are not touched again, so their memory stays shared
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
        with contextlib.suppress(Exception):  # then it is imported, or fails, in the worker
            module = importlib.import_module(name)
            if name.startswith(f"{__package__}.") and hasattr(module, "rehearse"):
                module.rehearse()
    sys.path[:] = own


def _can_fork() -> bool:
    """True if this is the only thread: a lock that another thread holds would never be released in a child."""
    try:
        return len(os.listdir("/proc/self/task")) == 1
    except OSError:  # the system does not report threads
        return False


def _become(supervise: Supervise, environment: dict[str, str], channel: int, lifeline: int, output: int) -> None:
    """Become like a new process with only these descriptors and this environment, and supervise; never returns."""
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        for descriptor in map(int, os.listdir("/proc/self/fd")):
            if descriptor > 2 and descriptor not in (channel, lifeline):
                with contextlib.suppress(OSError):  # the descriptor of the listing itself
                    os.close(descriptor)
        for descriptor in (channel, lifeline):
            os.set_inheritable(descriptor, False)
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None  # an imported module may have cached the folder
        os.chdir("/")
        os.write(lifeline, b"%d\n" % os.getpid())
        status = supervise(channel, lifeline)
        os.write(lifeline, b"%d\n" % status)
    except BrokenPipeError:  # the grader has ended
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
