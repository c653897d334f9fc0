"""Measure a large class: ``python benchmarks/batch.py [--students 1000] [--without cluster]``.

Modules of single-neuron, alternately correct and known-wrong, with two jobs:

- 100 and ``--students`` submissions: seconds for each, and the peak memory of the grader's own processes after the start
  (proportional set size, without the workers that run student code);
- the same large class with 20 hostile submissions: the additional time, and the sum of the times of these submissions;
- on a Dask cluster with one worker of one thread, and with two.
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from exercises import descendants, memory

from grader import assignment
from grader.grading.wrong_solutions import wrong_solutions
from grader.support.places import ASSIGNMENTS

GRADER = str(Path(sys.executable).with_name("grader"))
FOLDER = ASSIGNMENTS / "single-neuron"
HOSTILE = {
    "never ends": "while True:\n    pass\n",
    "forks": "import os\nwhile True:\n    os.fork()\n",
    "takes memory": "kept = []\nwhile True:\n    kept.append(bytearray(10**7))\n",
    "prints": "while True:\n    print('x' * 1000)\n",
    "exits": "import os\nos._exit(0)\n",
}


def hand_in(folder: Path, students: int, hostile: int = 0) -> Path:
    """Write a class of ``students`` submissions, ``hostile`` of them hostile."""
    folder.mkdir()
    loaded = assignment.load("single-neuron")
    wrong = [solution.content().decode() for solution in wrong_solutions(loaded)]
    modules = [loaded.file("solution.py").read_text(), *wrong]
    traps = list(HOSTILE.values())
    for number in range(students):
        source = modules[number % len(modules)]
        if number < hostile:
            source = f"{modules[0]}\n{traps[number % len(traps)]}"
        (folder / f"student{number:04}.py").write_text(f"{source}\nNUMBER = {number}\n")
    return folder


def grade(submissions: Path, *options: str) -> tuple[float, float, list[dict[str, str]]]:
    """Return the seconds, the grader's own peak memory in MB in the second half of that time, and the gradebook."""
    out = submissions.with_name(f"{submissions.name}-out-{len(options)}-{time.monotonic_ns()}")
    command = [GRADER, "grade", "single-neuron", str(submissions), "--out", str(out), "--seed", "0", *options]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    samples = []
    while process.poll() is None:
        samples.append(sum(memory(pid) for pid in descendants(process.pid) if is_ours(pid)))
        time.sleep(0.25)
    seconds = time.perf_counter() - began
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with exit code {process.returncode}")
    with open(out / "gradebook.csv", newline="", encoding="utf-8") as file:
        return seconds, max(samples[len(samples) // 2 :]) / 1024, list(csv.DictReader(file))


def is_ours(pid: int) -> bool:
    """True if a process grades and is not a worker."""
    try:
        return b"worker/main.py" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


@contextmanager
def cluster(workers: int) -> Iterator[str]:
    """Start a scheduler and workers with one thread each; yield the address."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    commands = [["scheduler", "--host", "127.0.0.1", "--port", str(port)]]
    commands += [["worker", address, "--nthreads", "1", "--no-nanny"]] * workers
    started = []
    try:
        for kind, *arguments in commands:
            command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--no-dashboard"]
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            started.append(subprocess.Popen(command, cwd=tempfile.gettempdir(), start_new_session=True, **quiet))  # type: ignore[call-overload]
        from distributed import Client

        with Client(address, timeout="60s", set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=60)
        yield address
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=1000)
    parser.add_argument("--without", choices=["cluster", "class"], nargs="*", default=[])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if "class" not in options.without:
            few = hand_in(folder / "few", 100)
            few_seconds, few_memory, _ = grade(few, "--jobs", "2")
            seconds, peak, rows = grade(hand_in(folder / "many", options.students), "--jobs", "2")
            print(f"100 students:            {few_seconds:7.1f} s, {10 * few_seconds:.0f} ms each, {few_memory:.0f} MB")
            print(
                f"{options.students} students:           {seconds:7.1f} s, {1000 * seconds / options.students:.0f} ms each, {peak:.0f} MB ({peak / few_memory:.2f} x)"
            )
            hostile = hand_in(folder / "hostile", options.students, hostile=20)
            with_hostile, _, scores = grade(hostile, "--jobs", "2")
            print(
                f"... 20 of them hostile:  {with_hostile:7.1f} s, {len(scores)} rows in the gradebook; the others' scores are {'the same' if same(rows, scores) else 'OTHERS'}"
            )
            alone = hand_in(folder / "alone", 20, hostile=20)
            print(f"these 20 alone:          {grade(alone, '--jobs', '2')[0]:7.1f} s")
        if "cluster" not in options.without:
            everybody = hand_in(folder / "everybody", options.students)
            seconds_of = {}
            for workers in (1, 2):
                with cluster(workers) as address:
                    seconds_of[workers] = grade(everybody, "--scheduler", address)[0]
            one, two = seconds_of[1], seconds_of[2]
            print(
                f"{options.students} students on a cluster: one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} x"
            )


def same(first: list[dict[str, str]], second: list[dict[str, str]]) -> bool:
    """True if all submissions except the hostile ones have the same score as without these."""
    scores = [{row["id"]: row["score"] for row in rows if int(row["id"][-4:]) >= 20} for rows in (first, second)]
    return scores[0] == scores[1]


if __name__ == "__main__":
    main()
