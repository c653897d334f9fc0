"""Tests of the trial of the isolation before submissions are graded."""

from __future__ import annotations

import pytest

from grader.executor import preparing
from grader.executor.work import Work
from grader.sandbox.canary import EscapeReport
from grader.support.errors import NotGradable
from tests.conftest import bundled


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_nothing_is_graded_if_the_intruder_escapes(monkeypatch, level):
    """tests/sandbox/test_canary.py tests the intruder; here it is replaced by one that reaches something."""
    monkeypatch.setattr(preparing.kept_trial, "is_kept", lambda _: False)
    monkeypatch.setattr(preparing.canary, "try_to_escape", lambda *_: EscapeReport(["other submissions"], []))
    work = Work("identity", "single-neuron", 0, level)
    with pytest.raises(NotGradable, match="could reach other submissions on this machine, so nothing was graded"):
        preparing.inspect(work, bundled("single-neuron"))
