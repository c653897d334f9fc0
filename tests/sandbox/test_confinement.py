"""The isolation level is the strictest one at which a worker starts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from grader.assignment.limits import Limits
from grader.sandbox import confinement
from grader.sandbox.confinement import Confinement
from grader.sandbox.filesystem import WorkerSetup
from grader.sandbox.worker_process import SetupFailed
from grader.support.errors import NoIsolation, NoMemory
from tests.sandbox.test_session import submitted

pytestmark = pytest.mark.quick


def confined(monkeypatch, working, isolation=None, is_out_of_memory=False):
    """A confinement on a machine on which only the levels ``working`` start."""

    def start(level, *_):
        def await_ready():
            if level not in working:
                raise SetupFailed("not here")
            return ["a gap"]

        return SimpleNamespace(
            await_ready=await_ready, out_of_memory=lambda: is_out_of_memory, kill=lambda: None, pid=0
        )

    monkeypatch.setattr(confinement, "WorkerProcess", start)
    monkeypatch.setattr(confinement.levels, "to_try", lambda level: [level] if level else ["strong", "medium", "none"])
    return Confinement(submitted("x = 1"), Limits(), isolation, WorkerSetup(), None, "shell", False)


def test_strictest_level_that_works_is_chosen(monkeypatch):
    workers = confined(monkeypatch, ["medium", "none"])
    workers.confine()
    assert workers.level == "medium"
    assert workers.is_confined
    assert workers.not_enforced[-1] == "a gap"
    workers.close()
    assert not workers.is_confined


def test_level_that_does_not_work_is_reported(monkeypatch):
    with pytest.raises(NoIsolation, match="No worker could be started at isolation level 'strong'"):
        confined(monkeypatch, ["none"], "strong").confine()


def test_full_machine_is_reported(monkeypatch):
    with pytest.raises(NoMemory):
        confined(monkeypatch, [], is_out_of_memory=True).confine()


def test_worker_starts_cold_if_a_forked_one_cannot_be_confined(monkeypatch):
    workers = confined(monkeypatch, [])
    workers._warm = SimpleNamespace(fork=lambda *_: None)

    def start(level, engine, limits, setup, fork):
        def await_ready():
            if fork is not None:
                raise SetupFailed("no more namespaces")
            return []

        return SimpleNamespace(await_ready=await_ready, out_of_memory=lambda: False, pid=0)

    monkeypatch.setattr(confinement, "WorkerProcess", start)
    workers.confine()
    assert workers.level == "strong"
