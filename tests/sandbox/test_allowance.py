"""Time limits: waiting is counted by the clock, computing by processor time, also on a busy machine."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from grader.assignment.limits import Limits
from grader.machine import capacity
from grader.sandbox import allowance as module
from grader.sandbox.allowance import LONGEST, Allowance
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from tests.sandbox.test_session import submitted

LIMIT = 1.0


class Clock:
    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)

    def let(self, allowance, seconds, computed, ready):
        """Let time pass in steps until the allowance is over; return the seconds that passed."""
        began = self.now
        while not allowance.over and self.now < began + seconds:
            step = allowance.next_look - self.now
            self.now += step
            allowance.count(computed * step, ready)
        return self.now - began


@pytest.fixture
def clock(monkeypatch):
    monkeypatch.setattr(capacity, "processors", lambda: 2.0)
    return Clock(monkeypatch)


@pytest.mark.parametrize(
    ("computed", "ready", "expected"),
    [
        (0.0, 0, 10),  # waits
        (0.3, 0, 10),  # computes a little, and waits at each measurement
        (1.0, 1, 10),  # one thread, a quiet machine
        (2.0, 2, 10),
        (2.0, 40, 10),  # more threads than processors
        (0.5, 1, 20),  # gets half a processor
        (1.0, 2, 20),
        (0.1, 1, 50),  # the limit by the clock
        (0.0, 3, 50),
    ],
)
def test_limit_applies_to_waiting_and_computing_time(clock, computed, ready, expected):
    assert clock.let(Allowance(10), 1000, computed, ready) == pytest.approx(expected, abs=0.3)


def test_waiting_and_computing_add_up(clock):
    allowance = Allowance(10)
    clock.let(allowance, 4, 0.0, 0)
    clock.let(allowance, 4, 0.5, 1)
    assert allowance.spent == pytest.approx(6, abs=0.2)
    assert clock.let(allowance, 1000, 0.0, 0) == pytest.approx(4, abs=0.3)


def test_unknown_processor_time_is_counted_by_the_clock(clock):
    assert clock.let(Allowance(10), 1000, float("inf"), 1) == pytest.approx(10, abs=0.3)


LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"  # ends when the tests end


@contextmanager
def busy(loops):
    # Each process has its own session: the kernel divides the processors among sessions first, and a worker is one.
    started = [subprocess.Popen([sys.executable, "-c", LOOP], start_new_session=True) for _ in range(loops)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def asked(source, **limits):
    """Call f() and return (value or status, seconds by the clock)."""
    with Session(submitted(source), Limits(**{"call_seconds": LIMIT, "load_seconds": 20, **limits})) as session:
        session.load()
        began = time.monotonic()
        try:
            ended = session.call("f", [], {}).value
        except CallError as failure:
            ended = failure.status
        return ended, time.monotonic() - began


COMPUTE = "import time\ndef f():\n    while time.process_time() - began < {seconds}: pass\n    return 7\nbegan = time.process_time()"


@pytest.mark.long
def test_busy_machine_does_not_shorten_the_limit():
    with busy(6 * round(capacity.processors())):
        value, seconds = asked(COMPUTE.format(seconds=0.8), call_seconds=4)
    assert value == 7
    assert seconds > 4  # longer than the limit by the clock, otherwise this test proves nothing


@pytest.mark.parametrize(
    "source",
    {
        "sleeps": "import time\ndef f(): time.sleep(1000)",
        "sleeps in pieces": "import time\ndef f():\n    while True: time.sleep(0.001)",
        "waits for a lock": "import threading\ndef f():\n    lock = threading.Lock()\n    lock.acquire()\n    lock.acquire()",
        "waits for a child": "import os, time\ndef f():\n    if os.fork() == 0: time.sleep(1000)\n    os.wait()",
        "waits for a thread": "import threading\ndef f():\n    thread = threading.Thread(target=threading.Event().wait)\n    thread.start()\n    thread.join()",
    }.values(),
)
def test_waiting_code_is_stopped_at_the_limit(source):
    with busy(2):
        status, seconds = asked(source)
    assert status == "timeout"
    assert LIMIT <= seconds < LONGEST * LIMIT  # its waiting counts, otherwise it is stopped then


@pytest.mark.parametrize(
    "source",
    {
        "computes": "def f():\n    while True: pass",
        "in a child": "import os\ndef f():\n    if os.fork() == 0:\n        while True: pass\n    os.wait()",
        "in children that end": "import os\ndef f():\n    while True:\n        if os.fork() == 0: os._exit(sum(range(10**5)) and 0)\n        os.wait()",
        "in children that nobody collects": "import os, signal\ndef f():\n    signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n    while True:\n        if os.fork() == 0: os._exit(sum(range(10**5)) and 0)\n        try: os.wait()\n        except OSError: pass",
        "and waits": "import time\ndef f():\n    while True:\n        time.sleep(0.05)\n        sum(range(10**6))",
    }.values(),
)
def test_endless_computation_is_stopped(source):
    status, seconds = asked(source)
    assert status == "timeout"
    assert LIMIT <= seconds < 2 * LONGEST * LIMIT  # ending its processes takes time on a busy machine


@pytest.mark.long
def test_load_and_total_limits_count_processor_time():
    with busy(6 * round(capacity.processors())):
        source = (
            "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 0.8: pass\ndef f(): return 7"
        )
        value, _ = asked(source, load_seconds=4, total_seconds=5)
    assert value == 7


def test_endless_statement_is_interrupted_and_the_rest_is_loaded():
    began = time.monotonic()
    value, _ = asked("while True: pass\ndef f(): return 7", load_seconds=1)
    assert value == 7
    assert time.monotonic() - began < 30
