"""Grades submissions in processes on this machine."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from ..assignment.spec import AssignmentSpec
from ..grading.trace import Listener
from ..machine import capacity
from ..sandbox import memory_needs
from ..sandbox.warm import WarmKind, WarmStart
from . import calls, events, server
from .executor import Executor, Machine, has_memory
from .work import GradingTask, TaskResult, Work

if TYPE_CHECKING:
    from pebble import ProcessPool

LOOK_SECONDS = 1.0  # between two looks whether a pool still works
SharedWarm = tuple[WarmKind, socket.socket, int]
"""The kind of a warm process, the socket on which it receives requests, and the number of processes that share it."""


def cores() -> int:
    """Return the number of whole processors that this process may use, at least 1."""
    return int(capacity.processors())


def fitting_jobs(jobs: int, content: AssignmentSpec, memory_mb: int) -> int:
    """Return how many of ``jobs`` fit into this memory if each submission uses its whole limit; at least 1."""
    return max(1, min(jobs, memory_mb // (content.limits.memory_mb + memory_needs.own_mb(content))))


def free_mb() -> int:
    """Return the free memory in megabytes, of this machine or within the limit of the container."""
    import psutil  # here, since grading processes do not need it

    free_bytes = int(psutil.virtual_memory().available)
    limit = capacity.memory()
    used_bytes = None if limit is None else limit.in_use()
    return (free_bytes if limit is None or used_bytes is None else min(free_bytes, limit.size - used_bytes)) >> 20


@contextmanager
def processes(jobs: int) -> Iterator[Callable[..., Future[Any]]]:
    """Start ``jobs`` processes for other work than grading; yields a function that schedules a call in one of them."""
    pool = _start_pool(jobs)
    try:
        yield lambda function, *arguments: pool.schedule(calls.run, args=(function, *arguments))
    finally:
        _end_pool(pool)


@contextmanager
def local_executor(jobs: int, memory_mb: int, kinds: Iterable[WarmKind] = ()) -> Iterator[Executor]:
    """Grade with ``jobs`` processes and this memory on this machine; the processes start now, in the background.

    For each of ``kinds`` a process that workers are forked from starts too, and all of them share it.
    Call it before other threads exist: it changes the environment and the signal mask for a moment.
    """
    place = _LocalPlace(jobs, memory_mb, kinds)
    executor = Executor(place)
    try:
        yield executor
    finally:
        executor.close()
        place.close()


class _LocalPlace:
    """The processes of this machine, and the pipe of their events."""

    pauses_machines = False

    def __init__(self, jobs: int, memory_mb: int, kinds: Iterable[WarmKind]) -> None:
        self.slots = jobs
        self._memory_mb = memory_mb
        self._receiving_end, self._sending_end = multiprocessing.Pipe(duplex=False)
        self._warm = WarmStart()
        controls = {kind: self._warm.share(kind) for kind in kinds}
        self._shared_warm = [(kind, control, jobs) for kind, control in controls.items() if control is not None]
        self._lock = threading.Lock()
        self._is_closing = threading.Event()
        self._watchers: list[threading.Thread] = []
        self._start()
        self._listeners = events.Listeners()
        self._thread: threading.Thread | None = None

    def has_room(self, work: Work, task: GradingTask, running: Sequence[tuple[Work, GradingTask]], ahead: int) -> bool:
        """True if the memory of a task is free."""
        return has_memory(work, task, running, self._memory_mb)

    def problem(self) -> str:
        """Return "": this machine is always there."""
        return ""

    def machines(self) -> list[Machine]:
        """Return [], because there is only this one."""
        return []

    def watch(self, notify: Callable[[], None]) -> None:
        """Do nothing: the room changes only when a task ends."""

    def start(self, work: Work, task: GradingTask, listener: Listener | None) -> Future[TaskResult]:
        if listener is None:
            return self.call(calls.grade_one, work, task, seconds=work.seconds)
        with self._lock:
            if self._thread is None:
                self._thread = events.receive(self._receiving_end, self._listeners)
        number = self._listeners.add(listener)
        future = self.call(calls.grade_one, work, task, events.PipeSender(number), seconds=work.seconds)
        future.add_done_callback(lambda _: self._listeners.finish(number))
        return future

    def call(self, function: Callable[..., Any], *arguments: Any, seconds: float | None = None) -> Future[Any]:
        """Schedule a call in an idle process; the process is ended after ``seconds``."""
        arguments = (function, *arguments)
        with self._lock:
            try:
                future: Future[Any] = self.pool.schedule(calls.run, args=arguments, timeout=seconds)
            except RuntimeError:  # the pool gives up if an idle process is killed
                self._start()
                future = self.pool.schedule(calls.run, args=arguments, timeout=seconds)
            pending = self._pending
            pending.add(future)
        future.add_done_callback(pending.discard)
        return future

    def _start(self) -> None:
        """Start a pool and a thread that watches it."""
        self.pool = _start_pool(self.slots, self._sending_end, self._shared_warm)
        self._pending: set[Future[Any]] = set()
        watcher = threading.Thread(target=self._watch, args=(self.pool, self._pending), daemon=True)
        watcher.start()
        self._watchers.append(watcher)

    def _watch(self, pool: ProcessPool, pending: set[Future[Any]]) -> None:
        """End a pool when it has given up or this place is closed, and let the calls that it has lost fail.

        A pool that gives up reports only the calls that it has passed on to its processes.
        """
        while pool.active and not self._is_closing.wait(LOOK_SECONDS):
            pass
        _end_pool(pool)
        for future in [*pending]:
            with contextlib.suppress(InvalidStateError):  # it has ended meanwhile
                future.set_exception(RuntimeError("the grading processes have ended"))

    def stop(self, future: Future[TaskResult]) -> None:
        future.cancel()  # the pool kills the process that grades it, and starts another one

    def check(self) -> None:
        """Do nothing: this machine is never gone."""

    def retire(self) -> None:
        """Begin to end all processes: the pool notices it within a tenth of a second."""
        self.pool.stop()

    def close(self) -> None:
        """End all processes; then nobody can write into the pipe, and the thread that reads it ends."""
        self._is_closing.set()
        for watcher in self._watchers:
            watcher.join()
        self._warm.close()
        self._sending_end.close()
        if self._thread is not None:
            self._thread.join()
        self._receiving_end.close()


def _start_pool(jobs: int, pipe: Connection | None = None, shared_warm: Sequence[SharedWarm] = ()) -> ProcessPool:
    """Start ``jobs`` processes with one BLAS thread each."""
    from pebble import ProcessPool

    context = server.start()
    # Ctrl-C is for this process, which ends the others; they must not receive it while they start.
    old_signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPool(max_workers=jobs, context=context, initializer=_start_process, initargs=(pipe, shared_warm))
    pool.schedule(abs, args=[0])  # the first call starts the processes
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, old_signals)  # raises KeyboardInterrupt if Ctrl-C came meanwhile
    except BaseException:
        _end_pool(pool)
        raise
    return pool


def _end_pool(pool: ProcessPool) -> None:
    """End all processes of a pool."""
    pool.stop()
    pool.join()


def _start_process(pipe: Connection | None, shared_warm: Sequence[SharedWarm]) -> None:
    """Prepare a process of the pool, which sends its events to ``pipe``."""
    _belong_to_parent()
    for kind, control, users in shared_warm:
        from . import grading_job  # only processes that grade need it

        grading_job.warm.join(kind, control, users)
    if pipe is not None:
        events.send_to(pipe)


def _belong_to_parent() -> None:
    """Ignore Ctrl-C, and end when the parent process ends, even if it is killed; a worker of this process ends too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
