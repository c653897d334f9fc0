"""A worker whose machine fails does not eat the queue."""

from __future__ import annotations

import pytest

from grader.executor import pausing
from grader.executor.pausing import Pausing


@pytest.fixture
def clock(monkeypatch):
    times = [100.0]
    monkeypatch.setattr(pausing.time, "monotonic", lambda: times[0])
    return times


@pytest.mark.quick
def test_three_failures_in_a_row_pause_a_worker_which_then_tries_one_submission(clock):
    state = Pausing()
    for name in "abc":
        assert state.most_claims(4, 0) == 4
        state.note_failure(name, "no isolation")
    assert (state.most_claims(4, 0), state.paused) == (0, "no isolation")
    clock[0] += pausing.PAUSE_SECONDS
    assert (state.most_claims(4, 0), state.most_claims(4, 1)) == (1, 0)
    state.note_failure("d", "no isolation")
    assert state.most_claims(4, 0) == 0
    state.note_success()
    assert (state.most_claims(4, 0), state.paused) == (4, "")


def test_one_submission_that_kills_its_workers_pauses_nothing(clock):
    state = Pausing()
    for _ in range(9):
        state.note_failure("a", "lost")
    assert state.most_claims(4, 0) == 4
