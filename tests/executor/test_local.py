"""Tests of grading in processes of this machine: their number, events, cancelling, and several assignments at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from concurrent.futures import CancelledError, Future
from pathlib import Path

import psutil
import pytest

from grader.assignment import load
from grader.assignment.limits import Limits
from grader.executor import local
from grader.executor.executor import ProcessLost
from grader.executor.local import fitting_jobs, local_executor
from grader.executor.work import GradingTask, Priority
from grader.machine.capacity import MemoryLimit
from grader.sandbox import memory_needs
from grader.sandbox.warm import WarmKind
from grader.support import i18n
from grader.support.errors import UsageError
from tests.conftest import bundled
from tests.doubling import RIGHT, WRONG

from .conftest import await_true

SLEEPS = f"import time\ntime.sleep(50)\n{RIGHT}"
ENOUGH_MB = 1 << 20


def allowing(megabytes):
    content = bundled("single-neuron").content
    return content.model_copy(update={"limits": Limits(memory_mb=megabytes)})


def test_number_of_jobs_fits_into_memory():
    need = memory_needs.OWN_MB
    assert fitting_jobs(4, allowing(1000 - need), 8000) == 4
    assert fitting_jobs(4, allowing(1000 - need), 3500) == 3
    assert fitting_jobs(4, allowing(1000 - need), 500) == 1


def test_memory_limit_of_the_container_counts(monkeypatch):
    memory = MemoryLimit(2048 << 20, Path("/sys/fs/cgroup"))
    monkeypatch.setattr(MemoryLimit, "in_use", lambda _: 48 << 20)
    monkeypatch.setattr(local.capacity, "memory", lambda: memory)
    assert local.free_mb() == 2000


def test_cores_are_limited_by_the_container(monkeypatch):
    for processors, jobs in ((1.0, 1), (1.5, 1), (3.0, 3)):
        monkeypatch.setattr(local.capacity, "processors", lambda processors=processors: processors)
        assert local.cores() == jobs


def task_of(source, **settings):
    return GradingTask("a.py", {"a.py": source.encode()}, **settings)


@pytest.fixture(scope="module")
def executor():
    with local_executor(2, ENOUGH_MB) as executor:
        yield executor


def test_two_assignments_and_two_languages_are_graded_at_the_same_time(executor, work_of):
    works = [work_of("doubling"), work_of("twice")]
    futures = [
        executor.submit(work, task_of(source, language=language))
        for work in works
        for source in (RIGHT, WRONG)
        for language in (i18n.ENGLISH, "de")
    ]
    reports = [future.result(60).report for future in futures]
    assert [report.assignment.name for report in reports] == ["doubling"] * 4 + ["twice"] * 4
    assert [report.passed for report in reports] == [True, True, False, False] * 2
    messages = [next(check.message for check in report.checks if check.status == "failed") for report in reports[2:4]]
    assert messages[0] != messages[1]


def test_events_name_checks_and_statuses_and_nothing_else(executor, work_of):
    events = []
    assert executor.submit(work_of(), task_of(WRONG), events.append).result(60).report
    await_true(lambda: len(events) >= 2 + len(load(work_of().assignment).content.checks))
    assert events[:2] == [("started", "", ""), ("loaded", "", "")]
    assert {event.kind for event in events[2:]} == {"check"}
    statuses = {event.check: event.status for event in events[2:]}
    report = executor.submit(work_of(), task_of(WRONG)).result(60).report
    assert statuses == {check.name: check.status for check in report.checks}


def test_failing_listener_changes_nothing(executor, work_of):
    def fail(_):
        raise RuntimeError("the browser is gone")

    assert executor.submit(work_of(), task_of(RIGHT), fail).result(60).report.passed


def test_running_task_is_ended_and_its_slot_is_free_again(executor, work_of):
    started = threading.Event()
    future = executor.submit(work_of(), task_of(SLEEPS), lambda _: started.set())
    assert started.wait(30)
    assert executor.cancel(future)
    with pytest.raises(CancelledError):
        future.result(1)
    assert not executor.cancel(future)
    results = [executor.submit(work_of(), task_of(RIGHT)) for _ in range(3)]
    assert all(result.result(40).report.passed for result in results)  # earlier than the sleep would end


def warm_processes():
    """Return the warm processes that this process and its pools have started."""
    processes = [psutil.Process(), *pool_processes()]
    warm = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):  # a process of an earlier pool may end meanwhile
            warm += [child for child in process.children() if "main.py warm" in " ".join(child.cmdline())]
    return warm


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_processes_share_the_warm_process_of_the_usual_kind(work_of):
    others = {process.pid for process in warm_processes()}
    with local_executor(2, ENOUGH_MB, [WarmKind("module", frozenset())]) as executor:
        futures = [executor.submit(work_of(), task_of(RIGHT)) for _ in range(6)]
        assert all(future.result(60).report.passed for future in futures)
        own = [process for process in warm_processes() if process.pid not in others]
        assert [process.ppid() for process in own] == [os.getpid()]
    assert not own[0].is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="workers are forked on Linux only")
def test_submissions_of_another_kind_are_graded_too_and_a_shared_process_that_dies_is_replaced(work_of):
    others = {process.pid for process in warm_processes()}
    with local_executor(1, ENOUGH_MB, [WarmKind("shell", frozenset())]) as executor:
        assert executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed
        assert executor.submit(work_of(), task_of(f"import matplotlib\n{RIGHT}")).result(60).report.passed
    with local_executor(1, ENOUGH_MB, [WarmKind("module", frozenset())]) as executor:
        kill(process for process in warm_processes() if process.pid not in others)
        assert all(executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed for _ in range(2))


def test_time_limit_is_that_of_the_tasks_own_assignment(work_of):
    short = work_of("short", "total_seconds: 20", "total_seconds: 2")
    long = work_of("long", "total_seconds: 20", "total_seconds: 100")
    assert long.seconds - short.seconds == pytest.approx(98 * 5)


def pool_processes():
    """Return the processes of all pools of this test run: the children of the server process."""
    servers = [child for child in psutil.Process().children() if "forkserver" in " ".join(child.cmdline())]
    return [child for process in servers for child in process.children()]


def kill(processes):
    for process in processes:
        os.kill(process.pid, signal.SIGKILL)


@pytest.fixture
def own_executor():
    """An executor whose processes are the only ones that a test kills."""
    others = {process.pid for process in pool_processes()}
    with local_executor(1, ENOUGH_MB) as executor:
        executor.processes = lambda: [process for process in pool_processes() if process.pid not in others]
        yield executor


def test_task_whose_process_is_killed_is_graded_again(own_executor, work_of):
    kinds = []

    def kill_once(event):
        if event.kind == "started" and "started" not in kinds:
            kill(own_executor.processes())
        kinds.append(event.kind)

    assert own_executor.submit(work_of(), task_of(RIGHT), kill_once).result(60).report.passed
    await_true(lambda: kinds.count("started") == 2 and kinds[-1] == "check")


def test_task_whose_process_is_killed_twice_is_lost_and_others_are_graded(own_executor, work_of):
    def kill_always(event):
        if event.kind == "started":
            kill(own_executor.processes())

    future = own_executor.submit(work_of(), task_of(SLEEPS), kill_always, Priority.SELF_CHECK)
    with pytest.raises(ProcessLost):
        future.result(60)
    assert own_executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed


def test_idle_processes_may_be_killed(own_executor, work_of):
    """The pool itself would refuse all further tasks."""
    assert own_executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed
    killed = own_executor.processes()
    kill(killed)
    await_true(lambda: not any(process.is_running() for process in killed))
    time.sleep(0.5)  # the pool looks for dead processes ten times a second
    assert own_executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed


def test_assignment_that_is_broken_meanwhile_is_an_error_and_ends_no_process(own_executor, work_of, tmp_path):
    assert own_executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed
    processes = own_executor.processes()
    broken = work_of("broken")
    (tmp_path / "broken" / "assignment.yaml").write_text("name: broken\n")
    with pytest.raises(UsageError, match=r"assignment\.yaml:1: "):
        own_executor.submit(broken, task_of(RIGHT)).result(60)
    assert own_executor.processes() == processes


def test_call_that_a_pool_has_lost_fails(own_executor, work_of):
    assert own_executor.call(abs, -1).result(60) == 1
    lost = Future()
    own_executor._place._pending.add(lost)  # as if no process had received it
    kill(own_executor.processes())
    with pytest.raises(RuntimeError, match="have ended"):
        lost.result(20)
    assert own_executor.submit(work_of(), task_of(RIGHT)).result(60).report.passed
