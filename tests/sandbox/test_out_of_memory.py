"""Processes that the kernel kills because memory ran out: whose fault it is, and that the grader survives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.assignment.limits import Limits
from grader.machine import capacity
from grader.machine.capacity import MemoryLimit
from grader.sandbox import memory_needs
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from grader.support.errors import NotGradable
from tests.conftest import SINGLE_NEURON, notebook
from tests.sandbox.test_session import submitted

LIMITS = Limits(memory_mb=256, needed_mb=128)
KILLED = "import os\nos.kill(os.getpid(), 9)"
IN_A_CALL = "def f(x):\n    import os\n    os.kill(os.getpid(), 9)"
MB = 1 << 20


@pytest.fixture
def kernel(monkeypatch):
    """Fake a container of 300 MB whose kernel reports one more OOM kill at each call."""

    def make(in_use_afterwards):
        count = iter(range(1000))
        monkeypatch.setattr(capacity, "oom_kills", lambda: next(count))
        found = MemoryLimit(300 * MB, Path("/sys/fs/cgroup"))
        monkeypatch.setattr(MemoryLimit, "in_use", lambda _: in_use_afterwards * MB)
        for module in (capacity, memory_needs):
            monkeypatch.setattr(module, "memory", lambda: found)

    return make


@pytest.mark.parametrize("engine", ["module", "shell", "kernel"])
def test_container_filled_by_others_is_not_the_submissions_fault(kernel, engine):
    kernel(in_use_afterwards=200)
    source = KILLED if engine == "module" else [KILLED]
    submission = submitted(source, "module" if engine == "module" else "notebook")
    with (
        Session(submission, LIMITS, engine="shell" if engine == "module" else engine) as session,
        pytest.raises(NotGradable, match=r"The memory of this container \(300 MB\) ran out; .* Choose 0\.5 processors"),
    ):
        session.load()


@pytest.mark.parametrize("engine", ["module", "kernel"])
def test_submission_that_took_too_much_has_status_memory(kernel, engine):
    kernel(in_use_afterwards=100)
    source = KILLED if engine == "module" else [KILLED]
    submission = submitted(source, "module" if engine == "module" else "notebook")
    with Session(submission, LIMITS, engine="shell" if engine == "module" else engine) as session:
        session.load()
        assert session.causes.first.status == "memory"
        assert "needed more memory than allowed" in session.causes.notes[0]


@pytest.mark.parametrize(("in_use", "expected"), [(200, NotGradable), (100, CallError)])
def test_fault_is_decided_the_same_way_in_a_call(kernel, in_use, expected):
    kernel(in_use)
    with Session(submitted(IN_A_CALL), LIMITS) as session:
        session.load()
        with pytest.raises(expected) as raised:
            session.call("f", [1], {})
    if expected is CallError:
        assert raised.value.status == "memory"
        assert str(raised.value) == "`f` needed more memory than allowed and was stopped."


@pytest.mark.parametrize(("last", "expected"), [(False, NotGradable), (True, CallError)])
def test_missing_memory_counts_only_in_the_last_attempt(kernel, last, expected):
    kernel(in_use_afterwards=100)
    with Session(submitted(IN_A_CALL), LIMITS, last=last) as session:
        session.load()
        with pytest.raises(expected):
            session.call("f", [1], {})


IN_VAIN = {
    "a MemoryError": "def f(x):\n    raise MemoryError",
    "a fork": "import errno\ndef f(x):\n    raise OSError(errno.ENOMEM, 'Cannot allocate memory')",
    "loading": "def fail():\n    raise MemoryError\nkept = fail()\ndef f(x):\n    return kept",
}


@pytest.mark.parametrize("source", IN_VAIN.values(), ids=IN_VAIN)
@pytest.mark.parametrize("megabytes", [20, 200])
def test_failed_allocation_is_excused_if_less_than_promised_is_free(monkeypatch, source, megabytes):
    monkeypatch.setattr(capacity, "room", lambda: megabytes * MB)
    with Session(submitted(source), LIMITS) as session:
        expected = NotGradable if megabytes < 100 else CallError
        with pytest.raises(expected) as raised:
            session.load()
            session.call("f", [1], {})
    if expected is CallError:
        assert raised.value.status in ("memory", "error")


def test_process_that_kills_itself_has_crashed(monkeypatch):
    """If the kernel has not killed a process, the submission itself sent the signal."""
    monkeypatch.setattr(capacity, "oom_kills", lambda: 5)
    with Session(submitted(IN_A_CALL), LIMITS) as session:
        session.load()
        with pytest.raises(CallError) as raised:
            session.call("f", [1], {})
    assert raised.value.status == "crashed"


def test_other_ending_is_not_excused_by_an_oom_kill(kernel):
    kernel(in_use_afterwards=200)
    with Session(submitted("def f(x):\n    import os\n    os._exit(3)"), LIMITS) as session:
        session.load()
        with pytest.raises(CallError) as raised:
            session.call("f", [1], {})
    assert raised.value.status == "crashed"


@pytest.mark.parametrize("megabytes", [2, 8])
def test_answer_that_would_fill_the_container_is_refused(kernel, megabytes):
    """An answer of 2 MB could be received, but not compared and kept; one of 8 MB is not even received."""
    kernel(in_use_afterwards=150)
    source = f"import numpy as np\ndef f(x):\n    return np.zeros({megabytes} << 17)\ndef g(x):\n    return x"
    with Session(submitted(source), LIMITS) as session:
        session.load()
        with pytest.raises(CallError) as raised:
            session.call("f", [1], {})
        assert raised.value.status == "memory"
        assert "an answer that is too large for the memory here" in str(raised.value)
        assert session.call("g", [1], {}).value == 1


def control_group(megabytes):
    """Return a real control group with this limit and without swap; skip the test if none can be created."""
    own = next(capacity.groups("memory", capacity.ROOT), None)
    group = own / f"grader-test-{os.getpid()}" if own else Path("/nowhere")
    try:
        group.mkdir()
    except OSError:
        pytest.skip("no control group can be made here")
    for name in ("memory.max", "memory.limit_in_bytes"):
        if (group / name).exists():
            (group / name).write_text(str(megabytes * MB))
            return group
    group.rmdir()
    pytest.skip("control groups do not limit memory here")


@pytest.fixture
def limited():
    """Return a function that runs the grader in a container of 768 MB, next to a process that holds ``others`` MB."""
    group = control_group(768)

    def check(*arguments, others=0):
        hold = f"kept = b'1' * ({others} << 20); print(flush=True); input()"
        enter = f"open({str(group / 'cgroup.procs')!r}, 'w').write('0')"
        command = [sys.executable, "-c", f"{enter}\n{hold}"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
            other.stdout.readline()
            run = f"{enter}\nimport sys\nfrom grader.cli import main\nmain(sys.argv[1:])"
            command = [sys.executable, "-c", run, "check", *map(str, arguments), "--json"]
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
            other.communicate(b"\n")
        return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr

    yield check
    group.rmdir()


MORE = """
import os, time
for _ in range(5):
    if os.fork() == 0:
        time.sleep(0.1)
        kept = np.ones(15_000_000)
        time.sleep(30)
kept = np.ones(35_000_000)
time.sleep(3)
"""


@pytest.mark.long
def test_real_container_filled_by_another_process(limited, tmp_path, solution):
    (tmp_path / "mine.py").write_text(f"{solution}\nkept = np.ones(10_000_000)\n")
    (tmp_path / "mine.ipynb").write_text(notebook(f"{solution}\nkept = np.ones(10_000_000)\n"))
    for options in (["mine.py"], ["mine.ipynb"], ["mine.ipynb", "--engine", "kernel"]):
        code, report = limited("single-neuron", tmp_path / options[0], *options[1:], others=650)
        assert code == 3
        assert {check["status"] for check in report["checks"]} == {"not_gradable"}
        assert "The memory of this container (768 MB) ran out" in report["checks"][0]["message"]


@pytest.mark.long
def test_real_container_filled_by_the_submission(limited, tmp_path, solution):
    (tmp_path / "mine.py").write_text(solution.replace("def sigmoid(z):", f"def sigmoid(z):\n{_indented(MORE)}"))
    code, report = limited("single-neuron", tmp_path / "mine.py", "--only", "sigmoid")
    assert code == 1
    assert [check["status"] for check in report["checks"]] == ["memory"]
    assert any("A submission may use 640 MB here" in note for note in report["checks"][0]["evidence"]["notes"])


def _indented(text):
    return "".join(f"    {line}\n" for line in text.strip().splitlines())


@pytest.mark.long
def test_real_container_that_is_too_small(limited):
    code, told = limited("clothing-mlp", SINGLE_NEURON / "solution.py")
    assert code == 3
    assert "clothing-mlp needs 1.5 GB" in str(told)
