"""Runs the submissions of a batch, several at a time, on this machine or on a Dask cluster."""

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
from ..assignment.spec import AssignmentFile
from ..expected.assignment_files import pack
from ..grading.grade import ran_out_of_memory
from ..machine import capacity, distribution
from ..machine.device import Wanted
from ..sandbox import memory_needs
from ..sandbox.allowance import LONGEST
from ..support.errors import NotGradable, UsageError
from . import grading_job, server
from .grading_job import Done, Task, Work

Item = TypeVar("Item")
Result = TypeVar("Result")
PATIENCE = 600  # seconds that the grader's own work on one submission may take, beyond the submission's limit
SECONDS_TO_CONNECT = 5  # to a scheduler
NO_DASK = f"--scheduler needs Dask: run {distribution.command('cluster')}."
NO_SCHEDULER = "There is no Dask scheduler at {address}: start one with 'dask scheduler'."
UNPROTECTED = (
    "{what} is reached without encryption, and a scheduler runs the code of everybody who reaches it: use tls:// "
    "(docs/grading.md), or, where nobody else reaches that network, give --insecure-scheduler."
)
NO_CERTIFICATE = (
    "tls:// needs Dask's certificates, and {missing} is not set: set DASK_DISTRIBUTED__COMM__TLS__CA_FILE, "
    "DASK_DISTRIBUTED__COMM__TLS__CLIENT__CERT and DASK_DISTRIBUTED__COMM__TLS__CLIENT__KEY."
)
PROTECTED = ("tls", "wss")  # what Dask calls connections by TLS
LOOK_SECONDS = 5  # between two looks at a place that gives no results


@dataclass(frozen=True)
class Place:
    """Where submissions are graded: how to hand one in, how many at a time, and what to raise if it is gone."""

    submit: Callable[[Work, Task], Future[Done]]
    slots: int
    check: Callable[[], None] = lambda: None


class Lost(Exception):
    """The process that graded a submission has died or hangs; the text says how."""


def cores() -> int:
    """The whole processors that this process may use, at least 1."""
    return int(capacity.processors())


def fitting(jobs: int, content: AssignmentFile) -> int:
    """As many of ``jobs`` as memory is there for, if each submission takes what it may."""
    each = (content.limits.memory_mb + memory_needs.own_mb(content)) << 20
    return max(1, min(jobs, _free_memory() // each))


def _free_memory() -> int:
    """Bytes that are free on this machine, or within the limit of the container."""
    free = int(psutil.virtual_memory().available)
    limit = capacity.memory()
    used = None if limit is None else limit.in_use()
    return free if limit is None or used is None else min(free, limit.size - used)


def apart(function: Callable[..., Result], *arguments: Any) -> Result:
    """Call a function in a process of its own, which ends with it."""
    with _pool(1) as schedule:
        result: Result = schedule(function, *arguments).result()
        return result


@contextmanager
def here(jobs: int, limits: Limits) -> Iterator[Place]:
    """Grade by ``jobs`` processes of this machine, which start now, while something else is done."""
    with _pool(jobs) as schedule:
        yield Place(partial(schedule, grading_job.grade_one, timeout=LONGEST * limits.total_seconds + PATIENCE), jobs)


@contextmanager
def _pool(jobs: int) -> Iterator[Callable[..., Future[Any]]]:
    """So many processes, each with one BLAS thread; yields how to call a function in one of them."""
    from pebble import ProcessPool

    context = server.start()
    # A Ctrl-C is for this process, which ends the others; they must not meet it while they start.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    pool = ProcessPool(max_workers=jobs, context=context, initializer=_belong_to_parent)
    pool.schedule(abs, args=[0])  # which starts them, at once
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)  # and raises KeyboardInterrupt, if that has come meanwhile
        yield lambda function, *arguments, timeout=None: pool.schedule(function, args=arguments, timeout=timeout)
    finally:
        pool.stop()
        pool.join()


def _belong_to_parent() -> None:
    """Leave Ctrl-C to the grader, and end with it, also when it is killed; a worker that is held here ends as well."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def find_scheduler(address: str, insecure: bool = False) -> None:
    """Raise UsageError where nothing answers at ``address`` as Dask does: a client that has found none takes 20 s to end.

    The same for another machine that is reached without TLS, unless ``insecure`` allows that.
    """
    try:
        from distributed.comm.core import connect
        from distributed.security import Security
    except ImportError as error:
        raise UsageError(NO_DASK) from error
    scheme, _, place = address.rpartition("://")
    try:
        parts = urlsplit(f"//{place}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if scheme in ("", "tcp", "tls") and not (host and port):
        raise UsageError(
            f"'{address}' is not the address of a Dask scheduler: give it as tcp://HOST:PORT, as the scheduler prints it."
        )
    if scheme not in PROTECTED and not insecure and not _is_loopback(host or ""):
        raise UsageError(UNPROTECTED.format(what=f"The Dask scheduler at {address}"))
    if scheme in PROTECTED:
        _refuse_missing_certificates()
    if scheme in ("", "tcp", "tls"):
        try:  # refused at once, where Dask would try again until its time is over
            socket.create_connection((host, port), timeout=SECONDS_TO_CONNECT).close()
        except OSError as error:
            raise UsageError(NO_SCHEDULER.format(address=address)) from error

    async def greet() -> None:
        options = Security().get_connection_args("client")
        comm = await asyncio.wait_for(connect(address, **options), SECONDS_TO_CONNECT)
        comm.abort()

    try:
        with ThreadPoolExecutor(1) as thread:  # this one may have a loop already
            thread.submit(lambda: asyncio.run(greet())).result()
    except Exception as error:  # where something else answers, it fails in many ways
        raise UsageError(NO_SCHEDULER.format(address=address)) from error


def _is_loopback(host: str) -> bool:
    """Whether a connection to ``host`` does not leave this machine, by every address of that name."""
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    addresses = [ipaddress.ip_address(text) for text in found]
    return bool(addresses) and all((getattr(each, "ipv4_mapped", None) or each).is_loopback for each in addresses)


def _refuse_missing_certificates() -> None:
    """Raise UsageError unless Dask's configuration has what a client needs for TLS."""
    import dask.config
    import distributed  # noqa: F401, which has its configuration

    for name in ("ca-file", "client.cert"):
        file = dask.config.get(f"distributed.comm.tls.{name}")
        if not file:
            raise UsageError(NO_CERTIFICATE.format(missing=f"distributed.comm.tls.{name}"))
        if not os.access(file, os.R_OK):
            raise UsageError(f"{file} cannot be read: correct distributed.comm.tls.{name} in Dask's configuration.")


def _refuse_unprotected_workers(addresses: Iterable[str]) -> None:
    """Raise UsageError where a scheduler of this machine would hand submissions to another one without TLS."""
    own = {address.address for interface in psutil.net_if_addrs().values() for address in interface}
    for address in addresses:
        scheme, _, place = address.rpartition("://")
        host = urlsplit(f"//{place}").hostname or ""
        if scheme not in PROTECTED and host not in own and not _is_loopback(host):
            raise UsageError(UNPROTECTED.format(what=f"The Dask worker at {address}"))


@contextmanager
def cluster(address: str, assignment: Assignment, device: Wanted, insecure: bool = False) -> Iterator[Place]:
    """Grade on the Dask cluster with the scheduler at ``address``; each machine tries its isolation out first.

    Connections to other machines are by TLS, unless ``insecure`` allows others.
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
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters is said here

    def check() -> None:
        if client.status not in ("running", "connecting"):
            raise NotGradable(
                f"The Dask scheduler at {address} is gone: start it and its workers, and run the same command again; "
                "what is graded is kept."
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
            sent: dict[str, Any] = {}

            def submit(work: Work, task: Task) -> Future[Done]:
                if work.identity not in sent:  # what all submissions have in common goes out once
                    sent[work.identity] = client.scatter(_for_others(work, assignment), broadcast=True)
                future: Future[Done] = executor.submit(grading_job.grade_one, sent[work.identity], task)
                return future

            yield Place(submit, sum(client.nthreads().values()), check)


def _for_others(work: Work, assignment: Assignment) -> Work:
    """The same for another machine, which has not the folders of this one and is to be inspected."""
    packed = None if assignment.is_bundled else pack(assignment, [Path(path) for path in work.hide])
    name = assignment.name if packed is None else ""
    return replace(work, assignment=name, files=packed, hide=(), inspected=False)


def each(work: Work, items: Iterable[tuple[Item, Task]], place: Place) -> Iterator[tuple[Item, Done | Lost]]:
    """Grade ``items`` and yield each with what came out, as they finish.

    As many as are graded wait beside them, so that no slot does. A submission whose process died, or for which memory ran
    out, is tried once more at the end, alone. Raises NotGradable where nothing may be graded.
    """
    pending: dict[Future[Done], tuple[Item, Task]] = {}
    once_more: list[tuple[Item, Task]] = []

    def submit(item: Item, task: Task) -> None:
        try:
            pending[place.submit(work, task)] = (item, task)
        except Exception:
            place.check()  # it fails in many ways when it is gone: say it in one
            raise

    def finished() -> Iterator[tuple[Item, Done | Lost]]:
        while not (done := wait(pending, LOOK_SECONDS, FIRST_COMPLETED).done):
            place.check()
        for future in done:
            item, task = pending.pop(future)
            ended: Done | Lost
            try:
                ended = future.result()
                again = ended.report is not None and ran_out_of_memory(ended.report)
            except (NotGradable, UsageError):
                raise
            except Exception as error:
                place.check()
                ended, again = Lost(f"{type(error).__name__}: {error}"), True
            if again and not task.last:
                once_more.append((item, replace(task, last=True)))
            else:
                yield item, ended

    try:
        for item, task in items:
            submit(item, task)
            if len(pending) >= 2 * place.slots:
                yield from finished()
        while pending:
            yield from finished()
        for item, task in once_more:
            submit(item, task)
            yield from finished()
    finally:
        for future in pending:
            future.cancel()
