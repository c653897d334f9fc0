"""Grades submissions on a Dask cluster: chooses a worker for each, and takes the results."""

from __future__ import annotations

import contextlib
import logging
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..grading.trace import Listener
from ..support.choices import Level
from ..support.errors import NotGradable, UsageError
from . import cluster_workers, events
from .cluster_members import GONE, NO_WORKERS, ClusterMembers
from .cluster_workers import ClusterWorker
from .dask_worker import Order, WorkerAnswer, grade_sealed, stop_task
from .executor import Displaced, Executor, Machine
from .sealed import Sealed
from .work import GradingTask, TaskResult, Work

LOOK_SECONDS = 1.0
RESULT_SECONDS = 60.0  # for the transport of a result
END_SECONDS = 3.0
ASKING_THREADS = 16  # that prepare workers and stop tasks
RECEIVING_THREADS = 4
NO_GPU = "No Dask worker announces a GPU: start one with 'dask worker {address} --resources GPU=1'."
SILENT = "The Dask scheduler at {address} does not answer."
RUN_AGAIN = " All results so far are kept: start the scheduler and its workers, and run the same command again."
log = logging.getLogger(__name__)


@contextlib.contextmanager
def cluster_executor(address: str, insecure: bool = False) -> Iterator[Executor]:
    """Grade on the Dask cluster with the scheduler at ``address``, as ``grader grade`` does.

    Before the first submission of a work, each Dask worker compares its rules with those of this machine, and tests its
    isolation; one that joins later does it before its first submission. If one fails, NotGradable is raised.
    Connections to other machines must use TLS, unless ``insecure`` allows others.
    """
    place = _ClusterPlace(address, insecure, ())
    try:
        place.connect()
        yield from _graded_at(place)
    finally:
        place.close()


@contextlib.contextmanager
def patient_executor(address: str, insecure: bool, levels: Sequence[Level]) -> Iterator[Executor]:
    """Grade on the Dask cluster with the scheduler at ``address``, whatever happens to it and to its workers.

    Each worker uses the first isolation of ``levels`` that works there. Check the address with :func:`scheduler.examine`
    before.
    """
    place = _ClusterPlace(address, insecure, levels)
    try:
        yield from _graded_at(place)
    finally:
        place.close()


def _graded_at(place: _ClusterPlace) -> Iterator[Executor]:
    executor = Executor(place)
    place.begin()
    try:
        yield executor
    finally:
        executor.close()


@dataclass(eq=False)
class _Placement:
    """A task of a worker. ``inner`` is the future of Dask, once the worker is prepared and has the task."""

    name: str
    work: Work
    task: GradingTask
    worker: ClusterWorker
    future: Future[TaskResult]
    number: int = 0
    inner: Any = None


class _ClusterPlace:
    """The workers of a Dask cluster."""

    def __init__(self, address: str, insecure: bool, levels: Sequence[Level]) -> None:
        self.call = None
        self.pauses_machines = bool(levels)
        self._listeners = events.Listeners()
        self._members = ClusterMembers(address, insecure, levels, self._listeners.deliver)
        self._lock = self._members.lock
        self._placements: dict[Future[TaskResult], _Placement] = {}
        self._topic = f"grader-{uuid.uuid4().hex}"
        # Dask's own thread must not wait for Dask, so it calls none of the functions that ask a worker. A worker that
        # hangs may take minutes to answer, and the results of others must not wait for that.
        self._asking = ThreadPoolExecutor(ASKING_THREADS, "cluster-asking")
        self._receiving = ThreadPoolExecutor(RECEIVING_THREADS, "cluster-receiving")
        self._notify: Callable[[], None] = lambda: None
        self._is_closing = threading.Event()
        self._looker = threading.Thread(target=self._look_again, name="cluster", daemon=True)

    @property
    def slots(self) -> int:
        """The number of submissions graded at the same time."""
        with self._lock:
            return sum(worker.slots for worker in self._members.workers.values())

    def has_room(self, work: Work, task: GradingTask, running: Sequence[tuple[Work, GradingTask]], ahead: int) -> bool:
        """True if a worker has room for a task, or if no worker may ever grade it."""
        with self._lock:
            able = cluster_workers.candidates(self._members.workers.values(), work, task.avoid)
            return self._refusal(work, able) != "" or cluster_workers.choose(able, work, task, ahead) is not None

    def problem(self) -> str:
        """Return why nothing can be graded at the moment; "" for a command, which waits or ends."""
        with self._lock:
            return self._members.problem if self._members.is_patient and not self.slots else ""

    def machines(self) -> list[Machine]:
        """Return the Dask workers."""
        with self._lock:
            return [worker.as_machine() for worker in self._members.workers.values()]

    def watch(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` whenever there may be more room, or a problem."""
        self._notify = notify

    def start(self, work: Work, task: GradingTask, listener: Listener | None) -> Future[TaskResult]:
        if not self._members.is_patient:
            self._members.refuse_new_workers(work)
        future: Future[TaskResult] = Future()
        with self._lock:
            able = cluster_workers.candidates(self._members.workers.values(), work, task.avoid)
            if refusal := self._refusal(work, able):
                raise NotGradable(refusal)
            worker = cluster_workers.choose(able, work, task, ahead=2)
            if worker is None:  # it has gone just now
                future.set_exception(Displaced("No worker has room.", is_failure=False))
                return future
            placement = _Placement(uuid.uuid4().hex, work, task, worker, future)
            worker.tasks[placement.name] = work, task
            self._placements[future] = placement
            is_ready = work.identity in worker.ready
        if listener is not None:
            number = placement.number = self._listeners.add(listener)
            future.add_done_callback(lambda _: self._listeners.finish(number))
        if is_ready:
            self._send(placement)
        else:
            self._in_background(self._asking, self._prepare_and_send, placement)
        return future

    def stop(self, future: Future[TaskResult]) -> None:
        """Tell the worker that nobody waits for a task. Dask cannot end it; it ends itself at its next event."""
        placement = self._placements.get(future)
        if placement is not None:
            self._in_background(self._asking, self._stop, placement)

    def retire(self) -> None:
        """Do nothing: the processes of a cluster are not this command's."""

    def check(self) -> None:
        """Raise NotGradable if the scheduler is gone, or a new worker refuses the works so far."""
        if self._members.is_patient:
            return
        client = self._members.client
        if client is None or client.status not in ("running", "connecting"):
            raise NotGradable(GONE.format(address=self._members.address) + RUN_AGAIN)
        with contextlib.suppress(OSError):  # if the scheduler was lost a moment ago, the next check reports it
            self._look()
            for work in {
                placement.work.identity: placement.work for placement in [*self._placements.values()]
            }.values():
                self._members.refuse_new_workers(work)

    def _refusal(self, work: Work, able: Sequence[ClusterWorker]) -> str:
        """Return why no worker may grade a work although there are workers, "" if one may."""
        present = [worker for worker in self._members.workers.values() if worker.slots]
        if able or not present:
            return ""
        reasons = [reason for worker in present if (reason := worker.refusal(work.identity))]
        return reasons[0] if reasons else NO_GPU.format(address=self._members.address)

    def _prepare_and_send(self, placement: _Placement) -> None:
        readiness = self._members.prepare([placement.worker], placement.work)[placement.worker.address]
        if readiness is None:
            self._finish(placement, Displaced("The worker is gone.", placement.worker.address))
        elif readiness.refusal and self._members.is_patient:
            self._finish(placement, Displaced(readiness.refusal, is_failure=False))
        elif readiness.refusal:
            self._finish(placement, NotGradable(readiness.refusal))
        else:
            self._send(placement)

    def _send(self, placement: _Placement) -> None:
        worker, client = placement.worker, self._members.client
        topic = self._topic if placement.number else ""
        order = Order(placement.name, placement.work.identity, placement.task, topic, placement.number)
        try:
            if client is None:
                raise OSError
            placement.inner = client.submit(
                grade_sealed,
                Sealed(order),
                key=f"grade-{uuid.uuid4().hex}",  # another one each time: Dask has the answer to an old one
                workers=[worker.address],
                resources=worker.resources(placement.work) or None,
                pure=False,
                retries=0,
            )
        except Exception:  # the client is closed
            self._finish(placement, Displaced("The connection to the Dask scheduler is lost.", is_failure=False))
            return
        placement.inner.add_done_callback(lambda _: self._in_background(self._receiving, self._receive, placement))

    def _receive(self, placement: _Placement) -> None:
        """Take the answer to a task."""
        inner = placement.inner
        if inner.status == "cancelled":  # with the connection
            self._finish(placement, Displaced("Dask has lost it.", is_failure=False))
            return
        try:
            answer: WorkerAnswer = inner.result(timeout=RESULT_SECONDS).open()
        except Exception as error:  # the worker was lost, or has another grader since its preparation
            self._finish(placement, Displaced(f"{type(error).__name__}: {error}", placement.worker.address))
            return
        if answer.result is None and answer.error is None:
            with self._lock:
                placement.worker.ready.discard(placement.work.identity)
            self._in_background(self._asking, self._prepare_and_send, placement)
            return
        self._finish(placement, answer.error or self._judged(placement, answer.result))

    def _judged(self, placement: _Placement, result: TaskResult | None) -> TaskResult | Displaced:
        """Count the failures of a worker. Another one grades a submission for which its machine has failed."""
        assert result is not None
        with self._lock:
            worker = placement.worker
            if result.is_success:
                worker.pausing.note_success()
            if not (result.is_failure_of_the_machine and self._members.is_patient):
                return result
            reason = (result.report and result.report.problem()) or "The isolation or the memory failed."
            worker.pausing.note_failure(placement.name, reason)
            others = cluster_workers.candidates(self._members.workers.values(), placement.work)
            avoided = {worker.address, *placement.task.avoid}
            if all(other.address in avoided for other in others):
                return result
            return Displaced(reason, worker.address)

    def _finish(self, placement: _Placement, outcome: TaskResult | Exception) -> None:
        with self._lock:
            if self._placements.pop(placement.future, None) is None:
                return
            placement.worker.tasks.pop(placement.name, None)
        if isinstance(outcome, Exception):
            placement.future.set_exception(outcome)
        else:
            placement.future.set_result(outcome)

    def _stop(self, placement: _Placement) -> None:
        client = self._members.client
        if client is not None and not placement.future.done():
            with contextlib.suppress(Exception):  # it is gone, and its task with it
                client.run(stop_task, placement.name, workers=[placement.worker.address], on_error="ignore")

    def connect(self) -> None:
        """Connect to the scheduler; raises UsageError without one, or if it has no workers."""
        self._members.connect(self._topic)
        self._members.look()
        if not self._members.workers:
            raise UsageError(NO_WORKERS.format(address=self._members.address))

    def begin(self) -> None:
        """Watch the cluster from now on."""
        self._looker.start()

    def _look_again(self) -> None:
        while not self._is_closing.wait(LOOK_SECONDS):
            try:
                if self._members.is_patient:
                    self._stay_connected()
                elif self._members.is_connected:
                    self._look()
            except OSError as error:  # the next look finds out more
                log.debug("the cluster does not answer: %s", error)
            except Exception:
                log.exception("the cluster cannot be watched")
            self._notify()

    def _stay_connected(self) -> None:
        """Look at the workers. Without a scheduler everything is given back, and a connection is tried again each time."""
        try:
            if not self._members.is_connected:
                self._lose(GONE)
                self._members.connect(self._topic)
            self._look()
        except UsageError as error:
            self._members.problem = str(error)
        except OSError:
            self._lose(SILENT)

    def _lose(self, sentence: str) -> None:
        self._members.forget(sentence.format(address=self._members.address))
        with self._lock:
            orphans = [*self._placements.values()]
        self._displace(orphans, is_failure=False)
        if orphans:
            self._notify()

    def _look(self) -> None:
        """See which workers are there; the tasks of those that are gone or silent go elsewhere."""
        self._members.look()
        with self._lock:
            workers = self._members.workers
            orphans = [
                placement
                for placement in self._placements.values()
                if workers.get(placement.worker.address) is not placement.worker or placement.worker.is_silent
            ]
        self._displace(orphans)

    def _displace(self, orphans: Sequence[_Placement], is_failure: bool = True) -> None:
        for placement in orphans:
            if placement.inner is not None:
                with contextlib.suppress(Exception):
                    placement.inner.cancel()
            self._finish(placement, Displaced("The Dask worker is lost.", placement.worker.address, is_failure))

    def _in_background(self, threads: ThreadPoolExecutor, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the place is closed, and nobody waits
            threads.submit(function, *arguments)

    def close(self) -> None:
        """Hand on no further results, and leave the cluster."""
        self._is_closing.set()
        if self._looker.ident is not None:
            self._looker.join(END_SECONDS)  # it may be waiting for a scheduler
        for threads in (self._asking, self._receiving):
            threads.shutdown(wait=False, cancel_futures=True)
        self._members.forget()
