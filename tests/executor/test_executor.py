"""Tests of the order in which tasks start at a place, and of what happens to a task that failed."""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError, Future

import pytest

from grader.executor.executor import (
    MOST_DISPLACEMENTS,
    MOST_OVERTAKINGS,
    Displaced,
    Executor,
    PlaceUnavailable,
    ProcessLost,
    grade_each,
    has_memory,
)
from grader.executor.work import GradingTask, Priority, TaskResult, Work
from grader.support.errors import NotGradable
from tests.report import made

DONE = TaskResult(None, "", {})
WORK = Work("identity", "single-neuron", 0, "strong", memory_mb=100)
LARGE = Work("large", "clothing-mlp", 0, "strong", memory_mb=900)


def starved():
    report = made.report()
    report.checks[0].evidence.not_graded_for = "memory"
    return TaskResult(report, "", {})


class ByHand:
    """A place whose tasks end when a test says so."""

    def __init__(self, slots=1, memory_mb=None):
        self.slots = slots
        self.memory_mb = memory_mb
        self.call = None
        self.started = []  # (path, whether it is the last attempt)
        self.running = {}
        self.is_gone = False
        self.reason = ""
        self.is_retired = False

    def has_room(self, work, task, running, ahead):
        return has_memory(work, task, running, self.memory_mb)

    def problem(self):
        return self.reason

    def watch(self, notify):
        self.notify = notify

    def start(self, work, task, listener):
        self.started.append((task.path, task.attempt == "last"))
        self.avoided = task.avoid
        self.running[task.path] = future = Future()
        return future

    def stop(self, future):
        future.cancel()
        self.running = {path: other for path, other in self.running.items() if other is not future}

    def retire(self):
        self.is_retired = True

    def check(self):
        if self.is_gone:
            raise NotGradable("gone")

    def end(self, path, result=DONE):
        future = self.running.pop(path)
        future.set_exception(result) if isinstance(result, BaseException) else future.set_result(result)

    @property
    def names(self):
        return [path for path, _ in self.started]


def submit(executor, name, work=WORK, priority=Priority.CLASS):
    return executor.submit(work, GradingTask(name, {}), priority=priority)


def test_short_tasks_start_before_long_ones_and_each_in_the_order_of_arrival():
    place = ByHand()
    executor = Executor(place)
    for name, priority in (("first", 1), ("regrade", 3), ("class a", 2), ("class b", 2), ("attempt", 1), ("check", 0)):
        submit(executor, name, priority=Priority(priority))
    while place.running:
        place.end(next(iter(place.running)))
    assert place.names == ["first", "check", "attempt", "class a", "class b", "regrade"]


def test_class_that_is_alone_uses_all_slots_and_keeps_them_busy():
    place = ByHand(slots=2)
    executor = Executor(place)
    for number in range(6):
        submit(executor, str(number))
    assert place.names == ["0", "1", "2", "3"]


def test_one_slot_is_kept_free_for_short_tasks():
    place = ByHand(slots=2)
    executor = Executor(place)
    submit(executor, "check", priority=Priority.SELF_CHECK)
    for name in ("a", "b", "c"):
        submit(executor, name)
    assert place.names == ["check", "a"]
    place.end("check")
    assert place.names == ["check", "a"]
    submit(executor, "another check", priority=Priority.SELF_CHECK)
    assert place.names == ["check", "a", "another check"]


def test_single_slot_is_not_kept_free():
    place = ByHand()
    executor = Executor(place)
    submit(executor, "check", priority=Priority.SELF_CHECK)
    submit(executor, "a")
    place.end("check")
    assert place.names == ["check", "a"]


def test_task_waits_for_its_memory_and_small_ones_overtake_it():
    place = ByHand(slots=4, memory_mb=1000)
    executor = Executor(place)
    for name, work in (("a", WORK), ("b", WORK), ("large", LARGE), ("c", WORK)):
        submit(executor, name, work)
    assert place.names == ["a", "b", "c"]
    place.end("a")
    place.end("b")
    assert place.names == ["a", "b", "c", "large"]  # 900 and 100


def test_task_that_waits_for_memory_is_not_overtaken_for_ever():
    place = ByHand(slots=2, memory_mb=950)
    executor = Executor(place)
    for number in range(2):
        submit(executor, f"first {number}")
    large = submit(executor, "large", LARGE)
    for number in range(2 * MOST_OVERTAKINGS):
        submit(executor, str(number))
    while "large" not in place.names:
        place.end(next(iter(place.running)))
    assert len(place.names) <= MOST_OVERTAKINGS + 3
    assert place.running.keys() == {"large"}
    place.end("large")
    assert large.result(0) is DONE
    assert len(place.running) == 4


def test_task_that_needs_more_memory_than_there_is_runs_alone():
    place = ByHand(slots=2, memory_mb=500)
    executor = Executor(place)
    submit(executor, "a")
    submit(executor, "large", LARGE)
    assert place.names == ["a"]
    place.end("a")
    assert place.names == ["a", "large"]
    submit(executor, "b")
    assert place.names == ["a", "large"]


@pytest.mark.parametrize("failure", [starved(), RuntimeError("died")])
def test_failed_task_is_tried_once_more_alone_at_the_end(failure):
    place = ByHand(slots=2)
    executor = Executor(place)
    futures = {name: submit(executor, name) for name in "abcde"}
    place.end("a", failure)
    for name in "bcde":
        assert ("a", True) not in place.started
        place.end(name)
    assert place.started[-1] == ("a", True)
    submit(executor, "f")
    assert place.names[-1] == "a"  # nothing else runs at the same time
    place.end("a")
    assert futures["a"].result(0) is DONE
    assert place.names[-1] == "f"


def test_last_attempt_does_not_wait_for_ever():
    place = ByHand()
    executor = Executor(place)
    future = submit(executor, "a", priority=Priority.SELF_CHECK)
    submit(executor, "0")
    place.end("a", RuntimeError("died"))
    for number in range(2 * MOST_OVERTAKINGS):
        submit(executor, str(number + 1))
        place.end(next(iter(place.running)))
        if ("a", True) in place.started:
            break
    place.end("a")
    assert future.result(0) is DONE


def test_second_failure_is_final():
    place = ByHand()
    executor = Executor(place)
    lost, without_memory = submit(executor, "a"), submit(executor, "b")
    result = starved()
    place.end("a", RuntimeError("died"))
    place.end("b", result)
    place.end("a", RuntimeError("died again"))
    place.end("b", result)
    with pytest.raises(ProcessLost, match="RuntimeError: died again"):
        lost.result(0)
    assert without_memory.result(0) is result


@pytest.mark.parametrize("error", [NotGradable("no isolation"), SystemExit(1)])
def test_place_that_may_not_grade_is_not_asked_again(error):
    place = ByHand()
    executor = Executor(place)
    future = submit(executor, "a")
    place.is_gone = not isinstance(error, NotGradable)
    place.end("a", error)
    with pytest.raises(NotGradable):
        future.result(0)
    assert len(place.started) == 1


def test_waiting_task_is_cancelled_in_both_ways():
    place = ByHand()
    executor = Executor(place)
    futures = [submit(executor, name) for name in "abcd"]
    assert executor.cancel(futures[2])
    assert futures[3].cancel()
    assert futures[2].cancelled() and futures[3].cancelled()
    place.end("a")
    place.end("b")
    assert place.names == ["a", "b"] and not executor.cancel(futures[0])


def test_running_task_is_cancelled_and_its_slot_used():
    place = ByHand()
    executor = Executor(place)
    futures = [submit(executor, name) for name in "abc"]
    assert executor.cancel(futures[0])
    with pytest.raises(CancelledError):
        futures[0].result(0)
    assert place.names == ["a", "b", "c"]


def test_closing_cancels_all_tasks():
    place = ByHand()
    executor = Executor(place)
    futures = [submit(executor, name) for name in "abcd"]
    executor.close()
    assert place.is_retired
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(0)
    assert not place.running
    with pytest.raises(RuntimeError):
        submit(executor, "e")


class AtOnce(ByHand):
    """A place that ends each task in another thread, with the results of a list."""

    def __init__(self, *results, slots=1):
        super().__init__(slots)
        self.results = list(results)

    def start(self, work, task, listener):
        future = super().start(work, task, listener)
        threading.Thread(target=self.end, args=(task.path, self.results.pop(0))).start()
        return future


TASKS = [(name, GradingTask(name, {})) for name in ("anna", "ben")]


def test_every_student_of_a_class_has_a_result():
    assert dict(grade_each(Executor(AtOnce(RuntimeError("died"), DONE, DONE)), WORK, TASKS)) == {
        "anna": DONE,
        "ben": DONE,
    }
    losses = dict(grade_each(Executor(AtOnce(*[RuntimeError("died")] * 2)), WORK, TASKS[:1]))
    assert isinstance(losses["anna"], ProcessLost)


def test_many_tasks_that_end_at_once_are_all_graded():
    items = [(number, GradingTask(str(number), {})) for number in range(500)]
    results = dict(grade_each(Executor(AtOnce(*[DONE] * 500, slots=3)), WORK, items))
    assert results == dict.fromkeys(range(500), DONE)


def test_files_of_a_class_are_read_when_they_are_needed():
    place = ByHand(slots=2)
    executor = Executor(place)
    read = []

    def items():
        for number in range(10):
            read.append(number)
            if number == 4:
                raise KeyboardInterrupt
            yield number, GradingTask(str(number), {})

    running = grade_each(executor, WORK, items())
    threading.Timer(0.2, lambda: place.end("0")).start()
    assert next(running)[0] == 0
    assert read == [0, 1, 2, 3]
    with pytest.raises(KeyboardInterrupt):
        next(running)
    assert not place.running  # all other tasks are cancelled


def test_class_ends_if_nothing_may_be_graded():
    with pytest.raises(NotGradable):
        list(grade_each(Executor(AtOnce(NotGradable("no isolation"), DONE)), WORK, TASKS))


def test_task_of_a_lost_machine_is_graded_elsewhere_as_if_nothing_had_happened():
    place = ByHand(slots=2)
    executor = Executor(place)
    other, lost = submit(executor, "other"), submit(executor, "lost")
    place.end("lost", Displaced("gone", "first"))
    assert place.started[-1] == ("lost", False)
    assert place.avoided == ("first",)
    place.end("lost")
    assert lost.result(1) == DONE and not other.done()


def test_task_on_which_machine_after_machine_is_lost_fails():
    place = ByHand()
    future = submit(Executor(place), "killer")
    for _ in range(MOST_DISPLACEMENTS):
        place.end("killer", Displaced("gone"))
    with pytest.raises(ProcessLost, match="gone"):
        future.result(1)


def test_place_that_can_grade_nothing_gives_back_what_waits_and_goes_on_later():
    place = ByHand()
    executor = Executor(place)
    futures = [submit(executor, name) for name in "abcd"]  # two of them have started
    place.reason = "The scheduler is gone."
    for name in "ab":
        place.end(name, Displaced("gone", is_failure=False))
    for future in futures:
        with pytest.raises(PlaceUnavailable, match="The scheduler is gone"):
            future.result(1)
    place.reason = ""
    later = submit(executor, "later")
    place.end("later")
    assert later.result(1) == DONE
