"""Systems that cannot run a worker."""

from __future__ import annotations

import os

import pytest

from grader.machine import systems
from grader.support.errors import NotGradable


def test_system_with_fork_runs_workers(monkeypatch):
    monkeypatch.setattr(os, "fork", lambda: 0, raising=False)
    assert systems.why_no_worker() is None
    systems.require_worker()


def test_system_without_fork_is_named_with_a_remedy(monkeypatch):
    monkeypatch.delattr(os, "fork", raising=False)
    monkeypatch.setattr(systems.platform, "system", lambda: "Windows")
    with pytest.raises(NotGradable, match=r"cannot be run on Windows: use the grader in WSL or in Docker"):
        systems.require_worker()
