"""Whatever dies or fails, every accepted submission gets exactly one result, and none stays in a state for ever."""

from __future__ import annotations

import contextlib
import os
import queue
import random
import signal
import sqlite3
import subprocess
import threading
import time

import httpx
import psutil
import pytest

from grader.assignment import load
from grader.service.configuration import Configuration
from grader.service.service import open_service
from grader.service.tables import UNFINISHED, Result, Role, State, Submission
from tools.live_server import add_people, live_server

SECONDS = 60  # in which everything must be graded after a failure
ADDRESS = "/api/v1/courses/demo/exercises/single-neuron/submissions"


def solution(number):
    assignment = load("single-neuron")
    return assignment.file(assignment.content.solution).read_bytes() + f"\n# {number}\n".encode()


class Clients:
    """Programs that hand in files until all are accepted, also if the server is not there for a while."""

    def __init__(self, people, amount):
        self.accepted: dict[str, str] = {}  # {key of a request: id of the submission}
        self.address = ""
        self.amount = amount
        self._people = people
        self._todo = queue.SimpleQueue()
        for number in range(amount):
            self._todo.put(number)
        self._threads = [threading.Thread(target=self._hand_in, daemon=True) for _ in range(4)]
        for thread in self._threads:
            thread.start()

    def _hand_in(self):
        while len(self.accepted) < self.amount:
            try:
                number = self._todo.get(timeout=0.2)
            except queue.Empty:
                continue
            person = self._people[number % len(self._people)]
            headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": f"request-{number}"}
            try:
                answer = httpx.post(
                    self.address + ADDRESS,
                    headers=headers,
                    files={"file": ("a.py", solution(number))},
                    data={"kind": "attempt"},
                    timeout=30,
                    trust_env=False,
                )
                answer.raise_for_status()
                self.accepted[f"request-{number}"] = answer.json()["id"]
            except (httpx.HTTPError, OSError):
                self._todo.put(number)
                time.sleep(0.1)

    def wait(self):
        for thread in self._threads:
            thread.join(SECONDS)
        assert len(self.accepted) == self.amount


def rows(data_dir):
    """Return {id: (state, key of the result)} of all submissions."""
    with contextlib.closing(sqlite3.connect(data_dir / "grader.sqlite", timeout=30)) as database:
        return {
            name: (state, key) for name, state, key in database.execute("SELECT id, state, result_key FROM submission")
        }


def wait_until_finished(data_dir):
    end = time.monotonic() + SECONDS
    while any(state in UNFINISHED for state, _ in rows(data_dir).values()):
        assert time.monotonic() < end, rows(data_dir)
        time.sleep(0.2)


def kill(process):
    """Kill a server, and wait until its grading processes have noticed it."""
    children = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    _gone, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def kill_a_server(tmp_path, kills, amount):
    data_dir, dice = tmp_path / "data", random.Random()
    people = [*add_people(data_dir, {f"student{number}": Role.STUDENT for number in range(10)}).values()]
    clients = Clients(people, amount)
    for _ in range(kills):
        with live_server(data_dir, "--jobs", "2") as server:
            clients.address = server.address
            time.sleep(dice.uniform(0.0, 3.0))
            kill(server.process)
    with live_server(data_dir, "--jobs", "2") as server:
        clients.address = server.address
        clients.wait()
        wait_until_finished(data_dir)
    graded = rows(data_dir)
    assert {*clients.accepted.values()} == graded.keys() and len(graded) == amount
    assert {state for state, _ in graded.values()} == {State.GRADED}
    service = open_service(Configuration(data_dir=data_dir))
    with service.database.reading() as session:
        assert {key for _, key in graded.values()} == {result.key for result in session.query(Result)}
        assert all(submissions_are_whole(service, row) for row in session.query(Submission))
    service.close()


def submissions_are_whole(service, row):
    return service.blobs.get(row.blob).startswith(b'"""')


def test_server_that_is_killed_loses_nothing(tmp_path):
    kill_a_server(tmp_path, kills=1, amount=6)


@pytest.mark.long
def test_server_that_is_killed_twenty_times_loses_nothing(tmp_path):
    kill_a_server(tmp_path, kills=20, amount=60)


def grading_processes(server):
    return [
        process
        for process in psutil.Process(server.process.pid).children(recursive=True)
        if any("forkserver" in part for part in process.cmdline()) and process.ppid() != server.process.pid
    ]


def test_grading_processes_that_are_killed_cost_nobody_anything(tmp_path):
    data_dir = tmp_path / "data"
    people = [*add_people(data_dir, {f"student{number}": Role.STUDENT for number in range(6)}).values()]
    with live_server(data_dir, "--jobs", "2") as server:
        clients = Clients(people, 12)
        clients.address = server.address
        own = psutil.Process(server.process.pid)
        assert {process.nice() - own.nice() for process in grading_processes(server)} == {5}  # pages come first
        for _ in range(2):
            time.sleep(1.0)
            for process in grading_processes(server)[:1]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        clients.wait()
        wait_until_finished(data_dir)
    assert {state for state, _ in rows(data_dir).values()} == {State.GRADED}


@pytest.mark.long
def test_locked_database_delays_and_loses_nothing(tmp_path):
    data_dir = tmp_path / "data"
    people = [*add_people(data_dir, {f"student{number}": Role.STUDENT for number in range(4)}).values()]
    with live_server(data_dir, "--jobs", "2") as server:
        clients = Clients(people, 4)
        with contextlib.closing(sqlite3.connect(data_dir / "grader.sqlite", timeout=30, isolation_level=None)) as other:
            clients.address = server.address
            for _ in range(2):
                other.execute("BEGIN IMMEDIATE")
                time.sleep(1.5)
                other.execute("ROLLBACK")
                time.sleep(0.3)
            other.execute("BEGIN IMMEDIATE")
            time.sleep(12)  # longer than the server waits for the database
            other.execute("ROLLBACK")
        clients.wait()
        wait_until_finished(data_dir)
    assert {state for state, _ in rows(data_dir).values()} == {State.GRADED}


@pytest.mark.long
def test_stopped_server_continues_after_the_next_start(tmp_path):
    data_dir = tmp_path / "data"
    people = [*add_people(data_dir, {f"student{number}": Role.STUDENT for number in range(6)}).values()]
    with live_server(data_dir, "--jobs", "1") as server:
        clients = Clients(people, 12)
        clients.address = server.address
        clients.wait()
    assert State.RUNNING not in {state for state, _ in rows(data_dir).values()}
    with live_server(data_dir, "--jobs", "1"):
        wait_until_finished(data_dir)
    assert {state for state, _ in rows(data_dir).values()} == {State.GRADED}


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 48 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounting = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", folder], capture_output=True)
    if mounting.returncode:
        pytest.skip("only root may mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(file):
    """Write zeros into a file until the disk is full."""
    with contextlib.suppress(OSError), open(file, "wb", buffering=0) as stream:
        while True:
            stream.write(bytes(1 << 16))


@pytest.mark.long
def test_full_disk_refuses_uploads_and_keeps_what_was_accepted(small_disk):
    data_dir = small_disk / "data"
    people = [*add_people(data_dir, {f"student{number}": Role.STUDENT for number in range(6)}).values()]
    with live_server(data_dir, "--jobs", "1") as server:
        clients = Clients(people, 8)
        clients.address = server.address
        clients.wait()
        fill(small_disk / "filler")
        headers = {"Authorization": f"Bearer {people[0].token}"}
        request = {"files": {"file": ("a.py", solution(99))}, "data": {"kind": "attempt"}, "headers": headers}
        answer = httpx.post(server.address + ADDRESS, timeout=30, trust_env=False, **request)
        assert (answer.status_code, answer.json()["title"]) == (507, "no-space")
        assert httpx.get(f"{server.address}/readyz", trust_env=False).status_code == 503
        assert httpx.get(f"{server.address}/healthz", trust_env=False).status_code == 200
        wait_until_finished(data_dir)
        assert not [*data_dir.rglob(".part-*")]
        (small_disk / "filler").unlink()
        answer = httpx.post(server.address + ADDRESS, timeout=30, trust_env=False, **request)
        assert answer.status_code == 202
        wait_until_finished(data_dir)
    assert {state for state, _ in rows(data_dir).values()} == {State.GRADED} and len(rows(data_dir)) == 9
