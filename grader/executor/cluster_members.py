"""The scheduler and the workers of a Dask cluster: they come and go, and each worker is prepared before it grades.

``grader grade`` stops if a worker refuses, because otherwise the machine would stay unnoticed. A server is patient: it
leaves out such a worker, and waits for a scheduler that is lost.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..assignment import load
from ..expected.assignment_files import pack
from ..grading.rules import rules_here
from ..support.choices import Level
from ..support.errors import NotGradable, UsageError
from ..version import __version__
from . import cluster_connection, scheduler
from .cluster_workers import ClusterWorker
from .dask_worker import MOST_WORKS, Readiness, prepare_worker
from .sealed import Sealed
from .work import Work

if TYPE_CHECKING:
    from distributed import Client

CLOSE_SECONDS = 2.0
OTHER_GRADER = (
    "The Dask worker {address} has no grader, or a very different one ({error}): install grader {version} with the same "
    "code on all machines, and restart the Dask workers."
)
NO_WORKERS = "The Dask scheduler at {address} has no workers: start some with 'dask worker {address}'."
GONE = "The Dask scheduler at {address} is gone."
log = logging.getLogger(__name__)


class ClusterMembers:
    """The client of a cluster, and its workers by their addresses. ``lock`` protects the workers and their tasks."""

    def __init__(self, address: str, insecure: bool, levels: Sequence[Level], deliver: Callable[[Any], None]) -> None:
        """With ``levels`` of isolation the cluster is patient. ``deliver`` gets what is sent to ``topic``, the name of a topic."""
        self.address = address
        self.client: Client | None = None
        self.workers: dict[str, ClusterWorker] = {}
        self.problem = NO_WORKERS.format(address=address)
        """Why nothing is graded, if no worker has a slot."""
        self.lock = threading.RLock()
        self.is_patient = bool(levels)
        self._insecure = insecure
        self._levels = tuple(levels)
        self._deliver = deliver
        self._connection: object = None
        self._sealed: dict[str, Sealed] = {}  # {identity of a work: the work for other machines}

    @property
    def is_connected(self) -> bool:
        """False after the connection was lost, also if Dask has made another one: events would not arrive there."""
        client = self.client
        return client is not None and client.status == "running" and client.scheduler_comm is self._connection

    def connect(self, topic: str) -> None:
        """Connect to the scheduler; raises UsageError."""
        client = cluster_connection.connect(self.address, self._insecure)
        client.subscribe_topic(topic, lambda event: self._deliver(event[1]))
        self.client, self._connection = client, client.scheduler_comm

    def look(self) -> None:
        """Compare the workers of the scheduler with the known ones.

        Raises OSError if the scheduler does not answer, and UsageError for a worker without TLS if not patient.
        """
        if self.client is None:
            raise OSError(GONE.format(address=self.address))
        facts = cluster_connection.workers_of(self.client)
        with self.lock:
            for address in self.workers.keys() - facts.keys():
                del self.workers[address]
            for address, fact in facts.items():
                worker = self.workers.get(address) or self._joined(address)
                worker.update(fact)
            reasons = [worker.problem for worker in self.workers.values() if worker.problem]
            self.problem = reasons[0] if reasons else NO_WORKERS.format(address=self.address)

    def _joined(self, address: str) -> ClusterWorker:
        worker = self.workers[address] = ClusterWorker(address)
        if not self._insecure and not cluster_connection.is_protected(address):
            sentence = scheduler.UNPROTECTED.format(what=f"the Dask worker at {address}")
            if not self.is_patient:
                raise UsageError(sentence)
            worker.refuse(sentence)
        return worker

    def forget(self, reason: str = "") -> None:
        """Forget all workers, and leave the cluster: for a reason, or because the grader ends."""
        client, self.client = self.client, None
        with self.lock:
            if client is not None or not self.problem:
                self.problem = reason
            self.workers.clear()
        if client is not None:
            with contextlib.suppress(Exception):  # it is lost
                client.close(timeout=CLOSE_SECONDS)

    def prepare(self, workers: Sequence[ClusterWorker], work: Work) -> dict[str, Readiness | None]:
        """Prepare workers for a work, and return their answers by address; None for one that is gone."""
        sealed = self._sealed_work(work)
        answers: dict[str, Any] = {}
        client = self.client
        if client is not None:
            with contextlib.suppress(OSError):
                addresses = [worker.address for worker in workers]
                answers = client.run(prepare_worker, sealed, self._levels, workers=addresses, on_error="return")
        readiness: dict[str, Readiness | None] = {}
        with self.lock:
            for worker in workers:
                answer = answers.get(worker.address, OSError())
                readiness[worker.address] = None if isinstance(answer, OSError) else self._noted(worker, work, answer)
        return readiness

    def _noted(self, worker: ClusterWorker, work: Work, answer: Readiness | Exception) -> Readiness:
        if isinstance(answer, Exception):
            error = f"{type(answer).__name__}: {answer}".removeprefix("Exception: ")  # Dask shortens long ones
            answer = Readiness(OTHER_GRADER.format(address=worker.address, error=error, version=__version__))
        if answer.refusal:
            log.warning("a Dask worker refuses: %s", answer.refusal)
            worker.refuse(answer.refusal, work.identity if answer.is_about_work else "")
        else:
            worker.accept(work.identity, answer.isolation)
        return answer

    def refuse_new_workers(self, work: Work) -> None:
        """Raise NotGradable if a worker that is not prepared yet refuses a work, or has no grader that understands it."""
        with self.lock:
            new_workers = [worker for worker in self.workers.values() if work.identity not in worker.ready]
        for readiness in self.prepare(new_workers, work).values() if new_workers else ():
            if readiness is not None and readiness.refusal:
                raise NotGradable(readiness.refusal)

    def _sealed_work(self, work: Work) -> Sealed:
        with self.lock:
            sealed = self._sealed.get(work.identity)
        if sealed is None:
            sealed = Sealed(for_others(work))
            with self.lock:
                self._sealed[work.identity] = sealed
                for identity in [*self._sealed][:-MOST_WORKS]:
                    del self._sealed[identity]
        return sealed


def for_others(work: Work) -> Work:
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
