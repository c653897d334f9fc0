"""The targets of hostile submissions, and fixtures that show which of them were reached."""

from __future__ import annotations

import contextlib
import ctypes
import gzip
import os
import pickle
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import time
import uuid
import zipfile
from pathlib import Path

import numpy as np
import pytest

from grader.assignment import load
from grader.expected import probes
from tests.conftest import notebook
from tests.processes import processes

HERE = Path(__file__).parent
SUBMISSIONS = HERE / "submissions"
NUMBERS = struct.pack("d", 2.0)  # the factor that double(x) needs, in the memory of this process


class Outside:
    """Files, sockets and a process outside of the sandbox, with a test whether each was reached."""

    def __init__(self, folder: Path, stack: contextlib.ExitStack) -> None:
        self.folder = folder
        self.assignment = folder / "assignment"
        self.own = folder / "own"
        self.temporary = folder / "temporary"
        self.tag = f"hostile-{uuid.uuid4().hex}"
        shutil.copytree(HERE / "assignment", self.assignment)
        for made in (self.own, self.temporary):
            made.mkdir()
        (self.own / "thesis.tex").write_text("three years of work")
        (folder / "secret").write_text("2.0")
        (folder / "my neighbour.py").write_text("def double(x):\n    return 2 * x\n")
        self._stack = stack
        self._tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self._udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        self._udp.bind(("127.0.0.1", 0))
        self._unix = stack.enter_context(socket.socket(socket.AF_UNIX))
        self._unix.bind("\0" + self.tag)
        self._unix.listen()
        self._unix_datagrams = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        with tempfile.NamedTemporaryFile(prefix="hostile-") as unused:
            name = unused.name
        self._unix_datagrams.bind(name)
        stack.callback(Path(name).unlink)
        Path(name).chmod(0o777)
        self.log = name
        for listening in (self._tcp, self._udp, self._unix, self._unix_datagrams):
            listening.setblocking(False)
        self._memory = ctypes.create_string_buffer(NUMBERS, len(NUMBERS))
        self._victim = stack.enter_context(subprocess.Popen(["sleep", "600"]))
        stack.callback(self._victim.kill)
        self._victim.send_signal(signal.SIGSTOP)
        os.waitpid(self._victim.pid, os.WUNTRACED)
        self._mounts = Path("/proc/mounts").read_text()
        stack.callback(self.clean)

    def draw_cases(self, count: str) -> None:
        """Let the exercise call each function so many times."""
        file = self.assignment / "assignment.yaml"
        file.write_text(file.read_text().replace("times: 2", f"times: {count}"))

    def submission(self, name: str) -> Path:
        """Write a submission with the addresses of its targets filled in; return its path."""
        cases = probes.cases(load(str(self.assignment)).content, ["numbers"], 0)
        source = SUBMISSIONS / name
        addresses = {
            "SECRET": self.folder / "secret",
            "ASSIGNMENT": self.assignment,
            "OWN": self.own,
            "MARK": self.folder / "mark",
            "PORT": self._tcp.getsockname()[1],
            "DATAGRAMS": self._udp.getsockname()[1],
            "SOCKET": self.tag,
            "LOG": self.log,
            "TAG": self.tag,
            "VICTIM": self._victim.pid,
            "GRADER": os.getpid(),
            "ADDRESS": ctypes.addressof(self._memory),
            "DATA": "" if source.is_dir() or "@DATA@" not in source.read_text() else self._data_sets(),
            "KNOWN": {f"{case.inputs['x'][0]:.6f}": 2.0 for case in cases},
        }

        def filled(path: Path) -> str:
            return re.sub("@([A-Z]+)@", lambda found: str(addresses[found[1]]), path.read_text())

        if source.is_dir():
            target = self.folder / name
            target.mkdir()
            for file in source.iterdir():
                (target / file.name).write_text(filled(file))
            return target
        if name.endswith(".notebook.py"):
            _, *cells = filled(source).split("\n# %%\n")
            target = self.folder / f"{name.removesuffix('.notebook.py')}.ipynb"
            target.write_text(notebook(*cells))
            return target
        target = self.folder / name
        target.write_text(filled(source))
        return target

    def _data_sets(self) -> Path:
        """Return a folder among the installed packages, as in a course's Docker image, with labels that are held out."""
        folder = Path(sysconfig.get_path("purelib"), f"data_{self.tag.replace('-', '_')}")
        self._stack.callback(shutil.rmtree, folder)
        draw = np.random.default_rng(0)
        images, labels = draw.integers(0, 256, (1000, 28, 28), np.uint8), draw.integers(0, 10, 5000, np.uint8)
        (folder / "raw").mkdir(parents=True)
        (folder / "test").mkdir()
        np.savez_compressed(folder / "mnist.npz", x_test=images, y_test=labels)
        np.save(folder / "labels.npy", labels)
        written = struct.pack(">HBBI", 0, 8, 1, len(labels)) + labels.tobytes()
        (folder / "raw" / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(written))
        (folder / "test_batch").write_bytes(pickle.dumps({b"labels": labels.tolist(), b"data": images}))
        with zipfile.ZipFile(folder / "archive.zip", "w") as archive:
            archive.write(folder / "labels.npy", "labels.npy")
        with tarfile.open(folder / "cifar.tar.gz", "w:gz") as packed:
            packed.add(folder / "test_batch", "test_batch")
        np.savetxt(folder / "test.csv", labels, "%d")
        for number in range(600):
            (folder / "test" / f"{labels[number]}_{number}.png").write_bytes(b"\x89PNG" + bytes(200))
        return folder

    def reached(self) -> set[str]:
        """Return the names of the targets that were reached so far."""
        found = {
            "mark": (self.folder / "mark").exists() or (self.assignment / "mark").exists(),
            "own removed": not (self.own / "thesis.tex").exists(),
            "connection": _accepts(self._tcp),
            "datagram": _receives(self._udp),
            "conversation": _accepts(self._unix),
            "entry in a log": _receives(self._unix_datagrams),
            "signal": os.waitpid(self._victim.pid, os.WNOHANG | os.WCONTINUED) != (0, 0),
            "process": bool(processes(self.tag)),
            "shared memory": Path("/dev/shm", self.tag).exists(),
            "temporary files": any(self.temporary.iterdir()),
            "mounts": Path("/proc/mounts").read_text() != self._mounts,
        }
        return {what for what, is_reached in found.items() if is_reached}

    def clean(self) -> None:
        """Undo the changes of a submission that ran without a sandbox."""
        for pid in processes(self.tag):
            os.kill(pid, signal.SIGKILL)
        Path("/dev/shm", self.tag).unlink(missing_ok=True)


def left_behind(word: str) -> list[int]:
    """Return the ids of the processes with ``word`` on their command line whose grader has ended, and that do not end soon.

    Workers of tests that run at the same time have a living grader, or a test has just killed it.
    """
    end = time.monotonic() + 20
    while orphans := list(filter(_is_orphan, processes(word))):
        if time.monotonic() > end:
            return orphans
        time.sleep(0.05)
    return []


def _is_orphan(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1] == "1"
    return False


def _accepts(listening: socket.socket) -> bool:
    try:
        listening.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def _receives(udp: socket.socket) -> bool:
    try:
        return bool(udp.recv(64))
    except BlockingIOError:
        return False


@pytest.fixture
def outside(tmp_path):
    with contextlib.ExitStack() as stack:
        yield Outside(tmp_path, stack)


@pytest.fixture
def hostile(outside):
    """Return a function that checks a submission with the command line, in an environment with a secret."""

    def run(name, *options, timeout=60):
        command = [sys.executable, "-m", "grader", "check", outside.assignment, outside.submission(name)]
        environment = {**os.environ, "GRADER_FACTOR": "2.0", "TMPDIR": str(outside.temporary)}
        return subprocess.run(
            [*map(str, command), "--json", *options],
            env=environment,
            cwd=outside.own,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
