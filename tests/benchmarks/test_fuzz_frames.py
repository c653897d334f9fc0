"""benchmarks/fuzz_frames.py: a short run, and a test that a wrong exception is noticed."""

from __future__ import annotations

import sys

from grader.worker import frames


def run(benchmark, monkeypatch, count):
    monkeypatch.setattr(sys, "argv", ["fuzz_frames.py", "--frames", str(count)])
    return benchmark("fuzz_frames").main()


def test_malformed_frames_are_read_or_refused(benchmark, monkeypatch, capsys):
    assert run(benchmark, monkeypatch, 3000) == 0
    counts = {line.split()[1]: int(line.split()[0]) for line in capsys.readouterr().out.splitlines()[:-1]}
    assert set(counts) == {"ProtocolError", "CallError", "EOFError", "read"}
    assert sum(counts.values()) == 3000


def test_exception_of_another_kind_is_reported(benchmark, monkeypatch, capsys):
    monkeypatch.setattr(frames, "ProtocolError", ZeroDivisionError)  # an exception that the decoder must not raise
    assert run(benchmark, monkeypatch, 300) == 1
    assert "HOLE" in capsys.readouterr().out
