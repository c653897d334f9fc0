"""Simulate a deadline: ``python benchmarks/simulate.py [--students 100000] [--workers 1 10 50 100 250 500] [--json FILE]``.

Students hand in self-checks and one graded attempt each, most of them in the last two hours. The queue follows the order of
``grader/service/queue.py`` and its number of claims; each server has a real
``grader.executor.executor.Executor``, which decides what starts on its workers. Only the clock, the arrivals and the seconds of a
grading are simulated. With ``--sql`` the statements of the service run in an SQLite database in memory instead; that takes much
longer, since each claim sorts everything that waits, so choose at most 2,000 students. A test compares both.

Prints for each number of workers how long submissions waited until their grading started, by kind, and how much longer the longest
wait was than the mean of all that arrived in the same minute. A worker has ``--slots`` places; some gradings lose their process
(``--losses``), and in the last hour some workers are gone for five minutes (``--gone``).
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import statistics
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table
from waiting_line import LineInDatabase, LineInMemory, Row

from grader.executor.executor import Executor, ProcessLost
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
GONE_SECONDS, LEASE_SECONDS = 300.0, 30.0


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


class Place:
    """Workers whose processes have their own memory, as those of a cluster: a :class:`grader.executor.executor.Place`."""

    memory_mb = None
    call = None

    def __init__(self, clock: Clock, slots: int, rows: dict[str, Row], losses: float, seed: int) -> None:
        self.slots = slots
        self._clock, self._rows, self._losses, self._random = clock, rows, losses, random.Random(seed)
        self._running: set[Future[TaskResult]] = set()

    def start(self, work: Work, task: GradingTask, listener: object) -> Future[TaskResult]:
        row = self._rows[task.path]
        if row.started is None:
            row.started = self._clock.now
        future: Future[TaskResult] = Future()
        self._running.add(future)
        is_lost = self._random.random() < self._losses
        seconds = row.seconds / 2 if is_lost else row.seconds
        self._clock.at(self._clock.now + seconds, partial(self._end, future, is_lost))
        return future

    def lose(self, share: float) -> None:
        """Lose a part of what runs, as with the machines on which it runs."""
        for future in [each for each in self._running if self._random.random() < share]:
            self._clock.at(self._clock.now + LEASE_SECONDS, partial(self._end, future, True))

    def _end(self, future: Future[TaskResult], is_lost: bool) -> None:
        if future not in self._running:
            return
        self._running.discard(future)
        if is_lost:
            future.set_exception(ProcessLost("the process has died"))
        else:
            future.set_result(TaskResult(None, "", {}))

    def stop(self, future: Future[TaskResult]) -> None:
        self._running.discard(future)

    def check(self) -> None: ...
    def retire(self) -> None: ...


class Server:
    """A process that claims submissions and grades them on its workers."""

    def __init__(self, deadline: Deadline, place: Place) -> None:
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
        """Lose a part of the workers for a while; the others take what they leave."""
        slots, place = self._place.slots, self._place
        place.lose(share)
        self._executor.slots = place.slots = max(1, math.ceil(slots * (1 - share)))
        self._deadline.clock.at(self._deadline.clock.now + GONE_SECONDS, partial(self._get_back, slots))

    def _get_back(self, slots: int) -> None:
        self._executor.slots = self._place.slots = slots
        self.step()

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
        slots = [options.slots * (workers // count + (number < workers % count)) for number in range(count)]
        self.servers = [Server(self, Place(self.clock, each, by_id, options.losses, options.seed)) for each in slots]
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
        print(f"{workers} workers: simulated in {documents[-1]['simulated_in']:.0f} s", file=sys.stderr, flush=True)
    Console().print(table(documents))
    if chosen.json is not None:
        chosen.json.write_text(json.dumps(documents, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
