"""Tests of grading one submission of a batch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.executor import grading_job
from grader.executor.grading_job import GradingTask, TaskResult, Work
from grader.sandbox.canary import EscapeReport
from grader.support.errors import NotGradable
from tests.conftest import bundled

WORK = Work("identity", "basis", "single-neuron", 0, "strong", inspected=True)


@pytest.mark.quick
def test_problem_of_a_submission_is_passed_on_without_a_worker():
    task = GradingTask("anna", {}, "anna/a.py is too large.")
    assert grading_job.grade_one(WORK, task) == TaskResult(None, "anna/a.py is too large.", {})


@pytest.mark.quick
def test_submission_without_code_has_a_problem_and_no_report():
    result = grading_job.grade_one(WORK, GradingTask("anna", {"essay.pdf": b"%PDF"}))
    assert result.report is None and "anna" in result.problem


@pytest.mark.quick
def test_process_keeps_one_assignment_between_submissions():
    first = grading_job._context_for(WORK)
    assert grading_job._context_for(WORK) is first
    assert grading_job._context_for(replace(WORK, identity="other")) is not first
    assert [*grading_job._contexts] == ["other"]


@pytest.mark.quick
def test_assignment_of_another_machine_comes_as_files(doubling):
    files = {path.relative_to(doubling).as_posix(): path.read_bytes() for path in doubling.rglob("*") if path.is_file()}
    settings = replace(WORK, identity="packed", assignment="", files=files)
    context = grading_job._context_for(settings)
    assert context.assignment.name == "doubling" and context.assignment.folder != doubling


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_nothing_is_graded_if_the_intruder_escapes(monkeypatch, level):
    """tests/sandbox/test_canary.py tests the intruder; here it is replaced by one that reaches something."""
    monkeypatch.setattr(grading_job.canary, "try_to_escape", lambda *_: EscapeReport(["other submissions"], []))
    work = replace(WORK, isolation=level)
    with pytest.raises(NotGradable, match="could reach other submissions on this machine, so nothing was graded"):
        grading_job.inspect(work, bundled("single-neuron"))
