"""Warm starts: workers are forked, a failed warm process does no harm, and no process outlives the grader."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from grader.assignment.limits import Limits
from grader.sandbox import memory
from grader.sandbox import warm as warm_module
from grader.sandbox.engines import libraries_of
from grader.sandbox.failures import CallError
from grader.sandbox.processes import Forked, Started
from grader.sandbox.session import Session
from grader.sandbox.warm import WarmKind, WarmStart
from grader.submission import read
from tests.sandbox.test_session import submitted

SOURCE = """
import os, sys
def tell():
    return {
        "environment": open("/proc/self/environ").read(), "command": open("/proc/self/cmdline").read(),
        "files": [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd") if os.path.lexists(f"/proc/self/fd/{n}")],
        "modules": sorted(name for name in sys.modules if "." not in name and name not in sys.stdlib_module_names), "path": sys.path,
        "variables": dict(os.environ),
    }
"""


@pytest.fixture
def warm():
    with WarmStart() as started:
        yield started


def opened(warm, source="def f(): return 1", level=None):
    session = Session(submitted(source), Limits(call_seconds=20), level, warm=warm)
    session.load()
    return session


def process_of(session):
    return session._confinement.worker._process


def only(warm):
    (process,) = warm._processes.values()
    return process


def forking(warm):
    """The id of the process that forks, without workers: at strong it is process 1 of a namespace, so another one started it."""
    pid = only(warm)._process.pid
    return next((child.pid for child in psutil.Process(pid).children()), pid)


def test_worker_is_forked_and_reports_its_end(warm):
    with opened(warm, "import os\ndef f(): os._exit(7)") as session:
        assert isinstance(process_of(session), Forked)
        with pytest.raises(CallError, match="exit status 7"):
            session.call("f", [], {})
    dies = "import os\ndef f(): os.kill(os.getpid(), 11)"
    with opened(warm, dies) as session, pytest.raises(CallError, match="SIGSEGV"):
        session.call("f", [], {})


def test_forked_worker_has_the_same_environment_as_a_started_one(warm, monkeypatch):
    monkeypatch.setenv("SECRET", "of the grader")
    answers = []
    for how in (None, warm):
        with opened(how, SOURCE, "strong") as session:
            answers.append(session.call("tell", [], {}).value)
    started, forked = answers
    assert "SECRET" not in forked["environment"]
    assert "SECRET" not in forked["command"]
    assert sorted(name.split(":")[0] for name in forked["files"]) == sorted(n.split(":")[0] for n in started["files"])
    assert forked["path"] == started["path"]
    assert forked["variables"] == started["variables"]
    assert forked["modules"] == started["modules"]


CELL = """
import builtins, linecache, os, sys, threading
def tell():
    shell = get_ipython()
    kept = [name for name in linecache.cache if "ipykernel" in name]
    del kept[-1], kept[2]  # their names depend on the number of a descriptor
    places = [shell.starting_dir, shell.ipython_dir, shell.profile_dir.location, sys.path, sys.argv[1:]]
    names = [sorted(vars(builtins)), sorted(vars(sys)), sorted(globals()), sorted(shell.user_ns_hidden)]
    return names, places, dict(os.environ), kept, threading.active_count(), shell.execution_count
"""


def test_rehearsed_shell_is_like_a_new_one(warm):
    answers = []
    for how in (None, warm):
        with Session(submitted([CELL], "notebook"), Limits(), "strong", warm=how, engine="shell") as session:
            session.load()
            answers.append(session.call("tell", [], {}).value)
    assert answers[0] == answers[1]


TRAINED = """
import numpy as np
import tensorflow as tf
import matplotlib.pyplot as plt
from tensorflow import keras
x = np.random.rand(200, 4)
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
model.compile("adam", "mse")
history = model.fit(x, x.sum(1), epochs=2, verbose=0).history["loss"]
plt.plot(history)
plt.title(plt.get_backend())
def tell():
    try: keras.datasets.mnist.load_data()
    except OSError as error: return history, str(error)
"""


@pytest.mark.long
def test_preimported_libraries_are_watched_and_seeded(warm, tmp_path):
    (tmp_path / "mine.py").write_text(TRAINED)
    answers = []
    for how in (None, warm):
        with Session(read(tmp_path / "mine.py", "mine"), Limits(memory_mb=4096, load_seconds=60), warm=how) as session:
            session.load()
            assert how is None or isinstance(process_of(session), Forked)
            (drawn,) = session.figures()
            seen = [session.call("tell", [], {}).value, session.training(), drawn.axes[0].titles]
            answers.append(repr(seen))
    assert only(warm)
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("source", "libraries"),
    [
        ("import numpy as np", set()),
        ("from tensorflow.keras import layers", {"keras"}),
        ("import keras\nimport matplotlib.pyplot as plt", {"keras", "matplotlib"}),
        ("def f():\n    import matplotlib\nimport kerastuner", set()),
        ("try:\n    from sklearn.utils import resample\nexcept ImportError:\n    import pandas", {"sklearn", "pandas"}),
        ('if __name__ == "__main__":\n    import matplotlib\nelse:\n    import sklearn', {"sklearn"}),
        ("if '__main__' == __name__:\n    import matplotlib", set()),
    ],
)
def test_only_libraries_imported_while_loading_are_preimported(tmp_path, source, libraries):
    (tmp_path / "mine.py").write_text(source)
    assert libraries_of(read(tmp_path / "mine.py", "mine")) == libraries


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_worker_starts_cold_if_the_warm_process_is_dead_or_stopped(warm, monkeypatch, number):
    monkeypatch.setattr(warm_module, "FORK_SECONDS", 0.5)
    opened(warm).close()
    os.kill(forking(warm), number)
    with opened(warm) as session:
        assert isinstance(process_of(session), Started)
        assert session.call("f", [], {}).value == 1
    with opened(warm) as session:
        assert isinstance(process_of(session), Forked)


def test_process_with_threads_does_not_fork(warm, monkeypatch, tmp_path):
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=[60]).start()"
    )
    path = [*warm_module.filesystem.python_path(), str(tmp_path)]
    monkeypatch.setattr(warm_module.filesystem, "python_path", lambda: path)
    monkeypatch.setitem(warm_module.ENGINES, "module", ("threaded", "Agg"))
    with opened(warm) as session:
        assert isinstance(process_of(session), Started)


@pytest.mark.parametrize("level", ["strong", "medium"])
def test_warm_process_is_replaced_after_many_forks_and_ends_after_its_last_worker(warm, monkeypatch, level):
    monkeypatch.setattr(warm_module, "MOST_FORKS", 1)
    with opened(warm, level=level) as first:
        with opened(warm, level=level) as second:
            assert isinstance(process_of(second), Forked)
            (replaced,) = warm._replaced
        assert replaced.runs()
        assert first.call("f", [], {}).value == 1
    assert replaced._process.wait(5) == 0


def test_oldest_warm_process_ends_if_there_are_too_many_kinds(warm, monkeypatch):
    monkeypatch.setattr(warm_module, "MOST_PROCESSES", 1)
    with opened(warm, level="strong"):
        oldest = only(warm)
    with opened(warm, "def f(): return 2", level="medium") as session:
        assert only(warm) is not oldest
        assert session.call("f", [], {}).value == 2
    assert oldest._process.wait(5) == 0


def test_no_worker_outlives_its_warm_process_at_strong(warm):
    with opened(warm, level="strong") as session:
        pids = memory.descendants(only(warm)._process.pid)
        assert process_of(session).pid in pids
        warm.__exit__()
        assert all_end(pids)


def test_no_process_outlives_a_killed_grader(tmp_path):
    script = """
import sys, time
from grader.sandbox.warm import WarmKind, WarmStart
from tests.sandbox.test_warm import only, opened
with WarmStart() as warm, opened(warm) as session:
    print(session._confinement.worker._process.pid, only(warm)._process.pid, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as grader:
        pids = grader.stdout.readline().split()
        assert all(Path("/proc", pid).exists() for pid in pids)
        grader.kill()
    assert all_end(pids)


def all_end(pids):
    deadline = time.monotonic() + 30
    while any(map(runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(runs, pids))


def runs(pid):
    try:
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_workers_are_forked_from_a_shared_process_until_both_have_let_it_go(warm):
    kind = WarmKind("module", frozenset())
    control = warm.share(kind)
    with WarmStart() as other, control.dup() as same:
        other.join(kind, same, 2)
        for _ in range(2):
            with opened(other) as session:
                assert isinstance(process_of(session), Forked)
    assert only(warm).runs()


def test_shared_process_imports_no_library_for_one_of_its_users(warm, tmp_path):
    (tmp_path / "mine.py").write_text("import matplotlib\ndef f(): return 1")
    kind = WarmKind("module", frozenset())
    control = warm.share(kind)
    with WarmStart() as other, control.dup() as same:
        other.join(kind, same, 2)
        with Session(read(tmp_path / "mine.py", "mine"), Limits(), warm=other) as session:
            session.load()
            assert isinstance(process_of(session), Forked)
        with opened(other) as session:
            assert isinstance(process_of(session), Forked)
        assert sorted(process.runs() for process in other._processes.values()) == [False, True]  # shared, own
