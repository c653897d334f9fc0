"""Tests of the preparation of a Dask worker: it refuses work that it would grade by other rules."""

from __future__ import annotations

import asyncio
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace

import pytest

from grader.executor import cluster, dask_worker, grading_job, preparing
from grader.executor.work import Work
from grader.grading.rules import rules_here
from grader.support.errors import NotGradable
from tests.conftest import bundled

WORK = Work("identity", "single-neuron", 0, "strong")
WORKER = SimpleNamespace(address="tcp://192.0.2.1:1000")


def prepared(work):
    """Return the answer of a worker that prepares for this work."""
    with ThreadPoolExecutor(1) as thread:  # a browser of another test keeps an event loop in this thread
        return thread.submit(asyncio.run, dask_worker.prepare_worker(pickle.dumps(work), WORKER)).result()


@pytest.fixture(autouse=True)
def _no_contexts(monkeypatch):
    monkeypatch.setattr(grading_job, "_contexts", {})
    monkeypatch.setattr(dask_worker, "_works", {})
    monkeypatch.setattr(preparing, "inspect", lambda *_: None)


def test_worker_with_the_same_rules_is_ready():
    work = cluster._for_others(WORK)
    assert work.rules == rules_here(bundled("single-neuron"), None)
    assert prepared(work) is None


def test_worker_with_another_assignment_refuses_and_is_named():
    work = cluster._for_others(replace(WORK, assignment="numpy-mnist"))
    other = replace(work, identity="other", assignment="single-neuron")
    answer = prepared(other)
    assert answer.startswith("The Dask worker tcp://192.0.2.1:1000 on the machine ")
    assert "Its version of the assignment is another one" in answer and "install the same grader" in answer


def test_worker_whose_data_changed_since_an_earlier_run_refuses(monkeypatch):
    work = cluster._for_others(replace(WORK, assignment="numpy-mnist"))
    assert prepared(work) is None
    other_version = replace(work.rules.data["mnist"], digest="f" * 64)
    assert "Its dataset mnist is another one" in prepared(
        replace(work, rules=replace(work.rules, data={"mnist": other_version}))
    )


def test_worker_with_weak_isolation_refuses_and_is_named(monkeypatch):
    def escape(*_):
        raise NotGradable("Student code could reach other files on this machine.")

    monkeypatch.setattr(preparing, "inspect", escape)
    answer = prepared(cluster._for_others(WORK))
    assert answer.startswith("The Dask worker tcp://192.0.2.1:1000 on the machine ")
    assert answer.endswith("Student code could reach other files on this machine.")


def test_worker_keeps_the_works_prepared_last(monkeypatch):
    monkeypatch.setattr(dask_worker, "MOST_WORKS", 2)
    for identity in ("a", "b", "a", "c"):
        assert prepared(replace(WORK, identity=identity)) is None
    assert [*dask_worker._works] == ["a", "c"]
