"""Tests of grading on a Dask cluster; tests/batch/test_cluster.py grades a class there."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from grader.executor import cluster, dask_worker
from grader.executor.work import GradingTask
from tests.doubling import RIGHT

from .conftest import await_true


@pytest.fixture
def executor():
    """An executor on a cluster with one worker process, which grades one submission at a time."""
    distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=":0") as dask,
        cluster.cluster_executor(dask.scheduler_address) as executor,
    ):
        yield executor


def test_events_and_cancelling_on_a_cluster(executor, work_of):
    work, events, started = work_of(), [], threading.Event()
    right = GradingTask("a.py", {"a.py": RIGHT.encode()})
    report = executor.submit(work, right, events.append).result(60).report
    assert report.passed
    await_true(lambda: len(events) == 2 + len(report.checks))
    assert events == [("started", "", ""), ("loaded", "", ""), *(("check", c.name, c.status) for c in report.checks)]

    slow = GradingTask("a.py", {"a.py": f"import time\ntime.sleep(3)\n{RIGHT}".encode()})
    future = executor.submit(work, slow, lambda _: started.set())
    assert started.wait(60)
    assert executor.cancel(future)
    with pytest.raises(CancelledError):
        future.result(1)
    assert executor.submit(work, right).result(60).report.passed  # after the other one, which Dask cannot end
    assert not executor._running


def test_worker_that_is_not_prepared_is_prepared_before_it_grades(executor, work_of):
    """A worker that joins later gets submissions at once, from Dask."""
    work, right = work_of(), GradingTask("a.py", {"a.py": RIGHT.encode()})
    assert executor.submit(work, right).result(60).report.passed
    executor._place._members.client.run(forget_works)
    assert not executor._running
    assert executor.submit(work, right).result(60).report.passed


def forget_works():
    dask_worker._works.clear()
