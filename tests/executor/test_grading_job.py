"""Tests of grading one submission of a batch."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest

from grader.executor import grading_job, preparing
from grader.executor.work import GradingTask, TaskResult, Work, work_for
from grader.support.errors import NotGradable
from tests.conftest import bundled

WORK = Work("identity", "single-neuron", 0, "strong", inspected=True)


@pytest.mark.quick
def test_problem_of_a_submission_is_passed_on_without_a_worker():
    task = GradingTask("anna", {}, "anna/a.py is too large.")
    assert grading_job.grade_one(WORK, task) == TaskResult(None, "anna/a.py is too large.", {})


@pytest.mark.quick
def test_submission_without_code_has_a_problem_and_no_report():
    result = grading_job.grade_one(WORK, GradingTask("anna", {"essay.pdf": b"%PDF"}))
    assert result.report is None and "anna" in result.problem


@pytest.fixture(autouse=True)
def no_contexts(monkeypatch):
    monkeypatch.setattr(grading_job, "_contexts", {})


def context_of(work):
    with grading_job.context_for(work) as context:
        return context


@pytest.mark.quick
def test_process_keeps_the_assignments_used_last(monkeypatch):
    monkeypatch.setattr(grading_job, "MOST_CONTEXTS", 2)
    works = [replace(WORK, identity=name) for name in "abc"]
    first = context_of(works[0])
    context_of(works[1])
    assert context_of(works[0]) is first
    context_of(works[2])
    assert [*grading_job._contexts] == ["a", "c"]


@pytest.mark.quick
def test_assignment_of_another_machine_comes_as_files_that_are_deleted_at_the_end(doubling, monkeypatch):
    monkeypatch.setattr(grading_job, "MOST_CONTEXTS", 1)
    files = {path.relative_to(doubling).as_posix(): path.read_bytes() for path in doubling.rglob("*") if path.is_file()}
    with grading_job.context_for(replace(WORK, identity="packed", assignment="", files=files)) as context:
        folder = context.assignment.folder
        assert context.assignment.name == "doubling" and folder != doubling
        context_of(WORK)
        assert folder.is_dir()  # another thread of a Dask worker still grades with it
    context_of(replace(WORK, identity="other"))
    assert not folder.exists()


SEED = 2**33 + 5


def test_process_that_prepared_a_work_grades_with_its_answers(monkeypatch):
    monkeypatch.setattr(preparing, "inspect", lambda *_: None)
    work = replace(WORK, seed=SEED, inspected=False)
    answers = grading_job.prepare(work)
    assert answers
    prepared_work = replace(work, answers=answers, inspected=True)
    prepared_context = context_of(prepared_work)
    assert [*grading_job._contexts.values()] == [prepared_context]
    assert [*prepared_context._oracles] == [SEED]
    assert prepared_context.oracle_for(prepared_work) is prepared_context._oracles[SEED]


def test_works_that_differ_in_the_seed_share_the_assignment_but_not_the_answers(monkeypatch):
    monkeypatch.setattr(grading_job, "MOST_SEEDS", 2)
    settings = {"device": "cpu", "inspected": True, "answers": answers_of({"key/a": [1.0]})}
    works = [
        work_for(bundled("single-neuron"), seed, "strong", include_hidden=hidden, **settings)
        for seed, hidden in ((SEED, False), (SEED + 1, True), (SEED + 2, False))
    ]
    contexts = [context_of(work) for work in works]
    assert len({work.identity for work in works}) == 3 and len({id(context) for context in contexts}) == 1
    oracles = [contexts[0].oracle_for(work) for work in works]
    assert oracles[0].cases(SEED) is not oracles[1].cases(SEED)
    assert oracles[0].sources is not oracles[1].sources
    assert oracles[0].mutations is oracles[1].mutations
    assert [*contexts[0]._oracles] == [SEED + 1, SEED + 2]


def answers_of(arrays):
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def test_process_that_grades_does_not_import_tensorflow(monkeypatch):
    monkeypatch.setattr(
        preparing, "inspect", lambda *_: pytest.fail("the process that computes the answers tests the isolation")
    )
    monkeypatch.setattr(preparing.Oracle, "needs_tensorflow", lambda *_: True)
    assert grading_job.prepare(replace(WORK, seed=SEED, inspected=False)) is None


def test_isolation_that_fails_is_reported_by_the_preparation(monkeypatch):
    def escape(*_):
        raise NotGradable("reached")

    monkeypatch.setattr(preparing, "inspect", escape)
    with pytest.raises(NotGradable, match="reached"):
        grading_job.prepare(replace(WORK, seed=SEED, inspected=False))
