"""Tests of grading on a Dask cluster; tests/batch/test_cluster.py grades a class there."""

from __future__ import annotations

import os
import signal
import threading
import time
from concurrent.futures import CancelledError
from dataclasses import replace

import pytest

from grader.executor import cluster, dask_worker
from grader.executor.executor import PlaceUnavailable
from grader.executor.work import GradingTask, Priority
from tests.dask_processes import DaskProcesses, kill
from tests.doubling import RIGHT
from tools.live_server import free_port

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


def test_worker_that_does_not_answer_delays_no_result_of_another_one(executor, work_of):
    work, right = work_of(), GradingTask("a.py", {"a.py": RIGHT.encode()})
    executor.submit(work, right).result(60)
    place, ending = executor._place, threading.Event()
    for _ in range(cluster.ASKING_THREADS):
        place._in_background(place._asking, ending.wait)
    try:
        assert executor.submit(work, right).result(60).report.passed
    finally:
        ending.set()


SLOW = f"import time\ntime.sleep(2)\n{RIGHT}"


def task_of(name, text=SLOW):
    return GradingTask(name, {name: f"{text}# {name}\n".encode()})


@pytest.fixture
def dask(tmp_path):
    """Processes of a cluster, which end with the test."""
    (tmp_path / "dask").mkdir()
    processes = DaskProcesses(tmp_path / "dask")
    yield processes
    processes.end()


@pytest.fixture
def patient(dask):
    """A patient executor and the address of its scheduler, which does not run yet."""
    address = f"tcp://127.0.0.1:{free_port()}"
    with cluster.patient_executor(address, False, ["strong", "medium"]) as executor:
        yield executor, address


def await_slots(executor, count):
    await_true(lambda: executor.slots == count, 60)


@pytest.mark.long
def test_workers_join_and_are_killed_and_nothing_is_lost(dask, patient, work_of):
    """A worker of which nobody hears any more, because it was stopped, is like one that is gone."""
    executor, address = patient
    dask.scheduler(port=address.rpartition(":")[2])
    workers = [dask.worker(address)]
    await_slots(executor, 1)
    started = []
    work = work_of()
    futures = [executor.submit(work, task_of(f"{n}.py"), started.append, Priority.ATTEMPT) for n in range(6)]
    workers += [dask.worker(address), dask.worker(address)]
    await_slots(executor, 3)
    await_true(lambda: sum(event.kind == "started" for event in started) >= 3)
    kill(workers[0])
    os.kill(workers[1].pid, signal.SIGSTOP)
    began = time.monotonic()
    assert all(future.result(60).report.passed for future in futures)
    assert time.monotonic() - began < 60
    await_true(lambda: executor.slots == 1)
    assert {machine.is_working for machine in executor.machines()} == {True, False}


@pytest.mark.long
def test_lost_scheduler_gives_everything_back_and_grading_goes_on_when_it_is_there_again(dask, patient, work_of):
    executor, address = patient
    work = work_of()
    await_true(lambda: "There is no Dask scheduler" in executor.problem())
    with pytest.raises(PlaceUnavailable, match="There is no Dask scheduler"):
        executor.submit(work, task_of("a.py")).result(10)
    dask.scheduler(port=address.rpartition(":")[2])
    dask.worker(address)
    await_slots(executor, 1)
    started = threading.Event()
    futures = [executor.submit(work, task_of(f"{n}.py"), lambda _: started.set()) for n in range(3)]
    assert started.wait(60)
    for process in dask.started:
        kill(process)
    for future in futures:
        with pytest.raises(PlaceUnavailable, match="is gone"):
            future.result(30)
    dask.scheduler(port=address.rpartition(":")[2])
    dask.worker(address)
    await_slots(executor, 1)
    events = []
    assert executor.submit(work, task_of("again.py"), events.append).result(60).report.passed
    await_true(lambda: events)


@pytest.mark.long
def test_worker_whose_isolation_fails_is_paused_and_the_others_grade(dask, patient, work_of):
    executor, address = patient
    dask.scheduler(port=address.rpartition(":")[2])
    dask.worker(address)
    dask.worker(address)
    await_slots(executor, 2)
    first = next(worker for worker in executor._place._members.workers.values())
    executor._place._members.client.run(break_isolation, workers=[first.address])
    futures = [executor.submit(work_of(), task_of(f"{n}.py", RIGHT), None, Priority.ATTEMPT) for n in range(6)]
    assert all(future.result(60).report.passed for future in futures)
    (machine,) = (machine for machine in executor.machines() if not machine.is_working)
    assert machine.address == first.address and "No isolation here." in machine.problem


@pytest.mark.long
def test_nothing_secret_is_in_the_logs_of_dask(dask, patient, work_of):
    """Seeds and submissions are arguments, and Dask prints arguments of what fails."""
    executor, address = patient
    dask.scheduler(port=address.rpartition(":")[2])
    dask.worker(address, DASK_LOGGING__DISTRIBUTED="debug")
    await_slots(executor, 1)
    work = replace(work_of(), seed=90123456789)
    secret = RIGHT.replace("return 2 * x", "raise RuntimeError('planted-4711')")
    assert not executor.submit(work, task_of("planted-name.py", secret)).result(60).report.passed
    executor._place._members.client.run(forget_works)
    assert not executor.submit(work, task_of("planted-name.py", secret)).result(60).report.passed
    unreadable = GradingTask("planted-name.py", {"planted-name.py": b"planted-4711"}, problem="planted")
    assert executor.submit(work, unreadable).result(60).problem
    client = executor._place._members.client
    seen_by_scheduler = client.run_on_scheduler(lambda dask_scheduler: str(dask_scheduler._to_dict()))
    for text in (dask.log(), seen_by_scheduler):
        assert not any(word in text for word in ("planted", "90123456789"))


def break_isolation():
    from grader.executor import preparing
    from grader.support.errors import NoIsolation

    def refuse(*_):
        raise NoIsolation("No isolation here.")

    preparing.inspect = refuse


def forget_works():
    dask_worker._works.clear()
