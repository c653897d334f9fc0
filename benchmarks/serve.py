"""Measure ``grader serve``: ``python benchmarks/serve.py [--small] [--parts throughput alone ...] [--json FILE]``.

A server with two slots is started in a new folder. The clients run in the same machine, so they cost time as well.

- ``throughput``: modules of as many students, all handed in as fast as possible, against ``grader grade --jobs 2`` of the
  same files, in interleaved rounds: submissions per second, from the first upload to the last result. In these rounds
  every student listens to the events and reads the report, and the processor time of the web process is measured.
- ``alone``: one upload after the other: from the upload to the result, against the seconds that the report names.
- ``crowd``: uploads of different students at once: the time to the receipt, and the wait for the result.
- ``listeners``: the memory of the web process with many pages that wait for a submission.
- ``memory``: the memory of all processes of the server after modules and notebooks.

Prints one JSON document: for each bar the measured value, the limit, and whether it holds. ``--small`` is fast and only
shows that everything works. All bars are for a machine on which nothing else runs.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from serve_client import Answer, Client  # noqa: E402

from grader.service.tables import Role  # noqa: E402
from tools.live_server import LiveServer, add_people, live_server  # noqa: E402

EXERCISE = "single-neuron"
PARTS = ("throughput", "alone", "crowd", "listeners", "memory")
SLOTS = 2
PREPARATION_SECONDS = 120
MODULE = (ROOT / "assignments" / EXERCISE / "solution.py").read_bytes()
NOTEBOOK = (ROOT / "examples" / EXERCISE / "correct.ipynb").read_bytes()
SLEEP = b"import time\ntime.sleep(15)\n"  # loads for longer than the listeners need to connect


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    modules: int = 200
    rounds: int = 3
    alone: int = 40
    crowd: int = 50
    listeners: int = 500


SMALL = Sizes(modules=8, rounds=1, alone=3, crowd=6, listeners=20)


@dataclass
class Bars:
    """The measured values, and the limits that the project has set."""

    values: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(
        self, name: str, value: float, least: float | None = None, most: float | None = None, **more: object
    ) -> None:
        """Record a value with its limit, and its parts."""
        holds = (least is None or value >= least) and (most is None or value <= most)
        limit = {"at_least": least} if least is not None else {"at_most": most}
        self.values[name] = {"value": round(value, 3), **limit, "holds": holds, **more}


class Measurement:
    """One server, its students, and a counter that makes every submission different from all others."""

    def __init__(self, server: LiveServer, tokens: list[str], sizes: Sizes, folder: Path) -> None:
        self.server = server
        self.sizes = sizes
        self.folder = folder
        self.clients = [Client(server.port, token, EXERCISE) for token in tokens]
        self.bars = Bars()
        self._count = 0

    def files(self, count: int) -> list[bytes]:
        """Return correct modules that differ in a comment."""
        self._count += count
        return [MODULE + f"# submission {self._count - number}\n".encode() for number in range(count)]

    async def hand_in(self, files: list[bytes], name: str = "neuron.py", kind: str = "attempt") -> list[Answer]:
        """Hand in one file of each student at once; each waits for the events and reads the report."""
        clients = self.clients[: len(files)]
        return await asyncio.gather(
            *(client.hand_in_and_wait(name, content, kind) for client, content in zip(clients, files, strict=True))
        )

    def throughput(self) -> None:
        """Compare the rate of the server with that of ``grader grade``, and measure the time of the web process."""
        ratios, web, rates, batch_rates = [], [], [], []
        for number in range(self.sizes.rounds):
            files = self.files(self.sizes.modules)
            folder = self.folder / f"class{number}"
            folder.mkdir()
            for student, content in enumerate(files):
                (folder / f"student{student:03}.py").write_bytes(content)
            seconds = {}
            for part in ("serve", "grade") if number % 2 == 0 else ("grade", "serve"):
                web_before, start = self.server.web_seconds(), time.perf_counter()
                if part == "serve":
                    answers = asyncio.run(self.hand_in(files))
                else:
                    self._grade(folder)
                seconds[part] = time.perf_counter() - start
                if part == "serve":
                    web.append(1000 * (self.server.web_seconds() - web_before) / len(files))
                    _require_full_marks(answers)
            ratios.append(seconds["grade"] / seconds["serve"])
            rates.append(round(len(files) / seconds["serve"], 2))
            batch_rates.append(round(len(files) / seconds["grade"], 2))
        more = {
            "rounds": [round(ratio, 2) for ratio in ratios],
            "serve_per_second": rates,
            "grade_per_second": batch_rates,
        }
        self.bars.add("throughput / grader grade", statistics.median(ratios), least=0.95, **more)
        self.bars.add(
            "milliseconds of the web process for each submission", statistics.median(web), most=10, rounds=web
        )

    def _grade(self, folder: Path) -> None:
        command = [sys.executable, "-m", "grader", "grade", EXERCISE, str(folder), "--out", f"{folder}-out"]
        done = subprocess.run([*command, f"--jobs={SLOTS}"], cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SystemExit(done.stderr)

    def alone(self) -> None:
        """Compare the wait for one submission, if nothing else is graded, with the seconds of its grading."""
        waits, seconds = [], []
        for number, content in enumerate(self.files(self.sizes.alone)):
            client = self.clients[number % len(self.clients)]
            answer = asyncio.run(client.hand_in_and_wait("neuron.py", content, "check"))
            waits.append(answer.wait)
            seconds.append(answer.report["seconds"])
        wait, grading = statistics.median(waits), statistics.median(seconds)
        self.bars.add("one alone / its grading", wait / grading, most=2, wait=round(wait, 3), grading=round(grading, 3))

    def crowd(self) -> None:
        """Measure the time to the receipt, and the longest wait against the mean, if many hand in at once."""
        answers = asyncio.run(self.hand_in(self.files(self.sizes.crowd)))
        receipts = sorted(1000 * answer.receipt for answer in answers)
        waits = [answer.wait for answer in answers]
        p95 = receipts[min(len(receipts) - 1, round(0.95 * len(receipts)))]
        self.bars.add("milliseconds to the receipt, p95", p95, most=100, median=round(statistics.median(receipts), 1))
        self.bars.add(
            "longest wait / mean", max(waits) / statistics.mean(waits), most=2.5, mean=round(statistics.mean(waits), 2)
        )

    def listeners(self) -> None:
        """Measure the memory that open pages take in the web process."""
        growth = asyncio.run(self._listen())
        self.bars.add(f"megabytes of {self.sizes.listeners} listeners", growth, most=50)

    async def _listen(self) -> float:
        sleepers = [SLEEP + content for content in self.files(SLOTS + 1)]
        ids = [
            (await client.hand_in("neuron.py", content, "attempt")).id
            for client, content in zip(self.clients, sleepers, strict=False)
        ]
        client, before = self.clients[SLOTS], self.server.web_megabytes()
        listening = await asyncio.gather(*(client.listen(ids[-1]) for _ in range(self.sizes.listeners)))
        await asyncio.sleep(1)
        growth = self.server.web_megabytes() - before
        for _, writer in listening:
            writer.close()
        for owner, submission in zip(self.clients, ids, strict=False):
            await owner.wait(submission)
        return growth

    def memory(self) -> None:
        """Measure the memory of two slots after modules and notebooks."""
        asyncio.run(self.hand_in(self.files(min(20, self.sizes.modules))))
        notebooks = [
            NOTEBOOK.replace(b'"metadata": {', b'"metadata": {"count": %d, ' % number, 1) for number in range(6)
        ]
        asyncio.run(self.hand_in(notebooks, "neuron.ipynb"))
        time.sleep(2)
        megabytes = self.server.all_megabytes()
        self.bars.add("megabytes of two slots", megabytes, most=350, web=round(self.server.web_megabytes(), 1))


def wait_for_practice_inputs(data_dir: Path) -> None:
    """Wait until the server has prepared the inputs of all self-checks of the exercise, which it does once, while it is idle."""
    query = "SELECT count(*) FROM seed JOIN exercise ON exercise.id = seed.exercise_id WHERE exercise.name = ? AND NOT is_prepared"
    end = time.monotonic() + PREPARATION_SECONDS
    while time.monotonic() < end:
        with contextlib.closing(sqlite3.connect(data_dir / "grader.sqlite")) as database:
            if not database.execute(query, [EXERCISE]).fetchone()[0]:
                return
        time.sleep(0.5)


def _require_full_marks(answers: list[Answer]) -> None:
    scores = {answer.report["score"] for answer in answers}
    if scores != {100.0}:
        raise SystemExit(f"A correct module got {scores} points.")


def main() -> None:
    """Measure the chosen parts and print the bars."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    sizes = SMALL if arguments.small else Sizes()
    with tempfile.TemporaryDirectory(prefix="grader-serve-") as name:
        folder = Path(name)
        students = {f"student{number:03}": Role.STUDENT for number in range(max(sizes.modules, sizes.crowd))}
        tokens = [person.token for person in add_people(folder / "data", students).values()]
        with live_server(folder / "data", f"--jobs={SLOTS}") as server:
            measurement = Measurement(server, tokens, sizes, folder)
            asyncio.run(measurement.hand_in(measurement.files(SLOTS)))  # warm, as a server is that has run for a while
            wait_for_practice_inputs(folder / "data")
            for part in PARTS:
                if part in arguments.parts:
                    getattr(measurement, part)()
    text = json.dumps(measurement.bars.values, indent=2)
    print(text)
    if arguments.json is not None:
        arguments.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
