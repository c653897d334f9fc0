"""A process that has already imported the modules of a worker and forks workers: ``python -I main.py warm CONTROL_FD``.

It is a separate program that gets only the names of modules, so that a worker cannot find data of the grader in its
memory. The confinement happens after the fork, as in a worker that starts cold.

The first messages on the socket are ``{"python_path", "modules", "rehearse", "fonts"}``. ``rehearse`` names functions
that are called if a module has them. ``fonts`` is a folder that keeps matplotlib's list of fonts; no worker sees it.
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
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from . import imported, prepare

MAX_MESSAGE = 1 << 16
Supervise = Callable[[int, int], int]


def serve(control: socket.socket, supervise: Supervise) -> None:
    """For every request fork a process that runs ``supervise(channel, lifeline)``, until the grader has ended."""
    gc.disable()  # imports create objects that stay; searching them for garbage takes a quarter of the time
    message, descriptors = _receive(control)
    while "modules" in message:
        _import_all(**message)
        message, descriptors = _receive(control)
    imported.note_loaded()
    gc.freeze()  # existing objects are not touched again, so their memory stays shared
    gc.enable()
    signal.signal(
        signal.SIGCHLD, signal.SIG_IGN
    )  # the kernel reaps the children, because this process does not wait for them
    while message and _can_fork():
        if os.fork() == 0:
            _become(supervise, message["environment"], *descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        message, descriptors = _receive(control)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return a message and its descriptors; the message is empty after the grader has ended."""
    message, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 3)
    return json.loads(message or "{}"), descriptors


def _import_all(python_path: list[str], modules: list[str], rehearse: list[str], fonts: str) -> None:
    prepare.watch()
    own = [*sys.path]
    sys.path += python_path
    with _temporary_home(fonts):
        for name in modules:
            with contextlib.suppress(Exception):  # then it is imported, or fails, in the worker
                module = importlib.import_module(name)
                for function in rehearse if name.startswith(f"{__package__}.") else ():
                    getattr(module, function, lambda: None)()
    sys.path[:] = own


@contextlib.contextmanager
def _temporary_home(fonts: str) -> Iterator[None]:
    """Let the imports read and write an empty home, not the user's own folders; matplotlib's list of fonts is kept.

    The search for fonts takes longer than the rest of the import.
    """
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(dict.fromkeys(("HOME", "TMPDIR", "IPYTHONDIR", "MPLCONFIGDIR"), home))
        old_lists = {file.name for file in _copy_font_lists(fonts, home)}
        yield
        _copy_font_lists(home, fonts, old_lists)


def _copy_font_lists(source: str, target: str, others: Collection[str] = ()) -> list[Path]:
    """Copy the lists of fonts, but for the ``others``, in one step each; return them. Without a folder do nothing."""
    if not source or not target:
        return []
    files = [file for file in Path(source).glob("fontlist-*.json") if file.name not in others]
    with contextlib.suppress(OSError):  # the list is made again
        for file in files:
            Path(target).mkdir(parents=True, exist_ok=True)
            part = Path(target, f"{file.name}.{os.getpid()}")
            part.write_bytes(file.read_bytes())
            part.replace(Path(target, file.name))
    return files


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
