"""Where a server grades: in processes of this machine, or on a Dask cluster. Nothing else distinguishes the two."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..executor import local
from ..executor.executor import Executor
from ..machine import gpu_driver
from ..sandbox.warm import WarmKind
from .configuration import Configuration
from .isolation import LEVELS

PREPARING_JOBS = 2  # processes that compute expected answers for a cluster


def threads(configuration: Configuration) -> int:
    """Return the number of threads for the matrices of one submission: its part of the processors, or one on a cluster."""
    return 1 if configuration.scheduler else max(1, local.cores() // configuration.jobs)


@contextmanager
def executors(configuration: Configuration) -> Iterator[tuple[Executor, Executor]]:
    """Yield the executor that grades, and the one on this machine whose processes prepare works. They may be the same.

    Call it before other threads exist. Raises UsageError for a cluster that can never be used.
    """
    kinds = [WarmKind("module", frozenset()), WarmKind(configuration.engine, frozenset())]
    kinds = [] if gpu_driver.device_files() else kinds
    if not configuration.scheduler:
        with local.local_executor(configuration.jobs, local.free_mb(), kinds) as executor:
            yield executor, executor
        return
    from ..executor import cluster, scheduler  # slow to import

    scheduler.examine(configuration.scheduler, configuration.insecure_scheduler)  # before processes are started
    with (
        local.local_executor(PREPARING_JOBS, local.free_mb()) as preparing,
        cluster.patient_executor(configuration.scheduler, configuration.insecure_scheduler, LEVELS) as executor,
    ):
        yield executor, preparing
