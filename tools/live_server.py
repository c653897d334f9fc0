"""Starts ``grader serve`` on a free port, with people who have a token and a signed-in browser: for tests, benchmarks and pictures."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from grader.service import accounts
from grader.service.access import SCOPES
from grader.service.configuration import Configuration
from grader.service.service import open_service
from grader.service.tables import Course, Membership, Role, User

START_SECONDS = 90
STOP_SECONDS = 30
GRADE_SECONDS = 120
PACKAGES = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Person:
    """Somebody with a token for programs, and the secret of a cookie with which a browser is signed in."""

    name: str
    token: str
    cookie: str


@dataclass
class LiveServer:
    """A running server."""

    port: int
    data_dir: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """The address of the server's first page, without the last slash."""
        return f"http://127.0.0.1:{self.port}"

    def hand_in(self, person: Person, exercise: str, name: str, content: bytes, kind: str = "check") -> str:
        """Hand in a file in the course "demo", and return the id of the submission."""
        path = f"/api/v1/courses/demo/exercises/{exercise}/submissions"
        answer = self._request(person, "POST", path, files={"file": (name, content)}, data={"kind": kind})
        return str(answer["id"])

    def wait_for(self, person: Person, submission: str) -> dict[str, Any]:
        """Wait until a submission is finished, and return what the API says about it; raises TimeoutError."""
        end = time.monotonic() + GRADE_SECONDS
        while time.monotonic() < end:
            answer = self._request(person, "GET", f"/api/v1/submissions/{submission}")
            if answer["state"] not in ("queued", "running"):
                return answer
            time.sleep(0.1)
        raise TimeoutError(f"The submission has not been graded.\n{self.log()}")

    def _request(self, person: Person, method: str, path: str, **content: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {person.token}"}
        answer = httpx.request(method, self.address + path, headers=headers, timeout=60, trust_env=False, **content)
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        return document

    def web_seconds(self) -> float:
        """Return the processor time of the process that answers requests, without its children."""
        times = psutil.Process(self.process.pid).cpu_times()
        return times.user + times.system

    def web_megabytes(self) -> float:
        """Return the memory of the process that answers requests, in which shared pages count in part."""
        return _megabytes(psutil.Process(self.process.pid))

    def all_megabytes(self) -> float:
        """Return the memory of all processes of the server."""
        process = psutil.Process(self.process.pid)
        return sum(map(_megabytes, (process, *process.children(recursive=True))))

    def log(self) -> str:
        """Return the standard output and error of the server so far."""
        return (self.data_dir.parent / f"{self.data_dir.name}.log").read_text(encoding="utf-8", errors="replace")


def _megabytes(process: psutil.Process) -> float:
    try:
        return process.memory_full_info().pss / (1 << 20)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0.0


def add_people(
    data_dir: Path, roles: Mapping[str, Role | None], full_names: Mapping[str, str] | None = None
) -> dict[str, Person]:
    """Add people to the course "demo" of a data folder, and sign them in; without a role somebody is an administrator.

    The server must not run.
    """
    service = open_service(Configuration(data_dir=data_dir))
    people = {}
    with service.database.writing() as session:
        course = session.query(Course).filter_by(slug="demo").one()
        for name, role in roles.items():
            user = User(name=name, full_name=(full_names or {}).get(name, ""), is_admin=role is None)
            session.add(user)
            session.flush()
            if role is not None:
                session.add(Membership(course_id=course.id, user_id=user.id, role=role))
            token = accounts.new_token(session, user, SCOPES)
            people[name] = Person(name, token, accounts.sign_in(session, user))
    service.close()
    return people


@contextlib.contextmanager
def live_server(data_dir: Path, *options: str, port: int | None = None) -> Iterator[LiveServer]:
    """Run ``grader serve`` with these options until the block ends; raises RuntimeError if it does not start."""
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    command = [sys.executable, "-m", "grader", "serve", "--data-dir", str(data_dir), "--port", str(port), *options]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGES), "PYTHONUNBUFFERED": "1"}
    with open(data_dir.parent / f"{data_dir.name}.log", "wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
        )
    server = LiveServer(port, data_dir, process)
    try:
        _wait_until_ready(server)
        yield server
    finally:
        stop(process)


def _wait_until_ready(server: LiveServer) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and server.process.poll() is None:
        with contextlib.suppress(OSError, urllib.error.URLError):
            urllib.request.urlopen(f"{server.address}/readyz", timeout=5).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"The server did not start:\n{server.log()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a server to stop, as Ctrl-C does; kill it if it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def free_port() -> int:
    """Return a port of this machine that nothing uses now.

    It is below those that a system gives to connections, and to servers without a number, so that none of these takes it before
    its server starts.
    """
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as sock, contextlib.suppress(OSError):
            sock.bind(("127.0.0.1", port))
            return port
