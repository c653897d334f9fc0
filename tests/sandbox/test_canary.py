"""The canary reaches nothing at strong and medium, and everything without isolation."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from grader.assignment.limits import Limits
from grader.sandbox import canary
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.warm import WarmStart
from tests.processes import processes

EVERYTHING = {
    *("another submission", "the grader's code", "the reference's answers", "the output", "the output (to write)"),
    *("the grader's environment", "the grader's memory", "other processes"),
    "command lines of other processes",
    *("the network", "the network, by datagrams", "a socket of another program"),
}

DEPENDS = {"an installed grader"}  # depends on the kind of installation


@pytest.fixture
def attempt(tmp_path):
    (tmp_path / "submission.py").write_text("secret")
    tmp_path.chmod(0o777)

    def run(level, kind="module", warm=None):
        files = {"another submission": tmp_path / "submission.py", **canary.files_of_the_grader()}
        folders = {"the output": tmp_path}
        return canary.try_to_escape(Limits(), level, WorkerSetup(), files, folders, kind, warm, "kernel")

    return run


@pytest.mark.parametrize("kind", ["module", "notebook"])
@pytest.mark.parametrize("level", ["strong", "medium"])
def test_confined_intruder_reaches_nothing(attempt, level, kind):
    assert attempt(level, kind).reached == []


@pytest.mark.parametrize("kind", ["module", "notebook"])
@pytest.mark.parametrize("level", ["strong", "medium"])
def test_confined_intruder_in_a_forked_worker_reaches_nothing(attempt, level, kind):
    with WarmStart() as warm:
        assert attempt(level, kind, warm).reached == []


@pytest.mark.parametrize("kind", ["module", "notebook"])
def test_unconfined_intruder_reaches_everything(attempt, kind):
    if os.geteuid() != 0 and Path("/proc/sys/kernel/yama/ptrace_scope").exists():
        pytest.skip("this kernel keeps the memory of a process from its other children")
    report = attempt("none", kind)
    assert set(report.reached) - DEPENDS == EVERYTHING
    assert "files" in report.not_enforced


def test_surviving_process_is_detected(monkeypatch, attempt):
    """The supervisor ends all processes at each level; without it the canary finds the process that it started."""
    real = canary.Session.close

    def lose(session):
        if session._confinement.worker is not None:
            os.kill(
                session._confinement.worker._process.pid, signal.SIGKILL
            )  # kill the supervisor before it can clean up
        real(session)

    monkeypatch.setattr(canary.Session, "close", lose)
    report = attempt("none")
    assert "a process after its end" in report.reached
    for pid in processes("grader-canary-"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
