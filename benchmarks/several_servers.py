"""Kill servers that share a database: ``python benchmarks/several_servers.py URL [--submissions N] [--kills N] [--servers N]``.

URL is the address of an empty PostgreSQL database. Clients hand in through the API of random servers, again with the same
Idempotency-Key if a connection breaks, while random servers are killed with SIGKILL and started again. Everything of a server is
real (uploads, claims, leases, results) but one part: instead of a worker, a stand-in waits for a few milliseconds and returns the
same report each time. A trigger of the database writes down each change of a state.

Prints one JSON document. Nothing is lost if every receipt leads to one submission with one result. Nothing is claimed twice if no
submission that runs is claimed: one that waits again belonged to a server that was killed, or that did not renew its lease, for
example because the machine was suspended.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import text

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]

from grader.executor.work import TaskResult  # noqa: E402
from grader.service import accounts, grading_place  # noqa: E402
from grader.service.configuration import Configuration, ServiceLimits  # noqa: E402
from grader.service.service import Service, open_service  # noqa: E402
from grader.service.tables import Course, Membership, Role, User  # noqa: E402
from grader.web import serving  # noqa: E402
from tests.service.kept_results import report_with  # noqa: E402
from tools.live_server import free_port  # noqa: E402

EXERCISE = "single-neuron"
PATH = f"/api/v1/courses/demo/exercises/{EXERCISE}/submissions"
STUDENTS = 100
CLIENTS = 16  # requests at the same time
SLOTS = 4
GRADING_SECONDS = 0.02
PATIENCE_SECONDS = 300  # after the last upload
TRIGGER = """
CREATE TABLE change (number BIGSERIAL PRIMARY KEY, id TEXT, state TEXT, owner TEXT);
CREATE FUNCTION note() RETURNS TRIGGER AS $$ BEGIN
  IF TG_OP = 'INSERT' OR (OLD.state, OLD.owner) IS DISTINCT FROM (NEW.state, NEW.owner) THEN
    INSERT INTO change (id, state, owner) VALUES (NEW.id, NEW.state, NEW.owner);
  END IF;
  RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER note AFTER INSERT OR UPDATE ON submission FOR EACH ROW EXECUTE FUNCTION note();
"""


class StandIn:
    """An executor that grades nothing: each task takes a moment, and has the same report."""

    slots = SLOTS
    pauses_machines = False

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(SLOTS)
        self._result = TaskResult(report_with(1.0, "a.py", "0" * 64), "", {})

    def call(self, function: object, *arguments: object) -> Future[bytes]:
        """Return answers at once, as if they had been computed."""
        future: Future[bytes] = Future()
        future.set_result(b"")
        return future

    def submit(
        self, work: object, task: object, on_event: object = None, priority: object = None
    ) -> Future[TaskResult]:
        """Return the report after a moment."""
        return self._threads.submit(self._grade)

    def _grade(self) -> TaskResult:
        time.sleep(GRADING_SECONDS)
        return self._result

    def cancel(self, future: Future[TaskResult]) -> None:
        """End a task that has not begun."""
        future.cancel()

    def machines(self) -> list[object]:
        """Return the machines of a cluster."""
        return []

    def problem(self) -> str:
        """Return why nothing can be graded."""
        return ""


def serve(url: str, folder: Path, port: int) -> None:
    """Run a server with the stand-in, in this process; print the id of its worker first."""

    @contextmanager
    def executors(configuration: Configuration):
        executor = StandIn()
        yield executor, executor

    def with_printed_id(self: Service) -> None:
        prepare(self)
        print(self.worker_id, flush=True)

    grading_place.executors = executors
    prepare, Service.__post_init__ = Service.__post_init__, with_printed_id
    limits = ServiceLimits(uploads_a_minute=10**6, checks_an_hour=10**6, checks_a_day=10**6)
    configuration = Configuration(data_dir=folder, port=port, database=url, jobs=SLOTS, limits=limits)
    serving.serve(configuration, None, False, lambda line: None)


@dataclass
class Server:
    """One of the servers, which keeps its port when it is started again."""

    url: str
    folder: Path
    port: int = field(default_factory=free_port)
    worker: str = ""

    def start(self) -> None:
        """Start the process, and read the id of its worker."""
        command = [sys.executable, __file__, self.url, "--serve", str(self.port), "--folder", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.worker = self.process.stdout.readline().strip()

    def kill(self) -> None:
        """End the process with SIGKILL."""
        self.process.kill()
        self.process.wait()


class Crowd:
    """Clients that hand in until each submission has a receipt."""

    def __init__(self, servers: list[Server], tokens: list[str], count: int) -> None:
        self._servers = servers
        self._tokens = tokens
        self._numbers = iter(range(count))
        self.receipts: dict[int, str] = {}
        self.repetitions = 0

    async def hand_in_all(self) -> None:
        """Hand in everything."""
        async with httpx.AsyncClient(timeout=60) as client:
            await asyncio.gather(*(self._hand_in_some(client) for _ in range(CLIENTS)))

    async def _hand_in_some(self, client: httpx.AsyncClient) -> None:
        for number in self._numbers:
            while number not in self.receipts:
                try:
                    await self._hand_in(client, number)
                except httpx.HTTPError:
                    self.repetitions += 1
                    await asyncio.sleep(0.2)

    async def _hand_in(self, client: httpx.AsyncClient, number: int) -> None:
        token = self._tokens[number % len(self._tokens)]
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-{number}"}
        files = {"file": ("a.py", f"number = {number}\n".encode())}
        url = f"http://127.0.0.1:{random.choice(self._servers).port}{PATH}"
        answer = await client.post(url, headers=headers, data={"kind": "attempt"}, files=files)
        if answer.status_code in (200, 202):
            self.receipts[number] = answer.json()["id"]
        else:
            self.repetitions += 1
            await asyncio.sleep(1)


def prepare(url: str, folder: Path) -> tuple[Service, list[str]]:
    """Make the tables, the trigger and the students; return the service and the tokens of the students."""
    service = open_service(Configuration(data_dir=folder, database=url))
    with service.database.engine.begin() as connection:
        connection.exec_driver_sql(TRIGGER)
    tokens = []
    with service.database.writing() as session:
        course = session.query(Course).one()
        for number in range(STUDENTS):
            user = User(name=f"student{number}")
            session.add(user)
            session.flush()
            session.add(Membership(course_id=course.id, user_id=user.id, role=Role.STUDENT))
            tokens.append(accounts.new_token(session, user, {"read", "submit"}))
    return service, tokens


async def run(service: Service, servers: list[Server], tokens: list[str], count: int, kills: int) -> dict[str, object]:
    """Hand in, kill and wait; return the counts."""
    crowd, killed = Crowd(servers, tokens, count), set()
    begin = time.monotonic()
    uploading = asyncio.create_task(crowd.hand_in_all())
    for number in range(kills):
        while len(crowd.receipts) < (number + 1) * count // (kills + 1):
            await asyncio.sleep(0.1)
        server = random.choice(servers)
        killed.add(server.worker)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
    await uploading
    uploaded = time.monotonic()
    unfinished = text("SELECT count(*) FROM submission WHERE state IN ('queued', 'running')")
    while time.monotonic() < uploaded + PATIENCE_SECONDS:
        with service.database.reading() as session:
            if not session.scalar(unfinished):
                break
        await asyncio.sleep(1)
    return {
        "submissions": count,
        "kills": len(killed),
        "requests repeated": crowd.repetitions,
        "upload seconds": round(uploaded - begin, 1),
        "seconds": round(time.monotonic() - begin, 1),
        **verdict(service, crowd.receipts, killed),
    }


def verdict(service: Service, receipts: dict[int, str], killed: set[str]) -> dict[str, int]:
    """Count the submissions that were lost, and those that were claimed or graded twice."""
    histories: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with service.database.reading() as session:
        for name, state, owner in session.execute(text("SELECT id, state, owner FROM change ORDER BY number")):
            histories[name].append((state, owner))
        graded = {*session.scalars(text("SELECT id FROM submission WHERE state = 'graded'"))}
    twice = repeated = silent = 0
    for history in histories.values():
        pairs = [*itertools.pairwise(history)]
        twice += any(earlier[0] == later[0] == "running" for earlier, later in pairs)
        released = [earlier[1] for earlier, later in pairs if (earlier[0], later[0]) == ("running", "queued")]
        repeated += any(owner in killed for owner in released)
        silent += any(owner not in killed for owner in released)
    return {
        "lost": len(set(receipts.values()) - graded),
        "submissions without a receipt": len(histories.keys() - set(receipts.values())),
        "keys with the same submission": len(receipts) - len(set(receipts.values())),
        "claimed twice": twice,
        "results twice": sum([state for state, _ in history].count("graded") > 1 for history in histories.values()),
        "claimed again after a kill": repeated,
        "claimed again because a server was silent": silent,
    }


def main() -> None:
    """Measure, or serve for a measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--submissions", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--servers", type=int, default=4)
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.url, options.folder, options.serve)
        return
    with tempfile.TemporaryDirectory() as folder:
        service, tokens = prepare(options.url, Path(folder, "data"))
        servers = [Server(options.url, Path(folder, "data")) for _ in range(options.servers)]
        try:
            for server in servers:
                server.start()
            counts = asyncio.run(run(service, servers, tokens, options.submissions, options.kills))
        finally:
            for server in servers:
                os.kill(server.process.pid, signal.SIGKILL)
            service.close()
    print(json.dumps(counts, indent=2))


if __name__ == "__main__":
    main()
