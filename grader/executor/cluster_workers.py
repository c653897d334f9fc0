"""The Dask workers of a cluster as the grader knows them, and which of them grades a submission.

A worker announces what it has as resources of Dask: ``MEMORY`` in megabytes, and ``GPU``. Without MEMORY the memory counts that
Dask itself allows the worker, which is its share of the machine.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .executor import Machine, must_be_alone
from .pausing import Pausing
from .work import GradingTask, Work

MEMORY, GPU = "MEMORY", "GPU"
REFUSAL_SECONDS = 60.0  # after which a worker that has refused a work is asked again
SILENT_SECONDS = 15.0
"""A worker that the scheduler has not heard for this long is lost. It tells the scheduler every second or so that it lives."""


@dataclass
class ClusterWorker:
    """One Dask worker. ``tasks`` are those that it grades now, ``ready`` are the identities of its works.

    ``unfit`` says why it must grade nothing, ``refusals`` why it must not grade certain works: {identity: (reason, until)}.
    """

    address: str
    host: str = ""
    threads: int = 1
    memory_mb: int | None = None
    gpus: int = 0
    announces_memory: bool = False
    isolation: str = ""
    tasks: dict[str, tuple[Work, GradingTask]] = field(default_factory=dict)
    ready: set[str] = field(default_factory=set)
    unfit: str = ""
    unfit_until: float = 0.0
    refusals: dict[str, tuple[str, float]] = field(default_factory=dict)
    pausing: Pausing = field(default_factory=Pausing)
    is_silent: bool = False
    _seen: object = None
    _changed: float = 0.0

    def update(self, facts: Mapping[str, Any]) -> None:
        """Take what the scheduler says about the worker."""
        self.host, self.threads = str(facts["host"]), int(facts["nthreads"])
        resources = facts.get("resources") or {}
        self.announces_memory = MEMORY in resources
        limit = int(facts.get("memory_limit") or 0) >> 20
        self.memory_mb = int(resources[MEMORY]) if self.announces_memory else limit or None
        self.gpus = int(resources.get(GPU, 0))
        if facts["last_seen"] != self._seen:
            self._seen, self._changed = facts["last_seen"], time.monotonic()
        self.is_silent = time.monotonic() - self._changed > SILENT_SECONDS

    def refuse(self, reason: str, identity: str = "") -> None:
        """Note that the worker refuses a work, or everything without an ``identity``."""
        until = time.monotonic() + REFUSAL_SECONDS
        if identity:
            self.refusals[identity] = reason, until
        else:
            self.unfit, self.unfit_until = reason, until
        self.ready.discard(identity)

    def accept(self, identity: str, isolation: str) -> None:
        """Note that the worker is ready for a work."""
        self.unfit, self.isolation = "", isolation
        self.refusals.pop(identity, None)
        self.ready.add(identity)

    @property
    def problem(self) -> str:
        """Why the worker grades nothing, or not everything; "" if nothing is wrong."""
        if self.is_silent:
            return f"The Dask scheduler has heard nothing from this worker for {SILENT_SECONDS:g} seconds."
        return self.unfit or self.pausing.paused or next((reason for reason, _ in self.refusals.values()), "")

    def as_machine(self) -> Machine:
        """Return what people see of the worker."""
        is_working = not (self.is_silent or self.unfit or self.pausing.paused)
        return Machine(
            self.address,
            self.host,
            self.threads,
            self.isolation,
            self.memory_mb,
            self.gpus,
            is_working,
            self.problem,
        )

    @property
    def slots(self) -> int:
        """The number of tasks that the worker may have now; one that is paused tries a single one from time to time."""
        if self.is_silent:
            return 0
        if self.unfit:
            return int(time.monotonic() >= self.unfit_until)
        if self.pausing.paused:
            return self.pausing.most_claims(1, 0)
        return self.threads

    def refusal(self, identity: str) -> str:
        """Return why the worker must not grade a work, "" if it may or is asked again."""
        reason, until = self.refusals.get(identity, ("", 0.0))
        return reason if time.monotonic() < until else ""

    def has_room(self, work: Work, task: GradingTask, ahead: int) -> bool:
        """True if a task can start now; up to ``ahead`` tasks may be there for each slot."""
        if len(self.tasks) >= ahead * self.slots:
            return False
        if not self.tasks:
            return True
        if must_be_alone(task, self.tasks.values()):
            return False
        works = [other for other, _ in self.tasks.values()]
        if work.device == "gpu" and sum(other.device == "gpu" for other in works) >= ahead * self.gpus:
            return False
        used_mb = sum(sorted((other.memory_mb for other in works), reverse=True)[: self.threads - 1])
        return self.memory_mb is None or used_mb + work.memory_mb <= self.memory_mb

    def resources(self, work: Work) -> dict[str, float]:
        """Return the resources of Dask that a task uses up, so that other graders of the cluster know it as well."""
        resources = {GPU: 1.0} if work.device == "gpu" else {}
        if self.announces_memory and self.memory_mb is not None:
            resources[MEMORY] = float(min(work.memory_mb, self.memory_mb))
        return resources


def candidates(workers: Iterable[ClusterWorker], work: Work, avoid: Iterable[str] = ()) -> list[ClusterWorker]:
    """Return the workers that may grade a work when they have room: those with enough memory, otherwise the largest ones.

    Workers to ``avoid`` are candidates only if there are no others.
    """
    able = [worker for worker in workers if worker.slots and not worker.refusal(work.identity)]
    if work.device == "gpu":
        able = [worker for worker in able if worker.gpus]
    able = [worker for worker in able if worker.address not in avoid] or able
    sizes = {worker.address: worker.memory_mb if worker.memory_mb is not None else work.memory_mb for worker in able}
    least = min(work.memory_mb, max(sizes.values(), default=0))
    return [worker for worker in able if sizes[worker.address] >= least]


def choose(able: Iterable[ClusterWorker], work: Work, task: GradingTask, ahead: int) -> ClusterWorker | None:
    """Return the worker with the most room; GPUs are kept free for works that need one."""
    free = [worker for worker in able if worker.has_room(work, task, ahead)]

    def order(worker: ClusterWorker) -> tuple[float, bool, bool]:
        needless_gpu = bool(worker.gpus) and work.device != "gpu"
        return len(worker.tasks) / worker.threads, needless_gpu, work.identity not in worker.ready

    return min(free, key=order, default=None)
