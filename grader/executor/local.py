"""Grades submissions in processes on this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import psutil

from ..assignment.base import Limits
from ..assignment.spec import AssignmentSpec
from ..machine import capacity
from ..sandbox import memory_needs
from ..sandbox.allowance import LONGEST
from . import grading_job, server
from .pool import GradingPool

Result = TypeVar("Result")
PATIENCE = 600  # seconds that the grader's own work on one submission may take, on top of the submission's limit


def cores() -> int:
    """Return the number of whole processors that this process may use, at least 1."""
    return int(capacity.processors())


def fitting_jobs(jobs: int, content: AssignmentSpec) -> int:
    """Return how many of ``jobs`` fit into memory if each submission uses its whole limit; at least 1."""
    bytes_each = (content.limits.memory_mb + memory_needs.own_mb(content)) << 20
    return max(1, min(jobs, _free_memory() // bytes_each))


def _free_memory() -> int:
    """Return the free memory in bytes, of this machine or within the limit of the container."""
    free_bytes = int(psutil.virtual_memory().available)
    limit = capacity.memory()
    used_bytes = None if limit is None else limit.in_use()
    return free_bytes if limit is None or used_bytes is None else min(free_bytes, limit.size - used_bytes)


def run_in_process(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function in a separate process, and return its result."""
    with processes(1) as schedule:
        result: Result = schedule(function, *arguments).result()
        return result


@contextmanager
def local_pool(jobs: int, limits: Limits) -> Iterator[GradingPool]:
    """Grade with ``jobs`` processes on this machine; they start now, in the background."""
    with processes(jobs) as schedule:
        yield GradingPool(
            partial(schedule, grading_job.grade_one, timeout=LONGEST * limits.total_seconds + PATIENCE),
            jobs,
            schedule=schedule,
        )


@contextmanager
def processes(jobs: int) -> Iterator[Callable[..., Future[Any]]]:
    """Start ``jobs`` processes with one BLAS thread each; yields a function that schedules a call in one of them."""
    from pebble import ProcessPool

    context = server.start()
    # Ctrl-C is for this process, which ends the others; they must not receive it while they start.
    old_signals = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPool(max_workers=jobs, context=context, initializer=_belong_to_parent)
    pool.schedule(abs, args=[0])  # the first call starts the processes
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, old_signals)  # raises KeyboardInterrupt if Ctrl-C came meanwhile
        yield lambda function, *arguments, timeout=None: pool.schedule(function, args=arguments, timeout=timeout)
    finally:
        pool.stop()
        pool.join()


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
