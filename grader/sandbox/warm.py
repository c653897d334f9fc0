"""Warm starts: workers are forked from processes that have already done the imports.

A batch creates one :class:`WarmStart` in each process that grades, and passes it to every session. The processes of a batch
share the warm process that all of them need. The check of a single submission begins one before the grader's own imports, so
that both programs start at the same time. If forking fails for any reason, the worker starts cold: slower, otherwise the
same. This module imports little, because it is imported first.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from ..machine.threads import ONE_THREAD
from ..support import user_cache
from . import filesystem
from .processes import COMMAND, Forked

MOST_FORKS = 50_000  # of one process, for all who share it; a thousand of them add no memory that can be measured
MOST_PROCESSES = 6  # of different kinds; a process with Keras needs hundreds of megabytes
MOST_FAILURES = 3  # in a row for one kind of process at one level; after that these workers always start cold
START_SECONDS = 60.0  # for the first fork, which waits for the imports
FORK_SECONDS = 5.0
# No variables of the grader, and no library threads, which a fork would lose.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    **ONE_THREAD,
}
WORKER = ("grader_worker.confine", "grader_worker.serve", "grader_worker.background", "resource")
INLINE = "module://matplotlib_inline.backend_inline"
ENGINES = {
    "module": ("grader_worker.module", "Agg"),
    "shell": ("grader_worker.shell", INLINE),
    "kernel": ("grader_worker.notebook", INLINE),
}  # (imported module, backend of matplotlib)
LIBRARIES = {
    "keras": ("tensorflow", "keras"),
    "matplotlib": (
        *("matplotlib.pyplot", "matplotlib.backends.backend_agg"),
        *("PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.JpegImagePlugin", "PIL.PpmImagePlugin"),  # to save a PNG
    ),
    "pandas": ("pandas",),
    "sklearn": ("sklearn",),
}
# {imported package: library}
LIBRARY_OF = {"tensorflow": "keras", **{name: name for name in LIBRARIES}}


@dataclass(frozen=True)
class WarmKind:
    """The kind of a warm process: an engine, and the names of the libraries that submissions import."""

    engine: str
    libraries: frozenset[str]

    @property
    def modules(self) -> list[str]:
        """The modules that a process of this kind imports."""
        return [*WORKER, ENGINES[self.engine][0], *self.of_libraries]

    @property
    def of_libraries(self) -> list[str]:
        """The modules of the libraries."""
        return [name for key in self.libraries for name in LIBRARIES[key]]


class WarmStart:
    """The warm processes of one process of the grader: one per kind of worker, started at the first use.

    With ``for_many`` workers they also rehearse what only some submissions need.
    """

    def __init__(self, for_many: bool = True) -> None:
        self._processes: dict[tuple[WarmKind, str | None], _WarmProcess] = {}  # None: before the first fork
        self._replaced: list[_WarmProcess] = []
        self._failures: Counter[tuple[WarmKind, str]] = Counter()
        self._for_many = for_many

    def begin(self, kind: WarmKind) -> None:
        """Start a process of this kind without waiting. If a worker needs more libraries, the process imports them too."""
        if sys.platform == "linux":
            self._processes[kind, None] = _OwnProcess(kind, self._for_many)

    def share(self, kind: WarmKind) -> socket.socket | None:
        """Start a process of this kind without waiting, and return the socket on which other processes can request workers."""
        self.begin(kind)
        process = self._processes.get((kind, None))
        return None if process is None else process.control

    def join(self, kind: WarmKind, control: socket.socket, users: int) -> None:
        """Fork workers of this kind from the process that another process shares with this number of processes."""
        self._processes[kind, None] = _WarmProcess(control, max(1, MOST_FORKS // users))

    def fork(
        self, kind: WarmKind, level: str, channel: socket.socket, output: int, environment: Mapping[str, str]
    ) -> Forked | None:
        """Return a supervisor with this channel, output and environment, or None if no warm process can fork it."""
        key = kind, level
        if sys.platform != "linux" or self._failures[key] >= MOST_FAILURES:
            return None
        if key in self._processes and self._processes[key].forks >= self._processes[key].most_forks:
            self._let_go(key)
        try:
            if key not in self._processes:
                self._processes[key] = self._extended(kind) or _OwnProcess(kind, self._for_many)
                if len(self._processes) > MOST_PROCESSES:
                    self._let_go(next(iter(self._processes)))  # the oldest one
            supervisor = self._processes[key].fork(level, channel, output, environment)
        except OSError:
            self._failures[key] += 1
            if key in self._processes:  # not if it could not be started
                self._let_go(key)
            return None
        self._failures[key] = 0
        return supervisor

    def _extended(self, kind: WarmKind) -> _WarmProcess | None:
        """Return a process that has not forked yet, and imports the missing libraries; end others that were begun in vain.

        Shared processes are kept, and import nothing more: another process of the grader may have forked from them.
        """
        if (kind, None) in self._processes:
            return self._processes.pop((kind, None))
        for key, process in [*self._processes.items()]:
            other, level = key
            if level is not None or not isinstance(process, _OwnProcess):
                continue
            del self._processes[key]
            if other.engine == kind.engine and other.libraries <= kind.libraries:
                process.import_modules(kind.of_libraries)
                return process
            process.close()
        return None

    def _let_go(self, key: tuple[WarmKind, str | None]) -> None:
        """Let a process end after its last worker."""
        process = self._processes.pop(key)
        process.let_go()
        self._replaced = [process, *(other for other in self._replaced if other.runs())]

    def __enter__(self) -> WarmStart:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes, at level strong with the workers that were forked from them."""
        for key in [*self._processes]:
            self._let_go(key)
        for process in self._replaced:
            process.close()
        self._replaced = []


class _WarmProcess:
    """The connection to a process of :mod:`grader.worker.warm`."""

    def __init__(self, control: socket.socket, most_forks: int) -> None:
        self.control = control
        self.most_forks = most_forks
        self.forks = 0
        """The number of workers that this process of the grader has requested."""

    def fork(self, level: str, channel: socket.socket, output: int, environment: Mapping[str, str]) -> Forked:
        """Request a supervisor; raises OSError if the process has ended, refuses or does not answer."""
        seconds = FORK_SECONDS if self.forks else START_SECONDS
        self.control.settimeout(seconds)
        lifeline, theirs = socket.socketpair()
        with theirs:
            descriptors = [channel.fileno(), theirs.fileno(), output]
            message = {"level": level, "environment": dict(environment)}
            socket.send_fds(self.control, [json.dumps(message).encode()], descriptors)
        supervisor = Forked(lifeline, seconds)
        self.forks += 1
        return supervisor

    def let_go(self) -> None:
        """Close the connection: after the last one the process ends when all workers that were forked from it have ended."""
        self.control.close()

    def runs(self) -> bool:
        """True if this process of the grader has started the process, and it has not ended."""
        return False

    def close(self) -> None:
        """Close the connection, and end the process if this process of the grader has started it."""
        self.control.close()


class _OwnProcess(_WarmProcess):
    """A process of :mod:`grader.worker.warm` that this process of the grader starts."""

    def __init__(self, kind: WarmKind, for_many: bool) -> None:
        self._rehearse = ["rehearse_errors", "rehearse"] if for_many else ["rehearse"]
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        super().__init__(control, MOST_FORKS)
        with theirs:
            self._process = subprocess.Popen(
                [*COMMAND, "warm", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={**ENVIRONMENT, "MPLBACKEND": ENGINES[kind.engine][1]},
                pass_fds=(theirs.fileno(),),
                start_new_session=True,  # Ctrl-C is for the grader; this process ends when the grader ends
            )
        with contextlib.suppress(OSError):  # the process has ended; so the first fork fails
            self.import_modules(kind.modules)

    def import_modules(self, modules: list[str]) -> None:
        """Request that the process imports modules before its first fork; raises OSError if it has ended."""
        fonts = user_cache.folder("fonts")
        message = {
            "python_path": filesystem.python_path(),
            "modules": modules,
            "rehearse": self._rehearse,
            "fonts": "" if fonts is None else str(fonts),
        }
        self.control.send(json.dumps(message).encode())

    def runs(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        """End the process, and at level strong its workers."""
        super().close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1.0 if self.forks else 0.0)  # without a fork it may still be importing
        self._process.kill()
        self._process.wait()
