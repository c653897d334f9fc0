"""Test, before untrusted code runs, whether code in a worker with exactly this configuration can escape."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..assignment.limits import Limits
from ..submission import Submission
from ..support.choices import DEFAULT_ENGINE, Engine, Level
from ..support.places import PACKAGE, REFERENCE
from .filesystem import WorkerSetup
from .session import Session
from .warm import WarmStart

INTRUDER = Path(__file__).with_name("intruder.py")
IntruderKind = Literal["module", "notebook"]


@dataclass(frozen=True)
class EscapeReport:
    """The result of one escape test: the things that the intruder reached (should be empty), and the gaps of its level
    on this machine."""

    reached: list[str]
    not_enforced: list[str]


def try_to_escape(
    limits: Limits,
    level: Level,
    equipment: WorkerSetup,
    files: Mapping[str, Path],
    folders: Mapping[str, Path],
    kind: IntruderKind = "module",
    warm: WarmStart | None = None,
    engine: Engine = DEFAULT_ENGINE,
) -> EscapeReport:
    """Start a worker at ``level``, run the intruder in it, and return the things that it reached.

    ``files`` and ``folders`` must not be reachable, {description: path}; the intruder also tries to write into the
    folders. Raises NotGradable or CallError if the worker cannot be started.
    """
    mark = f"grader-canary-{secrets.token_hex(8)}"
    argument = secrets.token_hex(8)
    token = ctypes.create_string_buffer(secrets.token_bytes(16), 16)
    with _environment(mark), _listening(mark) as (tcp_port, udp), _waiting(argument) as victim:
        with Session(_submission(kind), limits, level, equipment, warm, engine) as session:
            session.load()
            arguments = [
                {what: str(path) for what, path in files.items()},
                {what: str(path) for what, path in folders.items()},
                *(mark, os.getpid(), ctypes.addressof(token), victim.pid, argument, tcp_port, udp.getsockname()[1]),
            ]
            reached, memory = session.call("reach", arguments, {}).value
        results = {
            "the grader's memory": token.raw.hex() in memory,
            "other processes": _has_ended(victim),
            "the network, by datagrams": _has_arrived(udp),
            "a process after its end": _is_running(mark),
        }
    return EscapeReport(
        [*map(str, reached), *(what for what, is_reached in results.items() if is_reached)], session.not_enforced
    )


def files_of_the_grader() -> dict[str, Path]:
    """Return files of the grader that a worker must not read, {description: path}.

    At level medium a worker can list the file names of an installed grader, because Python has to list the folder of
    packages.
    """
    answers = next(iter(sorted((REFERENCE / "answers").glob("*.npz"))))
    return {"the grader's code": PACKAGE / "expected" / "reference.py", "the reference's answers": answers}


def _submission(kind: IntruderKind) -> Submission:
    source = INTRUDER.read_text()
    if kind == "module":
        return Submission("", "", kind, "intruder.py", {"intruder.py": source.encode()}, [], None)
    cell: dict[str, object] = {
        "cell_type": "code",
        "source": source,
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4})
    return Submission("", "", kind, "intruder.ipynb", {"intruder.ipynb": notebook.encode()}, [], None)


@contextlib.contextmanager
def _environment(name: str) -> Iterator[None]:
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]


@contextlib.contextmanager
def _listening(name: str) -> Iterator[tuple[int, socket.socket]]:
    """Yield a TCP port and a datagram socket that a worker could reach; on Linux also open an abstract socket ``name``."""
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        udp.setblocking(False)
        if os.path.exists("/proc/self"):
            unix = stack.enter_context(socket.socket(socket.AF_UNIX))
            unix.bind("\0" + name)
            unix.listen()
        yield tcp.getsockname()[1], udp


@contextlib.contextmanager
def _waiting(argument: str) -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process of the grader that ends when it gets a signal, or when the grader ends and closes its input.

    Its command line ends with ``argument``.
    """
    command = ["sh", "-c", "trap 'exit 1' CONT; echo ready; read -r _", argument]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """True if the signal arrived; the intruder's other attempts gave it enough time."""
    try:
        process.wait(0.1)
    except subprocess.TimeoutExpired:
        return False
    return True


def _has_arrived(udp: socket.socket) -> bool:
    try:
        return bool(udp.recv(64))
    except OSError:
        return False


def _is_running(mark: str) -> bool:
    """True if a process with ``mark`` on its command line exists; always False on systems other than Linux."""
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if mark.encode() in file.read_bytes():
                return True
    return False
