"""Which worker of a cluster grades a submission: by its slots, its memory, its GPUs and its failures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.executor import cluster_workers, pausing
from grader.executor.cluster_workers import ClusterWorker
from grader.executor.work import GradingTask, Work

TASK = GradingTask("a.py", {})
SMALL = Work("small", "single-neuron", 0, "strong", memory_mb=75)
LARGE = Work("large", "mnist-cnn", 0, "strong", memory_mb=1100)
ON_GPU = replace(SMALL, identity="gpu", device="gpu")


def worker(address, threads=4, **values):
    return ClusterWorker(address, threads=threads, **values)


def choose(workers, work, task=TASK, ahead=1):
    """Return the address of the chosen worker, which has the task from now on."""
    able = cluster_workers.candidates(workers, work, task.avoid)
    chosen = cluster_workers.choose(able, work, task, ahead)
    if chosen is None:
        return None
    chosen.tasks[f"{chosen.address} {len(chosen.tasks)}"] = work, task
    return chosen.address


@pytest.fixture
def clock(monkeypatch):
    times = [100.0]
    for module in (cluster_workers, pausing):
        monkeypatch.setattr(module.time, "monotonic", lambda: times[0])
    return times


def test_tasks_go_to_the_worker_with_the_most_room():
    workers = [worker("a", threads=1), worker("b", threads=2)]
    assert [choose(workers, SMALL) for _ in range(4)] == ["a", "b", "b", None]
    assert [choose(workers, SMALL, ahead=2) for _ in range(4)] == ["a", "b", "b", None]


def test_memory_that_a_worker_announces_is_never_exceeded():
    workers = [worker("a", memory_mb=1300)]
    assert [choose(workers, work) for work in (LARGE, SMALL, LARGE, SMALL, SMALL)] == ["a", "a", None, "a", None]


def test_large_submission_waits_for_a_worker_with_enough_memory_and_uses_a_small_one_alone_if_there_is_no_other():
    small, large = worker("small", memory_mb=1000), worker("large", memory_mb=4000, threads=1)
    assert [choose([small, large], LARGE) for _ in range(2)] == ["large", None]
    assert [choose([small], work) for work in (LARGE, SMALL)] == ["small", None]


def test_gpu_has_one_submission_at_a_time_and_is_kept_free_for_those_that_need_one():
    workers = [worker("gpu", gpus=1), worker("cpu")]
    assert [choose(workers, work) for work in (ON_GPU, ON_GPU, SMALL, SMALL)] == ["gpu", None, "cpu", "cpu"]
    assert workers[0].resources(ON_GPU) == {"GPU": 1.0}
    assert not cluster_workers.candidates([worker("cpu")], ON_GPU)


def test_last_attempt_is_alone_on_its_worker():
    last = replace(TASK, attempt="last")
    workers = [worker("a"), worker("b")]
    assert [choose(workers, SMALL), choose(workers, SMALL, last), choose(workers, SMALL, last)] == ["a", "b", None]
    assert [choose(workers, SMALL) for _ in range(4)] == ["a", "a", "a", None]


def test_worker_that_failed_with_a_submission_gets_it_only_if_there_is_no_other():
    avoiding = replace(TASK, avoid=("a",))
    assert choose([worker("a"), worker("b")], SMALL, avoiding) == "b"
    assert choose([worker("a")], SMALL, avoiding) == "a"


def test_worker_that_fails_three_times_in_a_row_pauses_and_tries_one_submission_later(clock):
    failing = worker("a")
    for name in "abc":
        failing.pausing.note_failure(name, "no isolation")
    assert (failing.slots, failing.problem) == (0, "no isolation")
    assert [choose([failing, worker("b")], SMALL) for _ in range(4)] == ["b"] * 4
    clock[0] += pausing.PAUSE_SECONDS
    assert [choose([failing], SMALL) for _ in range(2)] == ["a", None]
    failing.pausing.note_success()
    assert (failing.slots, failing.problem) == (4, "")


def test_refusal_of_one_work_leaves_the_others_and_is_asked_again(clock):
    refusing = worker("a")
    refusing.refuse("other data", LARGE.identity)
    assert (choose([refusing], LARGE), choose([refusing], SMALL), refusing.problem) == (None, "a", "other data")
    clock[0] += cluster_workers.REFUSAL_SECONDS
    assert choose([refusing], LARGE) == "a"
    refusing.accept(LARGE.identity, "strong")
    assert (refusing.problem, refusing.isolation) == ("", "strong")


def test_worker_with_another_grader_gets_nothing(clock):
    refusing = worker("a")
    refusing.refuse("other grader")
    assert (choose([refusing], SMALL), refusing.slots, refusing.problem) == (None, 0, "other grader")


def test_facts_of_dask_and_a_worker_that_is_silent(clock):
    facts = {
        "host": "first",
        "nthreads": 2,
        "last_seen": 1.0,
        "resources": {"MEMORY": 4000.0, "GPU": 1.0},
        "memory_limit": 8 << 30,
    }
    one = ClusterWorker("a")
    one.update(facts)
    assert (one.host, one.threads, one.memory_mb, one.gpus) == ("first", 2, 4000, 1)
    assert one.resources(LARGE) == {"MEMORY": 1100.0}
    one.update(facts | {"resources": {}})
    assert (one.memory_mb, one.gpus, one.resources(LARGE)) == (8192, 0, {})
    clock[0] += cluster_workers.SILENT_SECONDS + 1
    one.update(facts)
    assert one.slots == 0 and "heard nothing" in one.problem
    one.update(facts | {"last_seen": 2.0})
    assert (one.slots, one.problem) == (2, "")
