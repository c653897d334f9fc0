"""Tests of the executor: a submission whose process dies is tried once more, and the others are not affected."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from grader.executor.grading_job import GradingTask, TaskResult, Work
from grader.executor.pool import GradingPool, ProcessLost, grade_each
from grader.support.errors import NotGradable
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


WORK = Work("identity", "basis", "single-neuron", 0, "strong")
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
