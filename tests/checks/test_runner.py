"""A check that fails is run again if another layout fits the submission better."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.assignment import load
from grader.checks import runner
from grader.checks.context import context_of
from grader.checks.outcome import Outcome
from grader.checks.runner import CheckRunner
from grader.expected.reference import Oracle
from grader.sandbox.failures import CallError
from grader.student.layout import Layout
from grader.submission import read_file
from tests.student.in_process import InProcess

pytestmark = pytest.mark.quick


def check(run, depends_on_calls=None):
    return SimpleNamespace(
        run=run,
        depends_on_layout=True,
        depends_on_calls=depends_on_calls,
        depends_on_variables=False,
        functions=lambda: ["ReLU"],
        variables=lambda: [],
    )


@pytest.fixture
def checks(monkeypatch):
    assignment = load("numpy-mnist")
    monkeypatch.setattr(runner, "in_detected_layout", lambda student: student.in_layout(Layout("detected")))
    monkeypatch.setattr(runner, "in_best_layout", lambda student, cases: (student.in_layout(Layout("best")), True))
    session = InProcess("def ReLU(Z): return Z")
    return CheckRunner(context_of(assignment, read_file("a.py", b"x = 1"), session, Oracle(assignment), 0, {}, None))


def test_passed_check_runs_once_in_the_detected_layout(checks):
    names = []

    def run(context):
        names.append(context.student.layout.name)
        return Outcome(1.0, "")

    assert checks.run(check(run)).share == 1
    assert names == ["detected"]


def test_failed_check_runs_again_in_the_best_layout(checks):
    names = []

    def run(context):
        names.append(context.student.layout.name)
        context.log.answers.setdefault("ReLU", []).append("an answer")
        return Outcome(0.0, "")

    checks.run(check(run))
    checks.run(check(run))
    assert names == ["detected", "best", "best"]  # layouts are compared once
    assert checks.context.log.answers == {"ReLU": ["an answer"] * 2}  # not the answers in the wrong layout
    assert checks.context.log.is_layout_undecided


@pytest.mark.parametrize(("status", "runs"), [("failed", 2), ("timeout", 1)])
def test_failure_without_an_answer_is_raised(checks, status, runs):
    names = []

    def run(context):
        names.append(context.student.layout.name)
        raise CallError(status, "no answer")

    with pytest.raises(CallError, match="no answer"):
        checks.run(check(run))
    assert len(names) == runs


def test_check_that_depends_on_a_lost_statement_is_not_gradable(checks, monkeypatch):
    cause = SimpleNamespace(sentence="Seaborn is missing.", place=None)
    monkeypatch.setattr(type(checks.context.student), "excuse", lambda *_: cause)
    with pytest.raises(CallError, match="Seaborn is missing") as error:
        checks.run(check(lambda _: Outcome(0.0, ""), depends_on_calls=("plot",)))
    assert error.value.status == "not_gradable"
