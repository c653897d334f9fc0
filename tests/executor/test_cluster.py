"""Tests of grading on a Dask cluster; tests/batch/test_cluster.py grades a class there."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError

import pytest

from grader.executor import cluster, dask_worker
from grader.executor.work import GradingTask, Work
from grader.support.errors import NotGradable, UsageError
from tests.doubling import RIGHT

from .conftest import await_true

WORK = Work("identity", "single-neuron", 0, "strong")


class Client:
    """A client of a cluster whose workers give these answers."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = []

    def nthreads(self):
        return dict.fromkeys(self.answers, 1)

    def run(self, _function, _packed, workers, on_error):
        assert on_error == "return"
        self.asked.append(workers)
        return {worker: self.answers[worker] for worker in workers}


def test_every_worker_is_asked_once_and_new_workers_later():
    client = Client(a=None, b=None)
    shared = cluster._SharedWork(client, WORK)
    client.answers["c"] = None
    shared.refuse_new_workers()
    shared.refuse_new_workers()
    assert client.asked == [["a", "b"], ["c"]]


def test_worker_that_disappears_is_no_reason_to_stop():
    client = Client(a=None, b=OSError("gone"))
    shared = cluster._SharedWork(client, WORK)
    client.answers["b"] = None  # it is there again
    shared.refuse_new_workers()
    assert client.asked == [["a", "b"], ["b"]]


@pytest.mark.parametrize("error", [ModuleNotFoundError("No module named 'grader'"), AttributeError("no such name")])
def test_worker_without_a_grader_stops_the_run_and_is_named(error):
    with pytest.raises(NotGradable, match=r"The Dask worker b has no grader, or a very different one .*install grader"):
        cluster._SharedWork(Client(a=None, b=error), WORK)


def test_workers_on_other_machines_need_tls():
    cluster._refuse_unprotected_workers(["tcp://127.0.0.1:40000", "tls://192.0.2.1:40000"])
    with pytest.raises(UsageError, match=r"the Dask worker at tcp://192\.0\.2\.1:40000 is not encrypted"):
        cluster._refuse_unprotected_workers(["tcp://127.0.0.1:40000", "tcp://192.0.2.1:40000"])


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
    executor._place._client.run(forget_works)
    assert executor.submit(work, right).result(60).report.passed


def forget_works():
    dask_worker._works.clear()
