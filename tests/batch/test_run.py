"""Submissions on their way: a process that dies costs its submission one more try, and then nothing but its result."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

import pytest

from grader.assignment.parts import Limits
from grader.batch import job
from grader.batch.job import Done, Task
from grader.batch.run import Lost, Place, each, fitting
from grader.errors import NotGradable
from grader.sandbox.canary import Attempt
from tests.conftest import bundled

DONE = Done(None, "", {})


def answering(*answers):
    """A place that gives these answers, one after another."""
    left = list(answers)

    def submit(*_):
        future = Future()
        answer = left.pop(0)
        future.set_exception(answer) if isinstance(answer, Exception) else future.set_result(answer)
        return future

    return submit


WORK = job.Work("identity", "basis", "single-neuron", 0, "strong")
TASKS = [(name, Task(name, {})) for name in ("anna", "ben")]


def test_a_submission_whose_process_dies_is_tried_once_more():
    place = Place(answering(RuntimeError("died"), DONE, DONE), 1)
    assert dict(each(WORK, TASKS, place)) == {"anna": DONE, "ben": DONE}


def test_one_that_dies_again_has_no_result_and_the_others_have():
    found = dict(each(WORK, TASKS[:1], Place(answering(RuntimeError("died"), RuntimeError("died again")), 1)))
    assert isinstance(found["anna"], Lost)
    assert str(found["anna"]) == "RuntimeError: died again"


def test_where_nothing_may_be_graded_the_run_ends():
    with pytest.raises(NotGradable):
        list(each(WORK, TASKS, Place(answering(NotGradable("no isolation"), DONE), 1)))


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_where_an_intruder_gets_out_nothing_is_graded(monkeypatch, level):
    """The intruder itself is tried in tests/sandbox/test_canary.py; here it is said to have reached something."""
    monkeypatch.setattr(job.canary, "try_to_escape", lambda *_: Attempt(["other submissions"], []))
    work = replace(WORK, isolation=level)
    with pytest.raises(NotGradable, match="would reach other submissions on this machine, so nothing was graded"):
        job.inspect(work, bundled("single-neuron"))


def test_as_many_jobs_as_there_is_memory_for():
    assert fitting(4, Limits(memory_mb=64)) == 4
    assert fitting(4, Limits(memory_mb=65536)) < 4
    assert fitting(1, Limits(memory_mb=65536)) == 1
