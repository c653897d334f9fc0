"""Tests of the executor: a submission whose process dies is tried once more, and the others are not affected."""

from __future__ import annotations

import socket
import time
from concurrent.futures import Future
from pathlib import Path

import pytest
from rich.console import Console

from grader.assignment.base import Limits
from grader.batch import executor, grade_class, grading_job
from grader.batch.executor import GradingPool, ProcessLost, fitting_jobs, grade_each
from grader.batch.grading_job import GradingTask, TaskResult
from grader.machine.capacity import MemoryLimit
from grader.sandbox import memory_needs
from grader.support.errors import NotGradable, UsageError
from tests.conftest import bundled
from tests.report import made

DONE = TaskResult(None, "", {})


def answering(*answers):
    """Return a pool's submit function that gives these answers, one after another."""
    remaining = list(answers)

    def submit(*_):
        future = Future()
        answer = remaining.pop(0)
        future.set_exception(answer) if isinstance(answer, Exception) else future.set_result(answer)
        return future

    return submit


WORK = grading_job.BatchSettings("identity", "basis", "single-neuron", 0, "strong")
TASKS = [(name, GradingTask(name, {})) for name in ("anna", "ben")]


def test_submission_whose_process_dies_is_tried_once_more():
    place = GradingPool(answering(RuntimeError("died"), DONE, DONE), 1)
    assert dict(grade_each(WORK, TASKS, place)) == {"anna": DONE, "ben": DONE}


def test_submission_that_dies_twice_has_no_result_and_the_others_have():
    results = dict(
        grade_each(WORK, TASKS[:1], GradingPool(answering(RuntimeError("died"), RuntimeError("died again")), 1))
    )
    assert isinstance(results["anna"], ProcessLost)
    assert str(results["anna"]) == "RuntimeError: died again"


def test_submission_that_ran_out_of_memory_is_tried_again_alone():
    report = made.report()
    report.checks[0].evidence.not_graded_for = "memory"
    starved = TaskResult(report, "", {})
    calls = []

    def submit(_, task):
        calls.append((task.path, task.last))
        assert not task.last or all(future.done() for future in futures)
        futures.append(Future())
        futures[-1].set_result(starved if task.path == "anna" or not task.last else DONE)
        return futures[-1]

    futures = []
    tasks = [(name, GradingTask(name, {})) for name in ("anna", "ben")]
    assert dict(grade_each(WORK, tasks, GradingPool(submit, 2))) == {"anna": starved, "ben": DONE}
    assert calls[:2] == [("anna", False), ("ben", False)]
    assert sorted(calls[2:]) == [("anna", True), ("ben", True)]


def test_run_ends_if_nothing_may_be_graded():
    with pytest.raises(NotGradable):
        list(grade_each(WORK, TASKS, GradingPool(answering(NotGradable("no isolation"), DONE), 1)))


def allowing(megabytes):
    content = bundled("single-neuron").content
    return content.model_copy(update={"limits": Limits(memory_mb=megabytes)})


def test_number_of_jobs_fits_into_memory():
    assert fitting_jobs(4, allowing(64)) == 4
    assert fitting_jobs(4, allowing(65536)) < 4
    assert fitting_jobs(1, allowing(65536)) == 1


def test_memory_limit_of_the_container_counts(monkeypatch):
    memory = MemoryLimit(2048 << 20, Path("/sys/fs/cgroup"))
    monkeypatch.setattr(MemoryLimit, "in_use", lambda _: 48 << 20)
    monkeypatch.setattr(executor.capacity, "memory", lambda: memory)
    assert fitting_jobs(8, allowing(500 - memory_needs.OWN_MB)) == 4


def test_cores_are_limited_by_the_container(monkeypatch):
    for processors, jobs in ((1.0, 1), (1.5, 1), (3.0, 3)):
        monkeypatch.setattr(executor.capacity, "processors", lambda processors=processors: processors)
        assert executor.cores() == jobs


def test_container_that_is_too_small_leaves_no_folder(monkeypatch, tmp_path):
    """No files are left, so the next run with another container starts afresh."""
    monkeypatch.setattr(grade_class.memory_needs, "memory", lambda: MemoryLimit(100 << 20, Path("/sys/fs/cgroup")))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "anna.py").write_text("x = 1\n")
    options = grade_class.Options(jobs=1)
    with pytest.raises(NotGradable, match="single-neuron needs 768 MB"):
        grade_class.grade_class(
            bundled("single-neuron"), tmp_path / "class", tmp_path / "out", options, Console(quiet=True)
        )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "address", ["nonsense", "", "tcp://nobody", "tcp://:8786", "tcp://here:port", "tcp://here:99999", "tls://x"]
)
def test_invalid_scheduler_address_is_reported_at_once(address):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(UsageError, match="is not the address of a Dask scheduler: use the form tcp://HOST:PORT"):
        executor.find_scheduler(address)


def test_port_without_listener_is_not_a_scheduler():
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{bound.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(UsageError, match=f"There is no Dask scheduler at {address}"):
            executor.find_scheduler(address)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("scheme", ["tcp", "tls"])
def test_other_server_is_not_a_scheduler(monkeypatch, scheme):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    monkeypatch.setattr(executor, "SECONDS_TO_CONNECT", 1)
    monkeypatch.setattr(executor, "_refuse_missing_certificates", lambda: None)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UsageError, match=f"There is no Dask scheduler at {address}"):
            executor.find_scheduler(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "tcp://192.0.2.1:8786",
            "192.0.2.1:8786",
            "tcp://0.0.0.0:8786",
            "tcp://[::]:8786",
            "tcp://[2001:db8::1]:8786",
        ),
        *(
            "ws://192.0.2.1:8786",
            "ucx://192.0.2.1:8786",
            "tcp://localhost.invalid:8786",
            "tcp://127.0.0.1@192.0.2.1:8786",
        ),
        *("tcp://[::ffff:192.0.2.1]:8786", "tcp://3221225985:8786", "made-up://127.0.0.2.invalid:1"),
    ],
)
def test_scheduler_on_another_machine_needs_tls(address):
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(UsageError, match=r"is not encrypted.*add --insecure-scheduler"):
        executor.find_scheduler(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.10", "[::1]", "[::ffff:127.0.0.1]"])
def test_scheduler_on_this_machine_needs_no_tls(host):
    assert executor._is_loopback(host.strip("[]"))


def test_name_with_addresses_of_two_machines_is_not_local(monkeypatch):
    addresses = [(2, 1, 6, "", ("127.0.0.1", 0)), (2, 1, 6, "", ("192.0.2.1", 0))]
    monkeypatch.setattr(executor.socket, "getaddrinfo", lambda *_: addresses)
    assert not executor._is_loopback("both")


def test_workers_on_other_machines_need_tls():
    executor._refuse_unprotected_workers(["tcp://127.0.0.1:40000", "tls://192.0.2.1:40000"])
    with pytest.raises(UsageError, match=r"the Dask worker at tcp://192\.0\.2\.1:40000 is not encrypted"):
        executor._refuse_unprotected_workers(["tcp://127.0.0.1:40000", "tcp://192.0.2.1:40000"])


def test_tls_needs_certificates():
    pytest.importorskip("distributed", reason="needs the extra 'cluster'")
    with pytest.raises(
        UsageError, match=r"distributed\.comm\.tls\.ca-file is not set: set DASK_DISTRIBUTED__COMM__TLS"
    ):
        executor.find_scheduler("tls://127.0.0.1:8786")
