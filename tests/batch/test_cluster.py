"""A batch on a real Dask cluster: a scheduler and two worker processes on this machine."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys

import pytest

from grader.batch import store
from grader.support.places import ASSIGNMENTS, PACKAGE, REFERENCE
from tests.dask_processes import TLS, DaskProcesses, await_workers, certificates
from tests.datasets import layouts
from tests.datasets.conftest import small
from tests.doubling import RIGHT, WRONG
from tools.live_server import free_port

from .conftest import without_times

pytest.importorskip("distributed", reason="needs the extra 'cluster'")
SLOW = f"import time\ntime.sleep(0.5)\n{RIGHT}"


@pytest.fixture
def dask(tmp_path):
    """Processes of a cluster, which end with the test."""
    processes = DaskProcesses(tmp_path)
    yield processes
    processes.end()


@pytest.fixture
def cluster(dask):
    """Start a scheduler and two workers with one thread each; return its address and the workers' processes."""
    address = dask.scheduler()
    workers = [dask.worker(address) for _ in range(2)]
    await_workers(address, 2)
    return address, workers


@pytest.mark.long
def test_cluster_that_loses_a_machine_gives_the_same_gradebook(grade, class_zip, doubling, cluster, tmp_path):
    address, workers = cluster
    path = class_zip({f"student{chr(97 + n)}_{n}_{n}_answer.py": WRONG if n % 3 == 0 else SLOW for n in range(12)})
    assert grade(path, "--seed", 3, out=tmp_path / "here").returncode == 0
    arguments = ["grade", doubling, path, "--out", tmp_path / "there", "--seed", "3", "--scheduler", address]
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for _ in range(3):
            process.stdout.readline()
        os.killpg(workers[0].pid, signal.SIGKILL)
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    assert re.search(r"12 students .*, 12 graded now", output)
    assert "Warning" not in output  # all machines have the same grader and the same assignment
    assert without_times(tmp_path / "there") == without_times(tmp_path / "here")


@pytest.fixture
def other_grader(tmp_path):
    """Return a PYTHONPATH with a copy of the grader, whose file ``changed`` has another content (None: it is missing)."""

    def copy(changed, content):
        root = tmp_path / "other"
        shutil.copytree(PACKAGE, root / "grader", ignore=shutil.ignore_patterns("__pycache__"))
        for folder in (ASSIGNMENTS, REFERENCE):
            (root / folder.name).symlink_to(folder)
        file = root / "grader" / changed
        file.unlink() if content is None else file.write_text(file.read_text() + content)
        return str(root)

    return copy


CHANGES = {
    "other code": ("judging/compare.py", "STRICTER = True\n", "Its grader is another one (there version "),
    "other version": ("version.py", "__version__ = '0.0.1'\n", "Its grader is another one (there version 0.0.1, code "),
    "too old": ("executor/dask_worker.py", None, "has no grader, or a very different one (ModuleNotFoundError"),
}


@pytest.mark.parametrize(
    "change", ["other code", *(pytest.param(name, marks=pytest.mark.long) for name in ("other version", "too old"))]
)
def test_worker_with_another_grader_refuses_and_is_named(change, grade, class_zip, dask, other_grader, tmp_path):
    """The other worker could grade everything; that must not hide the refusal."""
    changed, content, sentence = CHANGES[change]
    address = dask.scheduler()
    dask.worker(address)
    port = free_port()
    dask.worker(address, "--worker-port", port, PYTHONPATH=other_grader(changed, content))
    await_workers(address, 2)
    result = grade(class_zip({f"a_{n}_{n}_answer.py": RIGHT for n in range(4)}), "--scheduler", address)
    assert result.returncode == 3
    assert f"The Dask worker tcp://127.0.0.1:{port} " in result.stderr and sentence in result.stderr
    assert "install" in result.stderr and "restart the Dask workers" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_worker_that_joins_later_with_another_grader_stops_the_run(class_zip, doubling, dask, other_grader, tmp_path):
    address = dask.scheduler()
    dask.worker(address)
    await_workers(address, 1)
    path = class_zip({f"a_{n}_{n}_answer.py": SLOW for n in range(40)})
    arguments = ["grade", doubling, path, "--out", tmp_path / "out", "--scheduler", address]
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        dask.worker(address, PYTHONPATH=other_grader("judging/compare.py", "STRICTER = True\n"))
        _, error = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "Its grader is another one" in error
    assert 0 < len(store.read(tmp_path / "out")) < 40  # what the right machine has graded is kept


@pytest.mark.long
def test_worker_with_other_data_refuses_and_is_named(grade, class_zip, dask, tmp_path):
    layouts.write(tmp_path / "data", {"mnist.npz": layouts.npz(small("mnist"))})
    address = dask.scheduler()
    dask.worker(address)
    dask.worker(address, GRADER_DATA=str(tmp_path / "data"))
    await_workers(address, 2)
    solution = (ASSIGNMENTS / "numpy-mnist" / "solution.py").read_text()
    path = class_zip({f"a_{n}_{n}_answer.py": solution for n in range(2)})
    result = grade(path, "--scheduler", address, "--seed", 0, assignment="numpy-mnist")
    assert result.returncode == 3
    assert "Its dataset mnist is another one (there mnist.npz, " in result.stderr
    assert "here stand-in, " in result.stderr
    assert not (tmp_path / "out").exists()


def test_missing_cluster_is_reported(grade, class_zip, tmp_path):
    result = grade(class_zip({"a_1_1_answer.py": RIGHT}), "--scheduler", "tcp://127.0.0.1:1")
    assert result.returncode == 2
    assert "There is no Dask scheduler at" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "out").exists()


def test_cluster_without_workers_is_reported(grade, class_zip, dask, tmp_path):
    address = dask.scheduler()
    await_workers(address, 0)
    result = grade(class_zip({"a_1_1_answer.py": RIGHT}), "--scheduler", address)
    assert result.returncode == 2
    assert "has no workers: start some with 'dask worker" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.long
def test_scheduler_that_dies_ends_the_run_and_loses_no_results(class_zip, doubling, cluster, dask, tmp_path):
    address, _ = cluster
    path = class_zip({f"student{chr(97 + n)}_{n}_{n}_answer.py": SLOW for n in range(12)})
    command = [
        sys.executable,
        "-m",
        "grader",
        "grade",
        doubling,
        path,
        "--out",
        tmp_path / "out",
        "--scheduler",
        address,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        os.killpg(dask.started[0].pid, signal.SIGKILL)
        _, output = process.communicate(timeout=120)
    assert process.returncode == 3
    assert "run the same command again" in output
    assert store.read(tmp_path / "out")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl, to make certificates")
def test_cluster_with_tls_refuses_clients_without_a_certificate(grade, class_zip, dask, tmp_path, monkeypatch):
    from distributed import Client
    from distributed.security import Security

    ours, other_names = certificates(tmp_path / "ours"), certificates(tmp_path / "others")
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    address = dask.scheduler("tls")
    dask.worker(address)
    await_workers(address, 1, ours)

    path = class_zip({"a_1_1_answer.py": RIGHT, "b_2_2_answer.py": WRONG})
    result = grade(path, "--seed", 3, "--scheduler", address)
    assert result.returncode == 0, result.stderr
    assert "2 students" in result.stdout and "1 passed" in result.stdout

    # Clients without TLS, without a certificate, or with one from another authority run nothing there.
    for security in (Security(tls_ca_file=ours[f"{TLS}CA_FILE"], require_encryption=True), Security()):
        with pytest.raises((OSError, TypeError)):
            Client(address, security=security, timeout="2s", set_as_default=False)
    with pytest.raises(OSError):
        Client(address.replace("tls", "tcp"), timeout="2s", set_as_default=False)
    for name, value in other_names.items():
        monkeypatch.setenv(name, value)
    result = grade(path, "--seed", 3, "--scheduler", address, out=tmp_path / "second")
    assert result.returncode == 2
    assert "There is no Dask scheduler at" in result.stderr
    assert not (tmp_path / "second").exists()
