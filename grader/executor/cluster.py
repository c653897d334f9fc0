"""Grades submissions on a Dask cluster."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import socket
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

from ..assignment import load
from ..expected.assignment_files import pack
from ..grading.trace import Event, Listener
from ..machine import distribution
from ..support.choices import Device
from ..support.errors import NotGradable, UsageError
from . import events, grading_job
from .executor import Executor
from .work import GradingTask, TaskResult, Work

SECONDS_TO_CONNECT = 5  # to a Dask scheduler
if TYPE_CHECKING:
    from distributed import Client
    from distributed.cfexecutor import ClientExecutor

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
def cluster_executor(address: str, device: Device = "auto", insecure: bool = False) -> Iterator[Executor]:
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
    with client:
        if not client.nthreads():
            raise UsageError(
                f"The Dask scheduler at {address} has no workers: start some with 'dask worker {address}'."
            )
        if not insecure:
            _refuse_unprotected_workers(client.nthreads())
        resources = {"GPU": 1} if device == "gpu" else None
        with client.get_executor(pure=False, resources=resources, retries=2) as dask_executor:
            executor = Executor(_ClusterPlace(address, client, dask_executor))
            try:
                yield executor
            finally:
                executor.close()


class _ClusterPlace:
    """The workers of a Dask cluster."""

    def __init__(self, address: str, client: Client, executor: ClientExecutor) -> None:
        self.slots = sum(client.nthreads().values())
        self.memory_mb: int | None = None  # each machine has its own
        self.call = None
        self._address = address
        self._client = client
        self._executor = executor
        self._works: dict[str, Any] = {}
        self._listeners = events.Listeners()
        self._topic = ""

    def start(self, work: Work, task: GradingTask, listener: Listener | None) -> Future[TaskResult]:
        if work.identity not in self._works:  # a work is sent once
            self._works[work.identity] = self._client.scatter(_for_others(work), broadcast=True)
        shared_work = self._works[work.identity]
        if listener is None:
            return self._submit(shared_work, task, None)
        if not self._topic:
            self._topic = f"grader-{uuid.uuid4().hex}"
            self._client.subscribe_topic(self._topic, lambda event: self._listeners.deliver(event[1]))
        number = self._listeners.add(listener)
        future = self._submit(shared_work, task, _TopicSender(self._topic, number))
        future.add_done_callback(lambda _: self._listeners.finish(number))
        return future

    def _submit(self, work: Any, task: GradingTask, listener: Listener | None) -> Future[TaskResult]:
        future: Future[TaskResult] = self._executor.submit(grading_job.grade_one, work, task, listener)
        return future

    def stop(self, future: Future[TaskResult]) -> None:
        future.cancel()  # Dask does not start it, but cannot end it: its result is ignored

    def check(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise NotGradable(
                f"The Dask scheduler at {self._address} is gone. All results so far are kept: start the scheduler and its "
                "workers, and run the same command again."
            )


@dataclass(frozen=True)
class _TopicSender:
    """A listener in a Dask worker that sends the events of a task to the grader, by the scheduler."""

    topic: str
    number: int

    def __call__(self, event: Event) -> None:
        from distributed import get_worker

        get_worker().log_event(self.topic, [self.number, *event])


def _for_others(work: Work) -> Work:
    """Return the work for another machine, which has no folders of this one and must test its isolation."""
    assignment = load(work.assignment)
    contents = None if assignment.is_bundled else pack(assignment, [Path(path) for path in work.hide])
    name = assignment.name if contents is None else ""
    return replace(work, assignment=name, files=contents, hide=(), inspected=False)
