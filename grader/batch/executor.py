"""Grades the submissions of a batch in parallel, on this machine or on a Dask cluster."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import psutil

from ..assignment import Assignment
from ..assignment.base import Limits
from ..assignment.spec import AssignmentSpec
from ..expected.assignment_files import pack
from ..grading.grade import ran_out_of_memory
from ..machine import capacity, distribution
from ..sandbox import memory_needs
from ..sandbox.allowance import LONGEST
from ..support.choices import Device
from ..support.errors import NotGradable, UsageError
from . import grading_job, server
from .grading_job import BatchSettings, GradingTask, TaskResult

Item = TypeVar("Item")
Result = TypeVar("Result")
PATIENCE = 600  # seconds that the grader's own work on one submission may take, on top of the submission's limit
SECONDS_TO_CONNECT = 5  # to a Dask scheduler
NO_DASK = f"--scheduler needs Dask: run {distribution.command('cluster')}."
NO_SCHEDULER = "There is no Dask scheduler at {address}: start one with 'dask scheduler'."
UNPROTECTED = (
    "The connection to {what} is not encrypted, and a scheduler runs code from everybody who can connect: use tls:// "
    "(see docs/grading.md), or add --insecure-scheduler if nobody else can reach that network."
)
NO_CERTIFICATE = (
    "tls:// needs certificates for Dask, but {missing} is not set: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
)
PROTECTED = ("tls", "wss")  # Dask's address schemes with TLS
LOOK_SECONDS = 5  # between two checks of a place that returns no results


@dataclass(frozen=True)
class GradingPool:
    """Where submissions are graded.

    ``submit`` starts one, ``slots`` is the number graded at a time, and ``check`` raises if the place is gone.
    """

    submit: Callable[[BatchSettings, GradingTask], Future[TaskResult]]
    slots: int
    check: Callable[[], None] = lambda: None


class ProcessLost(Exception):
    """The process that graded a submission died or hangs; the message says how."""


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
    with _pool(1) as schedule:
        result: Result = schedule(function, *arguments).result()
        return result


@contextmanager
def local_pool(jobs: int, limits: Limits) -> Iterator[GradingPool]:
    """Grade with ``jobs`` processes on this machine; they start now, in the background."""
    with _pool(jobs) as schedule:
        yield GradingPool(
            partial(schedule, grading_job.grade_one, timeout=LONGEST * limits.total_seconds + PATIENCE), jobs
        )


@contextmanager
def _pool(jobs: int) -> Iterator[Callable[..., Future[Any]]]:
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


def find_scheduler(address: str, insecure: bool = False) -> None:
    """Raise UsageError unless a Dask scheduler answers at ``address``: a Dask client would need 20 s to notice.

    Also raises UsageError for a connection to another machine without TLS, unless ``insecure`` allows it.
    """
    try:
        from distributed.comm.core import connect
        from distributed.security import Security
    except ImportError as error:
        raise UsageError(NO_DASK) from error
    scheme, _, host_and_port = address.rpartition("://")
    try:
        parts = urlsplit(f"//{host_and_port}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if scheme in ("", "tcp", "tls") and not (host and port):
        raise UsageError(
            f"'{address}' is not the address of a Dask scheduler: use the form tcp://HOST:PORT that the scheduler prints."
        )
    if scheme not in PROTECTED and not insecure and not _is_loopback(host or ""):
        raise UsageError(UNPROTECTED.format(what=f"the Dask scheduler at {address}"))
    if scheme in PROTECTED:
        _refuse_missing_certificates()
    if scheme in ("", "tcp", "tls"):
        try:  # fails at once, while Dask would try again until its time-out
            socket.create_connection((host, port), timeout=SECONDS_TO_CONNECT).close()
        except OSError as error:
            raise UsageError(NO_SCHEDULER.format(address=address)) from error

    async def greet() -> None:
        options = Security().get_connection_args("client")
        comm = await asyncio.wait_for(connect(address, **options), SECONDS_TO_CONNECT)
        comm.abort()

    try:
        with ThreadPoolExecutor(1) as thread:  # this thread may already run an event loop
            thread.submit(lambda: asyncio.run(greet())).result()
    except Exception as error:  # another kind of server fails in many ways
        raise UsageError(NO_SCHEDULER.format(address=address)) from error


def _is_loopback(host: str) -> bool:
    """True if every address of ``host`` is on this machine."""
    try:
        texts = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    addresses = [ipaddress.ip_address(text) for text in texts]
    return bool(addresses) and all((getattr(ip, "ipv4_mapped", None) or ip).is_loopback for ip in addresses)


def _refuse_missing_certificates() -> None:
    """Raise UsageError unless Dask's configuration names the certificates that a client needs for TLS."""
    import dask.config
    import distributed  # noqa: F401, the import loads its configuration

    for name in ("ca-file", "client.cert"):
        file = dask.config.get(f"distributed.comm.tls.{name}")
        if not file:
            raise UsageError(NO_CERTIFICATE.format(missing=f"distributed.comm.tls.{name}"))
        if not os.access(file, os.R_OK):
            raise UsageError(f"{file} cannot be read: correct distributed.comm.tls.{name} in Dask's configuration.")


def _refuse_unprotected_workers(addresses: Iterable[str]) -> None:
    """Raise UsageError if a scheduler would send submissions to another machine without TLS."""
    own_addresses = {address.address for interface in psutil.net_if_addrs().values() for address in interface}
    for address in addresses:
        scheme, _, host_and_port = address.rpartition("://")
        host = urlsplit(f"//{host_and_port}").hostname or ""
        if scheme not in PROTECTED and host not in own_addresses and not _is_loopback(host):
            raise UsageError(UNPROTECTED.format(what=f"the Dask worker at {address}"))


@contextmanager
def cluster_pool(address: str, assignment: Assignment, device: Device, insecure: bool = False) -> Iterator[GradingPool]:
    """Grade on the Dask cluster with the scheduler at ``address``; each machine tests its isolation first.

    Connections to other machines must use TLS, unless ``insecure`` allows others.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(NO_DASK) from error
    find_scheduler(address, insecure)
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(NO_SCHEDULER.format(address=address)) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the grader reports problems itself

    def check() -> None:
        if client.status not in ("running", "connecting"):
            raise NotGradable(
                f"The Dask scheduler at {address} is gone. All results so far are kept: start the scheduler and its "
                "workers, and run the same command again."
            )

    with client:
        if not client.nthreads():
            raise UsageError(
                f"The Dask scheduler at {address} has no workers: start some with 'dask worker {address}'."
            )
        if not insecure:
            _refuse_unprotected_workers(client.nthreads())
        resources = {"GPU": 1} if device == "gpu" else None
        with client.get_executor(pure=False, resources=resources, retries=2) as executor:
            shared_settings: dict[str, Any] = {}

            def submit(settings: BatchSettings, task: GradingTask) -> Future[TaskResult]:
                if settings.identity not in shared_settings:  # the shared settings are sent once
                    shared_settings[settings.identity] = client.scatter(
                        _for_others(settings, assignment), broadcast=True
                    )
                future: Future[TaskResult] = executor.submit(
                    grading_job.grade_one, shared_settings[settings.identity], task
                )
                return future

            yield GradingPool(submit, sum(client.nthreads().values()), check)


def _for_others(settings: BatchSettings, assignment: Assignment) -> BatchSettings:
    """Return the work for another machine, which has no folders of this one and must test its isolation."""
    contents = None if assignment.is_bundled else pack(assignment, [Path(path) for path in settings.hide])
    name = assignment.name if contents is None else ""
    return replace(settings, assignment=name, files=contents, hide=(), inspected=False)


def grade_each(
    settings: BatchSettings, items: Iterable[tuple[Item, GradingTask]], pool: GradingPool
) -> Iterator[tuple[Item, TaskResult | ProcessLost]]:
    """Grade ``items``, and yield each item with its result as soon as it is finished.

    Twice as many submissions as slots are in progress, so that no slot is idle. A submission is tried once more at the
    end, alone, if its process died or memory ran out. Raises NotGradable if nothing may be graded.
    """
    items_by_future: dict[Future[TaskResult], tuple[Item, GradingTask]] = {}
    retries: list[tuple[Item, GradingTask]] = []

    def submit(item: Item, task: GradingTask) -> None:
        try:
            items_by_future[pool.submit(settings, task)] = (item, task)
        except Exception:
            pool.check()  # a place that is gone fails in many ways: report all in the same way
            raise

    def finished() -> Iterator[tuple[Item, TaskResult | ProcessLost]]:
        while not (finished_futures := wait(items_by_future, LOOK_SECONDS, FIRST_COMPLETED).done):
            pool.check()
        for future in finished_futures:
            item, task = items_by_future.pop(future)
            result: TaskResult | ProcessLost
            try:
                result = future.result()
                needs_retry = result.report is not None and ran_out_of_memory(result.report)
            except (NotGradable, UsageError):
                raise
            except Exception as error:
                pool.check()
                result, needs_retry = ProcessLost(f"{type(error).__name__}: {error}"), True
            if needs_retry and not task.last:
                retries.append((item, replace(task, last=True)))
            else:
                yield item, result

    try:
        for item, task in items:
            submit(item, task)
            if len(items_by_future) >= 2 * pool.slots:
                yield from finished()
        while items_by_future:
            yield from finished()
        for item, task in retries:
            submit(item, task)
            yield from finished()
    finally:
        for future in items_by_future:
            future.cancel()
