"""A process that has already imported the modules of a worker and forks workers: ``python -I main.py warm CONTROL_FD``.

It is a separate program that gets only the names of modules, so that a worker cannot find data of the grader in its
memory. The confinement happens after the fork, as in a worker that starts cold.

The first messages on the socket are ``{"python_path", "modules", "rehearse", "fonts"}``. ``rehearse`` names functions
that are called if a module has them. ``fonts`` is a folder that keeps matplotlib's list of fonts; no worker sees it.
Each later message is ``{"level", "environment"}`` with three descriptors: the channel, the lifeline and the output; the
level is always the same. Here the lifeline is a socket, on which the forked process sends its process id when it begins, and
the exit status of the worker when all processes of the worker have ended. If no id arrives, the grader starts a worker cold.

The forked process is the supervisor of a worker, at level strong its init. Then this process is itself process 1 of a pid
namespace, so that the kernel ends all workers if it is killed.
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
from typing import Any, NoReturn

from . import confine, imported, mounts, system

MAX_MESSAGE = 1 << 16
Enter = Callable[[dict[str, Any]], None]
Supervise = Callable[[int, int], int]
Init = Callable[[int, int, int, Enter], int]


def serve(control: socket.socket, supervise: Supervise, init: Init) -> None:
    """Fork a process for each request; when the grader closes the socket or ends, wait until all workers have ended.

    The process runs ``supervise(channel, lifeline)``, or at level strong ``init(channel, lifeline, pid, enter)``.
    """
    gc.disable()  # imports create objects that stay; searching them for garbage takes a quarter of the time
    message, descriptors = _receive(control)
    while "modules" in message:
        _import_all(**message)
        message, descriptors = _receive(control)
    imported.note_loaded()
    gc.freeze()  # existing objects are not touched again, so their memory stays shared
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir("/")
    strong: _Strong | None = None
    with contextlib.suppress(OSError):  # the system allows no more processes or namespaces
        if message and message["level"] == "strong" and _can_fork():
            strong = _Strong(init)
        signal.signal(
            signal.SIGCHLD, signal.SIG_IGN
        )  # the kernel reaps the children, because this process does not wait for them
        while message and _can_fork():
            _set_environment(message["environment"])
            child = os.fork() if strong is None else strong.fork()
            if child == 0 and strong is None:
                _become(supervise, [], *descriptors)
            elif child == 0 and strong is not None:
                _become(strong.supervise, strong.descriptors(), *descriptors)
            for descriptor in descriptors:
                os.close(descriptor)
            message, descriptors = _receive(control)
    for descriptor in (control.detach(), *descriptors):
        os.close(descriptor)
    with contextlib.suppress(ChildProcessError):
        os.wait()  # until all children have ended, because SIGCHLD is ignored


class _Strong:
    """Forks process 1 of a new pid namespace for each worker."""

    def __init__(self, init: Init) -> None:
        """Make this process process 1 of a pid namespace; only then may an ordinary user return to it after each fork."""
        self._init = init
        confine.enter_namespaces(system.CLONE_NEWPID)
        if os.fork() != 0:
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))
            os.wait()
            os._exit(0)
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        self._own = os.open("/proc/self/ns/pid", os.O_RDONLY)
        self._views = mounts.Views()

    def fork(self) -> int:
        """Return 0 in process 1 of a new pid namespace, and its id in this process; raises OSError."""
        self._views.collect()
        system.unshare(system.CLONE_NEWPID)
        child = os.fork()
        if child != 0:
            system.setns(self._own, system.CLONE_NEWPID)
        return child

    def descriptors(self) -> list[int]:
        """Return the descriptors that process 1 needs until it has confined itself."""
        return self._views.descriptors()

    def supervise(self, channel: int, lifeline: int) -> int:
        """Start a worker and return its exit status."""
        return self._init(channel, lifeline, _pid(), self._enter)

    def _enter(self, config: dict[str, Any]) -> None:
        self._views.enter(config, confine.NAMESPACES)
        if os.geteuid() != 0:  # the kernel counts the processes of each user namespace separately
            confine.enter_namespaces(0)


def _receive(control: socket.socket) -> tuple[dict[str, Any], list[int]]:
    """Return a message and its descriptors; the message is empty after the grader has ended."""
    message, descriptors, _, _ = socket.recv_fds(control, MAX_MESSAGE, 3)
    return json.loads(message or "{}"), descriptors


def _import_all(python_path: list[str], modules: list[str], rehearse: list[str], fonts: str) -> None:
    own = [*sys.path]
    sys.path += python_path
    from . import prepare  # imports NumPy, which may be in the python_path

    prepare.watch()
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


def _pid() -> int:
    """Return the process id that the grader sees, because ``/proc`` is still that of the grader."""
    return int(os.readlink("/proc/self"))


def _set_environment(environment: dict[str, str]) -> None:
    """Set the environment of this process, and of the processes that it will fork.

    It is the same for all workers at level strong. Setting it after the fork would copy a hundred pages of memory.
    """
    if dict(os.environ) != environment:
        os.environ.clear()
        os.environ.update(environment)
        tempfile.tempdir = None  # an imported module may have cached the folder


def _become(supervise: Supervise, others: list[int], channel: int, lifeline: int, output: int) -> NoReturn:
    """Become like a new process with only these descriptors and the ``others``, and supervise."""
    status = 1
    try:
        os.dup2(output, 1)
        os.dup2(output, 2)
        first = 3
        for descriptor in sorted((channel, lifeline, *others)):
            os.closerange(first, descriptor)
            first = descriptor + 1
        os.closerange(first, os.sysconf("SC_OPEN_MAX"))
        for descriptor in (channel, lifeline):
            os.set_inheritable(descriptor, False)
        os.write(lifeline, b"%d\n" % _pid())
        status = supervise(channel, lifeline)
        os.write(lifeline, b"%d\n" % status)
    except BrokenPipeError:  # the grader has ended
        pass
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)
