"""Tests of the preparation of a Dask worker: it refuses work that it would grade by other rules."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from grader.executor import cluster_members, dask_worker, grading_job, preparing
from grader.executor.sealed import Sealed
from grader.executor.work import GradingTask, Work
from grader.grading.rules import rules_here
from grader.support.errors import NotGradable
from tests.conftest import bundled

WORK = Work("identity", "single-neuron", 0, "strong")
WORKER = SimpleNamespace(address="tcp://192.0.2.1:1000")


def prepared(work, levels=()):
    """Return the answer of a worker that prepares for this work."""
    with ThreadPoolExecutor(1) as thread:  # a browser of another test keeps an event loop in this thread
        return thread.submit(asyncio.run, dask_worker.prepare_worker(Sealed(work), levels, WORKER)).result()


@pytest.fixture(autouse=True)
def _no_contexts(monkeypatch):
    monkeypatch.setattr(grading_job, "_contexts", {})
    monkeypatch.setattr(dask_worker, "_works", {})
    monkeypatch.setattr(preparing, "inspect", lambda *_: None)


def test_worker_with_the_same_rules_is_ready():
    work = cluster_members.for_others(WORK)
    assert work.rules == rules_here(bundled("single-neuron"), None)
    assert prepared(work) == dask_worker.Readiness(isolation="strong")


def test_worker_with_another_assignment_refuses_and_is_named():
    work = cluster_members.for_others(replace(WORK, assignment="numpy-mnist"))
    other = replace(work, identity="other", assignment="single-neuron")
    answer = prepared(other)
    assert answer.refusal.startswith("The Dask worker tcp://192.0.2.1:1000 on the machine ")
    assert "Its version of the assignment is another one" in answer.refusal
    assert "install the same grader" in answer.refusal and answer.is_about_work


def test_worker_whose_data_changed_since_an_earlier_run_refuses(monkeypatch):
    work = cluster_members.for_others(replace(WORK, assignment="numpy-mnist"))
    assert not prepared(work).refusal
    other_version = replace(work.rules.data["mnist"], digest="f" * 64)
    answer = prepared(replace(work, rules=replace(work.rules, data={"mnist": other_version})))
    assert "Its dataset mnist is another one" in answer.refusal and answer.is_about_work


def test_worker_with_another_grader_may_grade_nothing():
    work = cluster_members.for_others(WORK)
    answer = prepared(replace(work, rules=replace(work.rules, code="f" * 64)))
    assert "Its grader is another one" in answer.refusal and not answer.is_about_work


def escape(*_):
    raise NotGradable("Student code could reach other files on this machine.")


def test_worker_with_weak_isolation_refuses_and_is_named(monkeypatch):
    monkeypatch.setattr(preparing, "inspect", escape)
    answer = prepared(cluster_members.for_others(WORK)).refusal
    assert answer.startswith("The Dask worker tcp://192.0.2.1:1000 on the machine ")
    assert answer.endswith("Student code could reach other files on this machine.")


def test_worker_uses_the_strictest_isolation_that_works_there(monkeypatch):
    def inspect(work, assignment):
        if work.isolation == "strong":
            escape()

    monkeypatch.setattr(preparing, "inspect", inspect)
    work = cluster_members.for_others(WORK)
    assert prepared(work, ["strong", "medium"]) == dask_worker.Readiness(isolation="medium")
    assert dask_worker._works[work.identity].isolation == "medium"


def test_worker_keeps_the_works_prepared_last(monkeypatch):
    monkeypatch.setattr(dask_worker, "MOST_WORKS", 2)
    for identity in ("a", "b", "a", "c"):
        assert not prepared(replace(WORK, identity=identity)).refusal
    assert [*dask_worker._works] == ["a", "c"]


def test_nothing_about_a_submission_is_raised_or_printed():
    order = Sealed(dask_worker.Order("name", WORK.identity, GradingTask("a.py", {"a.py": b"secret"}, problem="secret")))
    assert repr(order) == "<sealed>"
    dask_worker._works[WORK.identity] = WORK
    answer = dask_worker.grade_sealed(order)  # no Dask worker runs here
    assert repr(answer) == "<sealed>" and isinstance(answer.open().error, Exception)
