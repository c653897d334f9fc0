"""Simulate a deadline: ``python benchmarks/simulate.py [--students 100000] [--workers 1 10 50 100 250 500] [--json FILE]``.

Students hand in self-checks and one graded attempt each, most of them in the last two hours. The queue follows the order of
``grader/service/queue.py`` and its number of claims; each server has a real
``grader.executor.executor.Executor``, which decides what starts, and the rules of
``grader/executor/cluster_workers.py`` decide on which worker. Only the clock, the arrivals and the seconds of a
grading are simulated. With ``--sql`` the statements of the service run in an SQLite database in memory instead, which takes
about ten times as long. A test compares both.

Prints for each number of workers how long submissions waited until their grading started, by kind, and how much longer the longest
wait was than the mean of all that arrived in the same minute. A worker has ``--slots`` places; some gradings lose their process
(``--losses``), and in the last hour some workers are gone for five minutes (``--gone``).
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from waiting_line import LineInDatabase, LineInMemory, Row

from grader.executor.cluster_workers import SILENT_SECONDS, ClusterWorker, candidates, choose
from grader.executor.executor import Displaced, Executor, ProcessLost
from grader.executor.work import GradingTask, Priority, TaskResult, Work
from grader.service import queue

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400.0
SURGE = 7200.0
"""Seconds before the deadline in which half of the students hand in."""
EXERCISES = (
    ("one neuron", 0.4, 0.1, 75),
    ("a network in NumPy", 0.3, 0.5, 444),
    ("a use of Keras", 0.2, 3.7, 760),
    ("a training", 0.1, 23.5, 1106),
)
"""(name, its part of all submissions, seconds, megabytes), as measured for exercises in docs/performance.md."""
KINDS = {"self-check": Priority.SELF_CHECK, "attempt": Priority.ATTEMPT}
GONE_SECONDS = 300.0
PLACE_MB = 2048
"""The memory of each place of a worker."""


@dataclass
class Clock:
    """Calls functions at their times."""

    now: float = 0.0
    _events: list[tuple[float, int, object]] = field(default_factory=list)
    _count: int = 0

    def at(self, moment: float, call: object) -> None:
        self._count += 1
        heapq.heappush(self._events, (moment, self._count, call))

    def run(self) -> None:
        while self._events:
            self.now, _, call = heapq.heappop(self._events)
            call()  # type: ignore[operator]


class Cluster:
    """Workers of a cluster, each with its own memory: a :class:`grader.executor.executor.Place` with the choice of a real one."""

    call = None

    def __init__(self, clock: Clock, workers: int, slots: int, rows: dict[str, Row], losses: float, seed: int) -> None:
        self._clock, self._rows, self._losses, self._random = clock, rows, losses, random.Random(seed)
        self._workers = [
            ClusterWorker(str(number), threads=slots, memory_mb=slots * PLACE_MB) for number in range(workers)
        ]
        self._tasks: dict[Future[TaskResult], tuple[ClusterWorker, str]] = {}
        self._chosen: tuple[GradingTask, ClusterWorker | None] | None = None
        self.slots = workers * slots
        self._notify: Callable[[], None] = lambda: None

    def has_room(self, work: Work, task: GradingTask, running: object, ahead: int) -> bool:
        """True if a worker has room; the task starts there, unless another one is asked for first."""
        worker = choose(candidates(self._workers, work, task.avoid), work, task, ahead)
        self._chosen = task, worker
        return worker is not None

    def problem(self) -> str:
        """Return ""."""
        return ""

    def watch(self, notify: Callable[[], None]) -> None:
        """Call ``notify`` when workers are back."""
        self._notify = notify

    def start(self, work: Work, task: GradingTask, listener: object) -> Future[TaskResult]:
        """Grade a submission, which takes its simulated time."""
        future: Future[TaskResult] = Future()
        assert self._chosen is not None and self._chosen[0] is task
        worker = self._chosen[1]
        assert worker is not None
        row = self._rows[task.path]
        if row.started is None:
            row.started = self._clock.now
        worker.tasks[task.path] = work, task
        self._tasks[future] = worker, task.path
        is_lost = self._random.random() < self._losses
        seconds = row.seconds / 2 if is_lost else row.seconds
        problem = ProcessLost("the process has died") if is_lost else None
        self._clock.at(self._clock.now + seconds, partial(self._end, future, problem))
        return future

    def lose(self, share: float, seconds: float) -> None:
        """Lose a part of the workers for a while; the others get their tasks when the silence has been noticed."""
        gone = [worker for worker in self._workers[1:] if self._random.random() < share]
        self._workers = [worker for worker in self._workers if worker not in gone]
        self.slots -= sum(worker.threads for worker in gone)
        for future, (worker, _) in [*self._tasks.items()]:
            if worker in gone:
                moment = self._clock.now + SILENT_SECONDS
                self._clock.at(moment, partial(self._end, future, Displaced("gone", worker.address)))
        self._clock.at(self._clock.now + seconds, partial(self._get_back, gone))

    def _get_back(self, gone: list[ClusterWorker]) -> None:
        for worker in gone:
            worker.tasks.clear()
        self._workers += gone
        self.slots += sum(worker.threads for worker in gone)
        self._notify()

    def _end(self, future: Future[TaskResult], problem: Exception | None) -> None:
        worker, name = self._tasks.get(future, (None, ""))
        is_gone = worker is not None and worker not in self._workers
        if worker is None or (is_gone and not isinstance(problem, Displaced)):
            return
        del self._tasks[future]
        worker.tasks.pop(name, None)
        if problem is not None:
            future.set_exception(problem)
        else:
            future.set_result(TaskResult(None, "", {}))

    def stop(self, future: Future[TaskResult]) -> None:
        """Do nothing: nothing is cancelled."""

    def check(self) -> None:
        """Do nothing: the cluster is always there."""

    def retire(self) -> None:
        """Do nothing: the processes are not real."""


class Server:
    """A process that claims submissions and grades them on its workers."""

    def __init__(self, deadline: Deadline, place: Cluster) -> None:
        self._deadline, self._place = deadline, place
        self._executor = Executor(place)
        self._own = 0
        self._is_claiming = False

    def step(self) -> None:
        """Claim what is wanted; a result that arrives meanwhile changes nothing before the next step."""
        if self._is_claiming:
            return
        self._is_claiming = True
        while count := queue.claim_count(self._place.slots, self._own):
            rows = self._deadline.line.claim(count, self._deadline.clock.now)
            if not rows:
                break
            self._own += len(rows)
            for row in rows:
                future = self._executor.submit(row.work, GradingTask(row.id, {}), None, Priority(row.priority))
                future.add_done_callback(partial(self._finish, row))
        self._is_claiming = False

    def lose_workers(self, share: float) -> None:
        """Lose a part of the workers for a while."""
        self._place.lose(share, GONE_SECONDS)

    def _finish(self, row: Row, future: Future[TaskResult]) -> None:
        self._own -= 1
        row.state = "graded" if future.exception() is None else "not_gradable"
        self._deadline.line.finish(row, self._deadline.clock.now)
        self._deadline.clock.at(self._deadline.clock.now, self.step)


class Deadline:
    """One simulation; ``rows`` are all submissions in the order of their arrival."""

    def __init__(
        self, rows: list[Row], workers: int, options: argparse.Namespace, line: LineInMemory | LineInDatabase
    ) -> None:
        self.rows, self.clock, self.line = rows, Clock(), line
        by_id = {row.id: row for row in rows}
        count = min(workers, options.servers)
        sizes = [workers // count + (number < workers % count) for number in range(count)]
        self.servers = [
            Server(self, Cluster(self.clock, size, options.slots, by_id, options.losses, options.seed + number))
            for number, size in enumerate(sizes)
        ]
        self._checks: dict[int, Row] = {}
        for row in rows:
            self.clock.at(row.arrival, partial(self._arrive, row))
        for server in self.servers:
            self.clock.at(DAY - SURGE / 2, partial(server.lose_workers, options.gone))

    def run(self) -> None:
        self.clock.run()

    def _arrive(self, row: Row) -> None:
        row.available = self.clock.now
        earlier = self._checks.get(row.user)
        if row.kind == "self-check":
            if earlier is not None and earlier.state == "queued":  # a newer self-check replaces it
                self.line.remove(earlier, self.clock.now)
                earlier.state = "superseded"
            self._checks[row.user] = row
        self.line.add(row, self.clock.now)
        for server in self.servers:
            server.step()
            if row.state != "queued":
                break


def arrivals(students: int, seed: int) -> list[Row]:
    """Return the submissions of all students: half of the self-checks are followed by another one, and the attempt is the last."""
    source = random.Random(seed)
    works = [
        Work(identity=name, assignment=name, seed=0, isolation="strong", memory_mb=size)
        for name, _, _, size in EXERCISES
    ]
    shares = [share for _, share, _, _ in EXERCISES]
    rows = []
    for user in range(students):
        number = source.choices(range(len(EXERCISES)), shares)[0]
        last = DAY - (source.uniform(0, SURGE) if source.random() < 0.5 else source.uniform(0, DAY))
        times = [last]
        while source.random() < 0.5 and len(times) < 6:
            times.append(max(0.0, times[-1] - source.expovariate(1 / 600)))
        for place, moment in enumerate(times):
            kind = "self-check" if place else "attempt"
            seconds = EXERCISES[number][2] * source.lognormvariate(0, 0.3)
            rows.append(Row("", user, kind, int(KINDS[kind]), moment, seconds, works[number]))
    rows.sort(key=lambda row: (row.arrival, row.user))
    for number, row in enumerate(rows):
        row.id = f"{number:08}"
    return rows


def summary(rows: list[Row], workers: int, seconds: float) -> dict[str, object]:
    """Return the waits of one simulation in seconds, and its fairness."""
    document: dict[str, object] = {
        "workers": workers,
        "submissions": len(rows),
        "states": dict(Counter(row.state for row in rows)),
    }
    minutes: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for kind in KINDS:
        waits = sorted(row.started - row.arrival for row in rows if row.kind == kind and row.started is not None)
        for row in rows:
            if row.kind == kind and row.started is not None:
                minutes[kind, int(row.arrival // 60)].append(row.started - row.arrival)
        parts = statistics.quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
        document[kind] = {
            "p50": parts[49],
            "p95": parts[94],
            "longest": max(waits, default=0.0),
            "mean": statistics.fmean(waits or [0.0]),
        }
    large = [waits for waits in minutes.values() if len(waits) >= 20 and statistics.fmean(waits) >= 60]
    document["longest_to_mean"] = max((max(waits) / statistics.fmean(waits) for waits in large), default=1.0)
    ended = max((row.started + row.seconds for row in rows if row.started is not None), default=0.0)
    document["last_result_after_the_deadline"] = max(0.0, ended - DAY)
    document["simulated_in"] = seconds
    return document


def duration(seconds: float) -> str:
    """Return a time that people can compare."""
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def table(documents: list[dict[str, object]]) -> Table:
    """Return the table of all simulations."""
    result = Table(
        "workers",
        "kind",
        "p50",
        "p95",
        "longest",
        "longest : mean",
        "last result",
        "not graded",
        title="Wait until the grading starts",
    )
    for document in documents:
        for number, kind in enumerate(KINDS):
            waits = document[kind]
            assert isinstance(waits, dict)
            states = document["states"]
            assert isinstance(states, dict)
            common = [
                f"{document['longest_to_mean']:.2f}",
                duration(document["last_result_after_the_deadline"]),
                str(states.get("not_gradable", 0)),
            ]  # type: ignore[arg-type]
            result.add_row(
                str(document["workers"]) if not number else "",
                kind,
                *(duration(waits[name]) for name in ("p50", "p95", "longest")),
                *(common if not number else [""] * 3),
            )
    return result


def options(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 10, 50, 100, 250, 500])
    parser.add_argument("--slots", type=int, default=2, help="places of a worker")
    parser.add_argument("--servers", type=int, default=4, help="processes that claim submissions for the workers")
    parser.add_argument("--losses", type=float, default=0.005, help="the part of gradings whose process dies")
    parser.add_argument(
        "--gone", type=float, default=0.1, help="the part of the workers that is gone for five minutes in the last hour"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sql", action="store_true", help="use the statements of the service")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    """Simulate, and print the table."""
    chosen = options(arguments)
    documents = []
    for workers in chosen.workers:
        begin = time.perf_counter()
        line = LineInDatabase() if chosen.sql else LineInMemory()
        deadline = Deadline(arrivals(chosen.students, chosen.seed), workers, chosen, line)
        deadline.run()
        documents.append(summary(deadline.rows, workers, time.perf_counter() - begin))
        if chosen.json is not None:
            chosen.json.write_text(json.dumps(documents, indent=2))
        print(f"{workers} workers: simulated in {documents[-1]['simulated_in']:.0f} s", file=sys.stderr, flush=True)
    Console().print(table(documents))


if __name__ == "__main__":
    main(sys.argv[1:])
