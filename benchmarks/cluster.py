"""Measure a Dask cluster: ``python benchmarks/cluster.py [--tasks 1000] [--students 24]``.

- CPU milliseconds of the transport of one submission, by ``--jobs 1`` and by a cluster with one worker: the task is a file of
  30 kB that cannot be read, so nothing is graded. The difference is what a cluster costs more. The time that the idle
  processes of a cluster spend is measured first, and subtracted. CPU time, unlike time by the clock, hardly depends on other
  programs and on the number of cores; on a busy machine it is still up to twice as long.
- Seconds by the clock of ``grader grade`` with one worker and with two. Each submission sleeps for two seconds, so that grader,
  scheduler and workers do not compete for the cores of this machine. This measures whether the work is distributed, not
  whether two processors calculate faster than one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
from batch import FOLDER, cluster, grade

from grader.assignment import load
from grader.executor import server
from grader.executor.cluster import cluster_executor
from grader.executor.executor import Executor, grade_each
from grader.executor.local import free_mb, local_executor
from grader.executor.work import GradingTask, Work, work_for
from grader.expected.assignment_files import digest

SIZE = 30_000  # bytes of a submission
ROUNDS = 5
IDLE = 5.0  # seconds
SLEEP = 2.0


def cpu_seconds() -> dict[int, float]:
    """Return the processor time by process, of this process and of all that it started."""
    seconds = {0: time.process_time()}
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        seconds[process.pid] = times.user + times.system
    return seconds


def transport(executor: Executor, work: Work, count: int) -> tuple[float, float]:
    """Return the CPU milliseconds for each of ``count`` tasks: of this process, and of the others."""
    task = GradingTask("a.py", {"a.py": bytes(SIZE)}, problem="It cannot be read.")
    for _ in grade_each(executor, work, ((number, task) for number in range(20))):  # the start does not count
        pass
    before = cpu_seconds()
    time.sleep(IDLE)
    idle_share = {pid: (seconds - before.get(pid, seconds)) / IDLE for pid, seconds in cpu_seconds().items()}
    results = []
    for _ in range(ROUNDS):
        began, before = time.monotonic(), cpu_seconds()
        for _result in grade_each(executor, work, ((number, task) for number in range(count // ROUNDS))):
            pass
        after = cpu_seconds()
        duration = time.monotonic() - began
        spent = {
            pid: seconds - before.get(pid, seconds) - duration * idle_share.get(pid, 0.0)
            for pid, seconds in after.items()
        }
        each = 1000 / (count // ROUNDS)
        results.append((each * spent.pop(0), each * sum(spent.values())))
    return min(results, key=sum)


def hand_in(folder: Path, students: int) -> Path:
    """Write a class whose submissions sleep when they are loaded."""
    folder.mkdir()
    source = (FOLDER / "solution.py").read_text()
    for number in range(students):
        (folder / f"student{number:04}.py").write_text(
            f"{source}\nimport time\ntime.sleep({SLEEP})\nNUMBER = {number}\n"
        )
    return folder


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--students", type=int, default=24)
    options = parser.parse_args()
    server.start()
    assignment = load("single-neuron")
    work = work_for(assignment, digest(assignment, []), 0, "strong", inspected=True)
    totals = []
    for name in ("--jobs 1", "one worker"):
        with ExitStack() as stack:
            if name == "--jobs 1":
                executor = stack.enter_context(local_executor(1, free_mb()))
            else:
                executor = stack.enter_context(cluster_executor(stack.enter_context(cluster(1))))
            here, others = transport(executor, work, options.tasks)
        totals.append(here + others)
        print(f"{name:11} {here:6.2f} CPU ms here, {others:6.2f} in other processes")
    print(f"a cluster costs {totals[1] - totals[0]:.2f} CPU ms more for each submission")
    if options.students:
        seconds_by_workers = {}
        with tempfile.TemporaryDirectory() as scratch:
            submissions = hand_in(Path(scratch, "class"), options.students)
            for workers in (1, 2):
                with cluster(workers) as address:
                    seconds_by_workers[workers] = grade(submissions, "--scheduler", address)[0]
        one, two = seconds_by_workers[1], seconds_by_workers[2]
        print(f"{options.students} submissions that sleep: one worker {one:.1f} s, two {two:.1f} s: {one / two:.2f} x")


if __name__ == "__main__":
    main()
