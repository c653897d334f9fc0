"""Grades submissions on a Dask cluster, if every machine grades by the rules of this one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import pickle
import threading
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

from ..assignment import load
from ..expected.assignment_files import pack
from ..grading.rules import rules_here
from ..grading.trace import Listener
from ..support.choices import Device
from ..support.errors import NotGradable, UsageError
from ..version import __version__
from . import events, scheduler
from .dask_worker import NotPrepared, TopicSender, grade_packed, prepare_worker
from .executor import Executor
from .work import GradingTask, TaskResult, Work

if TYPE_CHECKING:
    from distributed import Client
    from distributed.cfexecutor import ClientExecutor

SECONDS_TO_GREET = 5  # a scheduler that has answered already
MOST_PREPARATIONS = 3  # of workers for one task
OTHER_GRADER = (
    "The Dask worker {address} has no grader, or a very different one ({error}): install grader {version} with the same "
    "code on all machines, and restart the Dask workers."
)


@contextlib.contextmanager
def cluster_executor(address: str, device: Device = "auto", insecure: bool = False) -> Iterator[Executor]:
    """Grade on the Dask cluster with the scheduler at ``address``.

    Before the first submission of a work, each Dask worker compares its rules with those of this machine, and tests its
    isolation; one that joins later does it before its first submission. If one fails, NotGradable is raised. No other
    worker grades its submissions instead, because then the machine would stay unnoticed. Connections to other machines
    must use TLS, unless ``insecure`` allows others.
    """
    scheduler.find(address, insecure)
    from distributed import Client

    _greet(address)
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(scheduler.NO_SCHEDULER.format(address=address)) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # the grader reports problems itself
    with client:
        if not client.nthreads():
            raise UsageError(
                f"The Dask scheduler at {address} has no workers: start some with 'dask worker {address}'."
            )
        if not insecure:
            _refuse_unprotected_workers(client.nthreads())
        resources = {"GPU": 1} if device == "gpu" else None
        # Dask must not try again: another worker would hide a refusal.
        with client.get_executor(pure=False, resources=resources, retries=0) as dask_executor:
            place = _ClusterPlace(address, client, dask_executor)
            executor = Executor(place)
            try:
                yield executor
            finally:
                executor.close()
                place.close()


class _ClusterPlace:
    """The workers of a Dask cluster."""

    def __init__(self, address: str, client: Client, executor: ClientExecutor) -> None:
        self.slots = sum(client.nthreads().values())
        self.memory_mb: int | None = None  # each machine has its own
        self.call = None
        self._address = address
        self._client = client
        self._executor = executor
        self._works: dict[str, _SharedWork] = {}
        self._sharing = threading.Lock()
        self._started: dict[Future[TaskResult], _StartedTask] = {}
        # Dask's own thread must not wait for Dask, so it does not call the callbacks of a task.
        self._results = ThreadPoolExecutor(1)
        self._listeners = events.Listeners()
        self._topic = ""

    def start(self, work: Work, task: GradingTask, listener: Listener | None) -> Future[TaskResult]:
        with self._sharing:
            if work.identity not in self._works:  # a work is sent once
                self._works[work.identity] = _SharedWork(self._client, _for_others(work))
        future: Future[TaskResult] = Future()
        sender = None
        if listener is not None:
            if not self._topic:
                self._topic = f"grader-{uuid.uuid4().hex}"
                self._client.subscribe_topic(self._topic, lambda event: self._listeners.deliver(event[1]))
            number = self._listeners.add(listener)
            sender = TopicSender(self._topic, number)
            future.add_done_callback(lambda _: self._listeners.finish(number))
        self._submit(future, _StartedTask(work.identity, pickle.dumps(task), sender))
        return future

    def _submit(self, future: Future[TaskResult], task: _StartedTask) -> None:
        task.inner = self._executor.submit(grade_packed, task.identity, task.packed, task.sender)
        self._started[future] = task

        def hand_on(_: Future[TaskResult]) -> None:
            with contextlib.suppress(RuntimeError):  # the executor is closed, and nobody waits
                self._results.submit(self._finish, future)

        task.inner.add_done_callback(hand_on)

    def _finish(self, future: Future[TaskResult]) -> None:
        task = self._started.pop(future)
        assert task.inner is not None
        if task.inner.cancelled():
            # Dask cancels what it has lost, too: that must not look as if the caller had cancelled it.
            future.set_exception(CancelledError() if task.is_stopped else ConnectionError("Dask has lost it"))
            return
        error = task.inner.exception()
        if isinstance(error, NotPrepared) and not task.is_stopped and task.preparations < MOST_PREPARATIONS:
            try:
                with self._sharing:
                    self._works[task.identity].prepare_again(str(error))
                task.preparations += 1
                self._submit(future, task)
            except Exception as refusal:  # also a lost connection
                future.set_exception(refusal)
        elif error is not None:
            future.set_exception(error)
        else:
            future.set_result(task.inner.result())

    def stop(self, future: Future[TaskResult]) -> None:
        task = self._started.get(future)
        if task is not None and task.inner is not None:
            task.is_stopped = True
            task.inner.cancel()  # Dask does not start it, but cannot end it: its result is ignored

    def retire(self) -> None:
        """Do nothing: the processes of a cluster are not this command's."""

    def check(self) -> None:
        if self._client.status not in ("running", "connecting"):
            raise NotGradable(
                f"The Dask scheduler at {self._address} is gone. All results so far are kept: start the scheduler and its "
                "workers, and run the same command again."
            )
        # If the scheduler was lost a moment ago, the next check reports it.
        with contextlib.suppress(OSError), self._sharing:
            for shared_work in self._works.values() if self._client.status == "running" else ():
                shared_work.refuse_new_workers()

    def close(self) -> None:
        """Hand on no further results."""
        self._results.shutdown(wait=False, cancel_futures=True)


@dataclass
class _StartedTask:
    """A task that was sent to Dask; ``preparations`` counts the workers that had to be prepared for it first."""

    identity: str
    packed: bytes
    sender: TopicSender | None
    inner: Future[TaskResult] | None = None
    is_stopped: bool = False
    preparations: int = 0


class _SharedWork:
    """A :class:`Work` that was sent to all workers, once for all of its submissions."""

    def __init__(self, client: Any, work: Work) -> None:
        """Raises NotGradable if a worker refuses the work."""
        self._client = client
        self._packed = pickle.dumps(work)
        self._ready_workers: set[str] = set()
        self.refuse_new_workers()

    def prepare_again(self, address: str) -> None:
        """Prepare a worker that has joined just now, or that has forgotten the work; raises NotGradable if it refuses."""
        self._ready_workers.discard(address)
        self.refuse_new_workers()

    def refuse_new_workers(self) -> None:
        """Raise NotGradable if a worker that is not prepared yet refuses the work, or has no grader that understands it."""
        new_workers = [address for address in self._client.nthreads() if address not in self._ready_workers]
        if not new_workers:
            return
        answers = self._client.run(prepare_worker, self._packed, workers=new_workers, on_error="return")
        for address, answer in answers.items():
            if isinstance(answer, OSError):  # it is gone, and another worker takes its submissions
                continue
            if isinstance(answer, Exception):
                error = f"{type(answer).__name__}: {answer}".removeprefix("Exception: ")  # Dask shortens long ones
                raise NotGradable(OTHER_GRADER.format(address=address, error=error, version=__version__))
            if answer is not None:
                raise NotGradable(answer)
            self._ready_workers.add(address)


def _greet(address: str) -> None:
    """Raise UsageError unless a Dask server greets: a Dask client would need 10 s to notice."""
    from distributed.comm.core import connect
    from distributed.security import Security

    async def greet() -> None:
        options = Security().get_connection_args("client")
        comm = await asyncio.wait_for(connect(address, **options), SECONDS_TO_GREET)
        comm.abort()

    try:
        with ThreadPoolExecutor(1) as thread:  # this thread may already run an event loop
            thread.submit(lambda: asyncio.run(greet())).result()
    except Exception as error:  # another kind of server fails in many ways
        raise UsageError(scheduler.NO_SCHEDULER.format(address=address)) from error


def _refuse_unprotected_workers(addresses: Iterable[str]) -> None:
    """Raise UsageError if a scheduler would send submissions to another machine without TLS."""
    own_addresses = {address.address for interface in psutil.net_if_addrs().values() for address in interface}
    for address in addresses:
        scheme, _, host_and_port = address.rpartition("://")
        host = urlsplit(f"//{host_and_port}").hostname or ""
        if scheme not in scheduler.PROTECTED and host not in own_addresses and not scheduler.is_loopback(host):
            raise UsageError(scheduler.UNPROTECTED.format(what=f"the Dask worker at {address}"))


def _for_others(work: Work) -> Work:
    """Return the work for another machine, which has no folders of this one and must test its isolation and its rules."""
    assignment = load(work.assignment)
    other_paths = [Path(path) for path in work.hide]
    contents = None if assignment.is_bundled else pack(assignment, other_paths)
    return replace(
        work,
        assignment=assignment.name if contents is None else "",
        files=contents,
        hide=(),
        inspected=False,
        rules=rules_here(assignment, Path(work.data) if work.data else None, other_paths),
    )
