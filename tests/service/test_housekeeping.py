"""A running server purges by itself."""

from __future__ import annotations

import threading

from grader.service import housekeeping


def test_purge_runs_after_the_start_and_survives_a_failure(service, monkeypatch):
    done = threading.Event()
    calls = []

    def purge(service):
        calls.append(service)
        if len(calls) == 1:
            raise OSError("the disk is full")
        done.set()

    monkeypatch.setattr(housekeeping.retention, "purge", purge)
    monkeypatch.setattr(housekeeping, "FIRST_SECONDS", 0)
    monkeypatch.setattr(housekeeping, "PAUSE_SECONDS", 0.01)
    keeping = housekeeping.Housekeeping(service)
    keeping.start()
    assert done.wait(30)
    keeping.stop()


def test_last_uses_are_written_every_hour_and_at_the_end(service, monkeypatch):
    written = threading.Event()
    calls = []

    def write(database):
        calls.append(database)
        written.set()

    monkeypatch.setattr(service.last_uses, "write", write)
    monkeypatch.setattr(housekeeping, "USES_SECONDS", 0.01)
    keeping = housekeeping.Housekeeping(service)
    keeping.start()
    assert written.wait(30)
    count = len(calls)
    keeping.stop()
    assert len(calls) > count
