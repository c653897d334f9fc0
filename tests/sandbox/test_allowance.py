"""Time limits: what waits is counted by the clock, what computes by processor time, whatever else the machine does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from grader.assignment.base import Limits
from grader.machine import capacity
from grader.sandbox import allowance as module
from grader.sandbox import memory
from grader.sandbox.allowance import LONGEST, Allowance
from grader.sandbox.failures import CallFailed
from grader.sandbox.session import Session
from tests.sandbox.test_session import submitted

LIMIT = 1.0


class Clock:
    def __init__(self, monkeypatch):
        self.now = 100.0
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)

    def let(self, allowance, seconds, computed, ready):
        """Let time pass in steps until the allowance is over; returns how long that took."""
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
        (0.3, 0, 10),  # computes a little, and waits at each look: nobody keeps it from computing
        (1.0, 1, 10),  # one thread, a quiet machine
        (2.0, 2, 10),
        (2.0, 40, 10),  # more threads than processors
        (0.5, 1, 20),  # gets half a processor
        (1.0, 2, 20),
        (0.1, 1, 50),  # the long stop
        (0.0, 3, 50),
    ],
)
def test_the_limit_is_waiting_or_computing_time(clock, computed, ready, expected):
    assert clock.let(Allowance(10), 1000, computed, ready) == pytest.approx(expected, abs=0.3)


def test_waiting_and_computing_add_up(clock):
    allowance = Allowance(10)
    clock.let(allowance, 4, 0.0, 0)
    clock.let(allowance, 4, 0.5, 1)
    assert allowance.spent == pytest.approx(6, abs=0.2)
    assert clock.let(allowance, 1000, 0.0, 0) == pytest.approx(4, abs=0.3)


def test_time_that_cannot_be_measured_is_counted_by_the_clock(clock):
    assert clock.let(Allowance(10), 1000, float("inf"), 1) == pytest.approx(10, abs=0.3)


def test_processor_time_is_that_of_threads_and_children_also_of_those_that_have_ended():
    before = memory.computing(os.getpid())
    compute = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", compute], check=True)
    running = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        time.sleep(1)
        after = memory.computing(os.getpid())
    finally:
        running.kill()
        running.wait()
    assert after.seconds - before.seconds >= 0.3
    assert after.ready >= 1  # the child; this thread as well, if it is not just waiting for a file


def test_a_process_that_is_gone_has_computed_nothing_that_could_be_read():
    ended = subprocess.Popen([sys.executable, "-c", "pass"])
    ended.wait()
    assert memory.computing(ended.pid) is None


LOOP = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: pass"  # ends with the tests, however they end


@contextmanager
def busy(loops):
    # Each is a session of its own: the kernel shares the processors among sessions first, and a worker is one.
    started = [subprocess.Popen([sys.executable, "-c", LOOP], start_new_session=True) for _ in range(loops)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


def asked(source, **limits):
    """Call f() and return (status or value, seconds by the clock)."""
    with Session(submitted(source), Limits(**{"call_seconds": LIMIT, "load_seconds": 20, **limits})) as session:
        session.load()
        began = time.monotonic()
        try:
            ended = session.call("f", [], {}).value
        except CallFailed as failure:
            ended = failure.status
        return ended, time.monotonic() - began


COMPUTE = "import time\ndef f():\n    while time.process_time() - began < {seconds}: pass\n    return 7\nbegan = time.process_time()"


def test_who_gets_little_processor_time_still_gets_the_limit():
    with busy(6 * round(capacity.processors())):
        value, seconds = asked(COMPUTE.format(seconds=0.8), call_seconds=4)
    assert value == 7
    assert seconds > 4  # by the clock it would have been stopped: else this test shows nothing


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
def test_who_waits_is_stopped_at_the_limit(source):
    with busy(2):
        status, seconds = asked(source)
    assert status == "timeout"
    assert LIMIT <= seconds < 2.5 * LIMIT


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
def test_whatever_computes_for_ever_is_stopped(source):
    status, seconds = asked(source)
    assert status == "timeout"
    assert LIMIT <= seconds < (LONGEST + 1) * LIMIT


@pytest.mark.long
def test_loading_and_all_calls_together_have_limits_of_the_same_kind():
    with busy(6 * round(capacity.processors())):
        source = (
            "import time\nbegan = time.process_time()\nwhile time.process_time() - began < 0.8: pass\ndef f(): return 7"
        )
        value, _ = asked(source, load_seconds=4, total_seconds=5)
    assert value == 7


def test_a_statement_that_computes_for_ever_is_ended_and_the_rest_is_loaded():
    began = time.monotonic()
    value, _ = asked("while True: pass\ndef f(): return 7", load_seconds=1)
    assert value == 7
    assert time.monotonic() - began < 30
